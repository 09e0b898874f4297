import type { InfiniteData } from "@tanstack/react-query";
import type { Schemas } from "@/lib/api/client";

export type Note = Schemas["NoteOut"];
export type NotePages = InfiniteData<Schemas["NotePage"]>;

export function notesOf(data: NotePages | undefined): Note[] {
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

/** The newest stands first. */
export function withNote(data: NotePages, note: Note): NotePages {
  return {
    ...data,
    pages: data.pages.map((page, index) => (index === 0 ? { ...page, items: [note, ...page.items] } : page)),
  };
}

export function withChanged(data: NotePages, note: Note): NotePages {
  return mapped(data, (items) => items.map((other) => (other.id === note.id ? note : other)));
}

export function withoutNote(data: NotePages, id: string): NotePages {
  return mapped(data, (items) => items.filter((other) => other.id !== id));
}

function mapped(data: NotePages, change: (items: Note[]) => Note[]): NotePages {
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
