const SYSTEM_FILE = /^(\.|~\$|desktop\.ini$|thumbs\.db$)/i;

/** What systems leave in folders, and nobody means to upload. */
export function withoutSystemFiles(files: readonly File[]): File[] {
  return files.filter(({ name }) => !SYSTEM_FILE.test(name));
}

/** The files that were dropped, also those within folders. Call it while the event is handled: later they are gone. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const loose = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return withoutSystemFiles(loose);
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return withoutSystemFiles(found.flat());
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  if (!isFolder(entry)) return [];
  const found = await Promise.all((await entriesIn(entry)).map(filesIn));
  return found.flat();
}

/** A reader gives some at a time, and none when it is at the end. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
