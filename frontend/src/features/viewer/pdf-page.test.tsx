import { cleanup, render, waitFor } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import PdfPage from "./pdf-page";

vi.mock("react-pdf", () => ({
  pdfjs: { GlobalWorkerOptions: {} },
  Page: () => null,
  Document: ({ file, onLoadError }: { file: Blob; onLoadError: () => void }) => {
    // biome-ignore lint/correctness/useExhaustiveDependencies: said once of each file
    useEffect(() => void Promise.resolve().then(onLoadError), [file]);
    return null;
  },
}));
vi.mock("./use-width", () => ({ useWidth: () => 600 }));

beforeEach(() => vi.stubGlobal("CSS", {}));
afterEach(cleanup);

test("of a file that cannot be drawn, no passage is found: the first, the next, on another page", async () => {
  const file = new Blob(["not a PDF"]);
  const onFound = vi.fn();
  const given = { file, zoom: 1, onOpened: () => {}, onFound, finding: null };
  const { rerender } = render(<PdfPage {...given} page={1} quote="The rent is due monthly." />);
  await waitFor(() => expect(onFound).toHaveBeenLastCalledWith({ kind: "not-found", times: 0 }));
  rerender(<PdfPage {...given} page={1} quote="Notice is thirty days." />);
  expect(onFound).toHaveBeenLastCalledWith({ kind: "not-found", times: 0 });
  rerender(<PdfPage {...given} page={2} quote="Either party may end it." />);
  expect(onFound).toHaveBeenLastCalledWith({ kind: "not-found", times: 0 });
  rerender(<PdfPage {...given} page={3} quote={null} />);
  expect(onFound).toHaveBeenLastCalledWith(null);
});
