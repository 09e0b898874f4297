"use client";

import { TriangleAlert } from "lucide-react";
import { formatPercent } from "@/lib/format";
import type { DocumentOut } from "../documents-cache";
import { pagesInWords } from "./pages-in-words";

/** What a reader must know before they rely on the text. */
export function ReadingNotes({ document }: { document: DocumentOut }) {
  const notes = notesOf(document);
  if (notes.length === 0) return null;
  return (
    <ul className="space-y-2 rounded-lg border border-warn/30 bg-warn-soft p-3.5">
      {notes.map((note) => (
        <li key={note} className="flex gap-2">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>{note}</span>
        </li>
      ))}
    </ul>
  );
}

function notesOf(document: DocumentOut): string[] {
  const { ocr_pages, ocr_confidence, textless_pages, hidden_text = [], repaired, embedding } = document;
  const sure = ocr_confidence ? `, with ${formatPercent(ocr_confidence)} confidence` : "";
  const notes = [
    ocr_pages.length > 0 &&
      `The words of ${pagesInWords(ocr_pages)} were recognised in pictures${sure}. Check quotations from there against the page.`,
    textless_pages.length > 0 &&
      `${capital(pagesInWords(textless_pages))} cannot be searched: pictures, whose words are not known.`,
    hidden_text.length > 0 &&
      `${capital(pagesInWords(hidden_text))} held words that no reader sees. They were left out.`,
    repaired && "The file was damaged and had to be repaired; something may be missing.",
    embedding?.error && `It can be found by its words, but not by meaning: ${embedding.error.detail}`,
  ];
  return notes.filter((note) => typeof note === "string");
}

const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
