import { expect, test } from "vitest";
import { type Note, type NotePages, notesOf, withChanged, withNote, withoutNote } from "./pages";

const note = (id: string, content = id) => ({ id, content }) as Note;
const pages = (...ids: string[][]): NotePages => ({
  pages: ids.map((items) => ({ items: items.map((id) => note(id)), next_cursor: null, has_more: false })),
  pageParams: ids.map(() => null),
});
const idsOf = (data: NotePages) => notesOf(data).map(({ id }) => id);

test("a new note stands before all others, once", () => {
  expect(idsOf(withNote(pages(["b"], ["a"]), note("c")))).toEqual(["c", "b", "a"]);
});

test("a note is changed where it stands", () => {
  const changed = withChanged(pages(["c", "b"], ["a"]), note("b", "other words"));
  expect(notesOf(changed).map(({ content }) => content)).toEqual(["c", "other words", "a"]);
});

test("a note is gone from whichever page it was on", () => {
  expect(idsOf(withoutNote(pages(["c", "b"], ["a"]), "a"))).toEqual(["c", "b"]);
  expect(notesOf(undefined)).toEqual([]);
});
