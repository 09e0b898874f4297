"""The language model of the browser's tests: a part to play for each question, and else a sentence of the sources."""

import asyncio
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.fixtures.gemini import Reply

SOURCE = re.compile(r'<source n="(\d+)"[^>]*>\n(.*?)\n</source>', re.S)
#: ⟦some words⟧ in what is said becomes the number of the source that has these words.
NUMBER_OF = re.compile(r"⟦(.+?)⟧", re.S)
SENTENCE = re.compile(r"[A-Z][^.]{30,}\.")
NOTHING = "The sources do not answer this question."
TITLE = "Rent and notice under the lease"


@dataclass
class Part:
    """What is said to questions that have the words `about`; after `pause_after` pieces it waits for `go_on`."""

    about: str
    pieces: tuple[str, ...] = ()
    pause_after: int | None = None
    title: str = TITLE
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def said(self, sources: dict[int, str]) -> Reply:
        pieces = tuple(_numbered(piece, sources) for piece in self.pieces)
        return Reply(pieces=pieces or _cited(sources), pause_after=self.pause_after, go_on=self.go_on)


class Model:
    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def will_play(self, part: Part) -> None:
        self._parts[part.about] = part

    def go_on(self, about: str) -> None:
        self._parts[about].go_on.set()

    def release(self) -> None:
        for part in self._parts.values():
            part.go_on.set()

    def speak(self, body: dict[str, Any]) -> Reply:
        asked = _told(body["contents"][-1:])
        return self._part(asked).said(_sources(asked))

    def fill(self, body: dict[str, Any]) -> dict[str, Any]:
        """Titles and records of conversations; of every other form the blank, which each may be."""
        wanted = body["generationConfig"]["responseJsonSchema"]["properties"]
        if "title" in wanted:
            return {"title": self._part(_told(body["contents"])).title}
        return {"record": "The lawyer asked about a document."} if "record" in wanted else {}

    def _part(self, told: str) -> Part:
        return next((part for about, part in reversed(self._parts.items()) if about in told), Part(""))


def _told(contents: list[dict[str, Any]]) -> str:
    return "\n".join(part["text"] for content in contents for part in content["parts"])


def _sources(asked: str) -> dict[int, str]:
    return {int(number): _plain(text) for number, text in SOURCE.findall(asked)}


def _numbered(piece: str, sources: dict[int, str]) -> str:
    return NUMBER_OF.sub(lambda found: f"[{_source_with(_plain(found[1]), sources)}]", piece)


def _source_with(words: str, sources: dict[int, str]) -> int | str:
    """Where there is none the answer says so, for whoever reads what the test has seen."""
    return next((number for number, text in sources.items() if words in text), f"no source says: {words}")


def _cited(sources: dict[int, str]) -> tuple[str, ...]:
    for number, text in sources.items():
        if sentence := SENTENCE.search(text):
            return ("The document says: ", f"“{sentence[0]}” [{number}]")
    return (NOTHING,)


def _plain(text: str) -> str:
    return " ".join(unescape(text).split())
