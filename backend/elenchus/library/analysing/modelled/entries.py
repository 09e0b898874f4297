"""What the sections gave, as a numbered list: a merge names entries and never writes their quotations anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elenchus.library.analysing.modelled.forms import Quoted, SectionForm

#: The lists of a form, and the letter under which their entries are numbered.
LETTERS = {
    "document_type": "K",
    "purpose": "U",
    "parties": "P",
    "dates": "D",
    "key_terms": "T",
    "clauses": "C",
    "risks": "R",
    "recommendations": "N",
    "answers": "A",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """A quotation, and the pages where to look for it first."""

    quote: str
    pages: range


@dataclass(frozen=True, slots=True)
class Entry:
    """`fields` are those of its form beside text and quotes."""

    list: str
    where: str
    text: str
    fields: dict[str, Any]
    proofs: tuple[Proof, ...]

    def line(self, id_: str) -> str:
        """As a merge is told of it, on one line: none can begin another."""
        said = "; ".join(f"{name}: {value}" for name, value in self.fields.items() if value is not None)
        return " ".join(f"[{id_}] {self.list} ({self.where}{'; ' if said else ''}{said}): {self.text}".split())


def entries_of(form: SectionForm, where: str, pages: range) -> list[Entry]:
    return [_entry(name, said, where, pages) for name, said in _said(form)]


def _said(form: SectionForm) -> Iterator[tuple[str, Quoted]]:
    for name in LETTERS:
        value = getattr(form, name)
        for said in value if isinstance(value, list) else [value] if value else []:
            yield name, said


def _entry(name: str, said: Quoted, where: str, pages: range) -> Entry:
    fields = said.model_dump(exclude={"text", "quotes"})
    return Entry(name, where, said.text, fields, tuple(Proof(quote, pages) for quote in said.quotes))


def numbered(entries: list[Entry]) -> dict[str, Entry]:
    """By an id like C14."""
    counts: dict[str, int] = {}
    named: dict[str, Entry] = {}
    for entry in entries:
        counts[entry.list] = counts.get(entry.list, 0) + 1
        named[f"{LETTERS[entry.list]}{counts[entry.list]}"] = entry
    return named
