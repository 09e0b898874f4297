/** Whether a part of the program could not be fetched: after an update its files have other names. */
export function isChunkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOfImport =
    /dynamically imported module|importing a module script failed|loading (css )?chunk|failed to load chunk/i;
  return error.name === "ChunkLoadError" || isOfImport.test(error.message);
}
