"""Entries as a result: doubles joined, every quotation looked up in the document."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from elenchus.library.analysing import grounding
from elenchus.library.analysing.desk import Desk
from elenchus.library.analysing.modelled.entries import Entry
from elenchus.library.analysing.modelled.merging import Merged
from elenchus.library.analysing.paper import Paper
from elenchus.library.analysing.rules.dates import days
from elenchus.library.analysing.rules.lines import Line
from elenchus.library.analysing.schemas import (
    AnalysisResult,
    Answer,
    CitationOut,
    Clause,
    DateStated,
    Party,
    Recommendation,
    Risk,
    Statement,
    Term,
)

UNANSWERED = "The document was read whole and gives no answer to this question."
UNKNOWN = "The document does not say."
NOTE = "Written by a language model ({model}); a quotation that is not marked verified was not found in the document."
_SEVERITIES = ("high", "medium", "low")
S = TypeVar("S", bound=Statement)


def result(desk: Desk, entries: Sequence[Entry], merged: Merged | None, *, sections: int) -> AnalysisResult:
    """Blocks: see `grounding.citations`."""
    layout = _Layout(desk.paper, _without_doubles(entries, merged.groups if merged else []), merged)
    risks = layout.all("risks", Risk)
    return AnalysisResult(
        document_type=layout.single("document_type"),
        purpose=layout.single("purpose"),
        parties=layout.all("parties", Party),
        dates=layout.all("dates", DateStated),
        key_terms=layout.all("key_terms", Term),
        clauses=layout.all("clauses", Clause),
        risks=sorted(risks, key=lambda risk: _SEVERITIES.index(risk.severity)),
        recommendations=layout.all("recommendations", Recommendation),
        answers=[layout.answer(n, question) for n, question in enumerate(desk.analysis.questions, 1)],
        sections_read=sections,
        characters_read=len(desk.paper.text),
        notes=[NOTE.format(model=desk.analysis.model)],
    )


def _without_doubles(entries: Sequence[Entry], groups: Iterable[Sequence[Entry]]) -> list[Entry]:
    """Each group as its first, with the proofs of all; then what plainly says the same."""
    heads: dict[int, Entry] = {}

    def head(entry: Entry) -> Entry:
        while id(entry) in heads:
            entry = heads[id(entry)]
        return entry

    for group in groups:
        first = head(group[0])
        for double in map(head, group[1:]):
            if double is not first:
                heads[id(double)] = first
    return _grouped(_grouped(entries, lambda entry: id(head(entry))), _key)


def _grouped(entries: Sequence[Entry], key: Callable[[Entry], Hashable]) -> list[Entry]:
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)
    return [_joined(doubles) for doubles in found.values()]


def _key(entry: Entry) -> Hashable:
    """Equal for what plainly says the same."""
    fields = entry.fields
    match entry.list:
        case "parties":
            return entry.list, _flat(fields["name"])
        case "key_terms":
            return entry.list, _flat(fields["term"])
        case "dates":
            return entry.list, fields["date"] or _flat(fields["written"]), _flat(entry.text)
    return entry.list, fields.get("question"), _flat(entry.text)


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


def _joined(entries: Sequence[Entry]) -> Entry:
    first, *others = entries
    if not others:
        return first
    proofs = dict.fromkeys(proof for entry in entries for proof in entry.proofs)
    return Entry(first.list, first.where, first.text, first.fields, tuple(proofs))


class _Layout:
    def __init__(self, paper: Paper, entries: Sequence[Entry], merged: Merged | None) -> None:
        self.paper = paper
        self.entries = entries
        self.derived = merged.derived if merged else ()

    def all(self, name: str, kind: type[S]) -> list[S]:
        """The merges' own come after what the sections gave."""
        of_list = [entry for entry in (*self.entries, *self.derived) if entry.list == name]
        return [self._statement(entry, kind) for entry in of_list]

    def single(self, name: str) -> Statement:
        """What the last merge made of it, else what the first section said that said anything."""
        found = next((entry for entry in (*reversed(self.derived), *self.entries) if entry.list == name), None)
        return self._statement(found, Statement) if found else Statement(text=UNKNOWN)

    def answer(self, number: int, question: str) -> Answer:
        found = self._answering(self.derived, number) or self._answering(self.entries, number)
        if not found:
            return Answer(question=question, answered=False, text=UNANSWERED)
        whole = Entry("answers", "", " ".join(entry.text for entry in found), {}, _joined(found).proofs)
        return self._statement(whole, Answer, question=question, answered=True)

    @staticmethod
    def _answering(entries: Sequence[Entry], number: int) -> list[Entry]:
        return [entry for entry in entries if entry.list == "answers" and entry.fields["question"] == number]

    def _statement(self, entry: Entry, kind: type[S], **more: object) -> S:
        citations = self._citations(entry)
        fields: dict[str, Any] = {**_FIELDS.get(entry.list, dict)(entry.fields), **more}
        if entry.list == "recommendations":
            fields["basis"] = "found" if entry.proofs else "missing"
        supported = any(one.verified and _bears(one.quote, entry) for one in citations)
        return kind(text=entry.text, citations=citations, supported=supported, **fields)

    def _citations(self, entry: Entry) -> list[CitationOut]:
        found = [
            one for proof in entry.proofs for one in grounding.citations(self.paper, [proof.quote], pages=proof.pages)
        ]
        return list({(one.start_char, one.quote): one for one in found}.values())[: grounding.MOST_QUOTES]


def _bears(quote: str, entry: Entry) -> bool:
    """A quotation that stands in the document proves no party, term or day that it does not name."""
    named = _NAMED.get(entry.list)
    return named is None or _flat(entry.fields[named]) in _flat(quote)


def _dated(fields: dict[str, Any]) -> dict[str, Any]:
    """The day only when what is written can be read as that very day."""
    written = fields["written"]
    read = {str(found.day) for found in days([Line(0, len(written), written, None, is_heading=False)])}
    return {"written": written, "date": fields["date"] if read == {fields["date"]} else None}


_NAMED = {"parties": "name", "dates": "written", "key_terms": "term"}


_FIELDS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "dates": _dated,
    "answers": lambda _fields: {},
}
