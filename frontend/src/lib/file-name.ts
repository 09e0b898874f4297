const UNSAFE = /[\p{Cc}<>:"/\\|?*]+/gu; // in names of files, on one system or another
const LONGEST = 100;

/** A title as a file may be called. */
export function fileNameOf(title: string, otherwise: string): string {
  return title.replaceAll(UNSAFE, " ").trim().slice(0, LONGEST) || otherwise;
}
