"""A conversation as it is set on paper: turns of blocks, each with the footnotes it calls, numbered all through."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from elenchus.research import branches
from elenchus.research.exporting import blocks, findings
from elenchus.research.exporting.blocks import Block, one_line

SECTION = "section"
SPEAKERS = {"user": "Question", "assistant": "Answer", "system": "Note"}
EXAMINATION = "Examination"
_UNFINISHED = {
    "streaming": "This answer was still being written when the file was made.",
    "stopped": "This answer was stopped before its end.",
    "failed": "No answer could be given.",
}
BROKE_OFF = "This answer broke off."
CUT = "The model ran into its limit: the last words of this answer are missing."
_VERIFIED: dict[bool | None, str] = {True: "verified", False: "not verified"}
_LOST = {"deleted": "the document was deleted", "changed": "the document no longer says this"}
STALE = "WARNING: documents have changed or gone since this was answered; the notes say which of their words are lost."
UNVERIFIED = "WARNING: not every quotation stands in its document as quoted; the notes say which are not verified."
BEGINS_ANEW = "Begins anew: nothing above was part of it."


@dataclass(frozen=True, slots=True)
class Place:
    """`lost` says what became of the words since they were quoted; `verified` is said of a paper's sources only, whose
    words were looked up before it was written."""

    pages: str
    quote: str
    lost: str = ""
    verified: bool | None = None

    @property
    def text(self) -> str:
        quoted = f"“{self.quote}”" if self.quote else ""
        said = self.lost or _VERIFIED.get(self.verified, "")
        return ": ".join(filter(None, (self.pages, quoted))) + (f" [{said}]" if said else "")


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: the document, and each passage of it that is quoted."""

    number: int
    document: str
    places: tuple[Place, ...]

    @property
    def text(self) -> str:
        return ", ".join(filter(None, (self.document, "; ".join(place.text for place in self.places))))


@dataclass(frozen=True, slots=True)
class Talk:
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Turn:
    """`remarks` are about the answer as a whole, `warnings` against it; `findings` are what these stand on."""

    heading: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    blocks: list[Block]
    notes: tuple[Note, ...]
    findings: tuple[str, ...]


def talk(title: str, exported_at: str, messages: int | None = None) -> Talk:
    about = (f"Exported {minute(exported_at)}", f"messages: {messages}" if messages else "", "made with Elenchus")
    return Talk(one_line(title), " · ".join(filter(None, about)))


class Script:
    """One conversation from its first message to its last: it knows what was said before."""

    def __init__(self) -> None:
        self._notes = 0
        self._spoken: Counter[str] = Counter()
        self._labels: dict[str, str] = {}  # by the message's id
        self._last: str | None = None

    def turn(self, message: Mapping[str, Any]) -> Turn:
        """Of a message as it goes over the wire; one with a `heading` of its own is not counted. Who asks types text;
        who answers writes Markdown, as does a `section` of a paper, which may have a table and is not an answer."""
        is_answer = message["role"] == "assistant"
        is_text = not is_answer and message["role"] != SECTION
        content = blocks.plain(message["content"]) if is_text else blocks.of_markdown(message["content"])
        content += blocks.table(message["table"]) if message.get("table") else []
        is_claim = is_answer and _has_words(message)
        found = findings.of(message.get("verification")) if is_claim else findings.Findings()
        for words, warning in found.flags:
            blocks.flag(content, words, warning)
        notes = self._number(content, _places(message))
        warned = {STALE: any(place.lost for note in notes for place in note.places),
                  UNVERIFIED: any(place.verified is False for note in notes for place in note.places)}  # fmt: skip
        return Turn(
            heading=self._heading(message),
            remarks=(*self._follows(message), *_end(message)),
            warnings=(*found.summary, *(warning for warning, is_due in warned.items() if is_due)),
            blocks=content,
            notes=notes,
            findings=found.rows,
        )

    def _number(self, content: list[Block], places: Mapping[int, Note]) -> tuple[Note, ...]:
        """In the order in which they are called; then those that no mark of the answer names."""
        order = dict.fromkeys([*blocks.called(content, places), *places])
        notes = {source: replace(places[source], number=self._notes + n) for n, source in enumerate(order, 1)}
        self._notes += len(notes)
        blocks.call_notes(content, {source: note.number for source, note in notes.items()})
        return tuple(notes.values())

    def _heading(self, message: Mapping[str, Any]) -> str:
        if (heading := message.get("heading")) is not None:
            return one_line(heading)
        speaker = SPEAKERS.get(message["role"], "Note")
        self._spoken[speaker] += 1
        label = self._labels[message["id"]] = f"{speaker} {self._spoken[speaker]}"
        said = [label, minute(message["created_at"]), one_line(message.get("model") or "")]
        return " · ".join(part for part in said if part)

    def _follows(self, message: Mapping[str, Any]) -> tuple[str, ...]:
        """Nothing while it follows what stands right above it."""
        above, self._last = self._last, message["id"]
        parent = message.get("parent_id")
        if parent is None or parent == above:
            return ()
        if parent == branches.START:
            return (BEGINS_ANEW,) if above else ()
        return (f"Follows {self._labels.get(parent, 'a message that is not in this file')}.",)


def minute(time: str) -> str:
    """Of a time as it goes over the wire."""
    return f"{time[:16].replace('T', ' ')} UTC"


def _has_words(message: Mapping[str, Any]) -> bool:
    return bool(message["content"].strip())


def _end(message: Mapping[str, Any]) -> Iterator[str]:
    status, error = message.get("status") or "", message.get("error")
    if status in _UNFINISHED:
        yield BROKE_OFF if status == "failed" and _has_words(message) else _UNFINISHED[status]
    if error:
        yield one_line(error["detail"])
    if message.get("is_cut"):
        yield CUT


def _places(message: Mapping[str, Any]) -> dict[int, Note]:
    """A note for each source, without its number; a source that is quoted twice has one."""
    by_source: dict[int, list[Mapping[str, Any]]] = {}
    for citation in message.get("citations") or ():
        by_source.setdefault(citation["n"], []).append(citation)
    stale = message.get("stale") or {}
    return {
        source: Note(0, one_line(cited[0]["document_title"]), tuple(_place(each, stale) for each in cited))
        for source, cited in sorted(by_source.items())
    }


def _place(citation: Mapping[str, Any], stale: Mapping[str, Any]) -> Place:
    lost = _lost(citation, stale.get(citation["document_id"]))
    return Place(_pages(citation), one_line(citation["quote"]), lost, citation.get("verified"))


def _pages(citation: Mapping[str, Any]) -> str:
    start, end = citation["page_start"], citation["page_end"]
    if start is None:
        return ""
    return f"p. {start}" if start == end else f"pp. {start}–{end}"


def _lost(citation: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    if not found or citation["n"] not in found["citations"]:
        return ""
    return f"{_LOST.get(found['reason'], found['reason'])}, seen {minute(found['since'])}"
