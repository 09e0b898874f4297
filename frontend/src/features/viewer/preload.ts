/** Fetch what it takes to show a page, when somebody is about to ask for one. */
export function preloadViewer(): void {
  void import("./source-viewer");
  void import("./pdf-page");
}
