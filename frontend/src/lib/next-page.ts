export const HOME = "/research/";

/** Where to go after signing in; only ever a page of ours, whatever the address says. */
export function nextPage(wanted: string | null, origin: string = location.origin): string {
  if (!wanted?.startsWith("/")) return HOME;
  const url = new URL(wanted, origin);
  return url.origin === origin ? url.pathname + url.search + url.hash : HOME;
}

export function signInAddress(here: string): string {
  return here === HOME || here === "/" ? "/sign-in/" : `/sign-in/?next=${encodeURIComponent(here)}`;
}
