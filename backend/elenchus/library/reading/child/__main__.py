"""One document, then the end: seal, say "ready", take one request, answer with its pages, line by line.

    → {"path": …, "kind": "pdf", "limits": {…}}
    ← {"type": "ready", "guards": […]}
    ← {"type": "meta", "page_count": 12, "guards": […]}
    ← {"type": "page", "text": …, "width": 612.0, "height": 792.0, "textless": false}     (once for each page)
    ← {"type": "end", "outcome": "ok", "repaired": false, "encoding": null}   (or a reason from `outcomes.REFUSALS`)

Any other fault ends the process; the parent reads the exit code.
"""

import fcntl
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from elenchus.library.reading.child import jail
from elenchus.library.reading.child.contract import Legibility, Opened, Refused
from elenchus.library.reading.child.readers import READERS
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.values import ReadingLimits

LONGEST_REQUEST: Final = 1 << 16
PIPE_BYTES: Final = 1 << 20  # 300 dense pages ahead of a parent that waits for the database


class Answer:
    """The pipe to the parent. Standard output itself goes to standard error, since libraries print."""

    def __init__(self) -> None:
        self._pipe = os.dup(1)
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux; elsewhere, or past the user's quota, the child waits more often
            with suppress(OSError):
                fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        os.dup2(2, 1)

    def send(self, **message: Any) -> None:
        line = memoryview(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        while line:
            line = line[os.write(self._pipe, line) :]


def main() -> None:
    answer = Answer()
    guards = jail.seal()
    answer.send(type="ready", guards=guards)
    line = sys.stdin.buffer.readline(LONGEST_REQUEST)
    if not line:
        return
    request = json.loads(line)
    path, limits = Path(request["path"]), ReadingLimits(**request["limits"])
    try:
        guards += jail.confine(path, limits)
        document = READERS[Kind(request["kind"])](path, limits)
        answer.send(type="meta", page_count=document.page_count, guards=guards)
        outcome = _read(document, limits, answer)
        answer.send(type="end", outcome=outcome, repaired=document.repaired, encoding=document.encoding)
    except Refused as refusal:
        answer.send(type="end", outcome=refusal.reason, repaired=False, encoding=None)
    except MemoryError:
        answer.send(type="end", outcome="memory", repaired=False, encoding=None)


def _read(document: Opened, limits: ReadingLimits, answer: Answer) -> str:
    """Send every page. Real text on one page makes it readable; pictures alone make it a scan."""
    seen: set[Legibility] = set()
    has_text, characters = False, 0
    for number, page in enumerate(document.pages(), start=1):
        characters += len(page.text) + 1
        _refuse_beyond(limits, number, len(page.text), characters)
        textless = page.legibility is Legibility.UNREAD
        answer.send(type="page", text=page.text, width=page.width, height=page.height, textless=textless)
        seen.add(page.legibility)
        has_text = has_text or bool(page.text.strip())
    if Legibility.UNREAD in seen and Legibility.READ not in seen:
        return "scan"
    return "ok" if has_text else "no_text"


def _refuse_beyond(limits: ReadingLimits, pages: int, page_characters: int, characters: int) -> None:
    if pages > limits.pages:
        raise Refused("too_many_pages")
    if page_characters > limits.page_characters:
        raise Refused("page_too_long")
    if characters > limits.characters:
        raise Refused("too_much_text")


if __name__ == "__main__":
    main()
