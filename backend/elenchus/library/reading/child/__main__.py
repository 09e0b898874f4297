"""One document, then the end: seal, say "ready", take one request, answer with its pages, line by line.

    → {"path": …, "kind": "pdf", "limits": {…}}
    ← {"type": "ready", "guards": […]}
    ← {"type": "meta", "page_count": 12, "guards": […]}
    ← {"type": "page", "text": …, "width": 612.0, "height": 792.0, "textless": false, "label": null,
       "hides_text": false, "confidence": null, "headings": [[0, 1]]}     (once for each page)
    ← {"type": "recognising"}     (before a page whose words have to be recognised in a picture, which takes longer)
    ← {"type": "end", "outcome": "ok", "repaired": false, "encoding": null}   (or a reason from `outcomes.REFUSALS`)

With `"ocr": {"folder": …, "languages": "eng"}` pages that are pictures of text are recognised.

With `"task": "attachments"` in the request, what is attached to a message comes instead of pages: for each a `file`
with its name and `data` lines in base64, the last of them empty. With `"task": "picture"` comes one `picture`, a PNG in
base64, of the `page` of a PDF, `width` pixels wide.

Any other fault ends the process; the parent reads the exit code.
"""

import base64
import fcntl
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from elenchus.library.reading.child import codepages, jail
from elenchus.library.reading.child.contract import Legibility, Opened, Page, Refused
from elenchus.library.reading.child.mail import MailFile
from elenchus.library.reading.child.ocr import Recogniser
from elenchus.library.reading.child.pdf import PdfFile
from elenchus.library.reading.child.readers import READERS
from elenchus.library.reading.cleaning import seen
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.values import ReadingLimits

LONGEST_REQUEST: Final = 1 << 16
BLOCK_BYTES: Final = 3 << 16
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


Task = Callable[[dict[str, Any], Path, ReadingLimits, Answer], None]


def main() -> None:
    answer = Answer()
    codepages.forget_others()
    guards = jail.seal()
    answer.send(type="ready", guards=guards)
    line = sys.stdin.buffer.readline(LONGEST_REQUEST)
    if not line:
        return
    request = json.loads(line)
    path, limits = Path(request["path"]), ReadingLimits(**request["limits"])
    try:
        recogniser = Recogniser.asked(request.get("ocr"), limits.ocr_seconds, partial(answer.send, type="recognising"))
        guards += _confined(path, limits, recogniser)
        if task := TASKS.get(request.get("task")):
            task(request, path, limits, answer)
            answer.send(type="end", outcome="ok")
            return
        document = _opened(Kind(request["kind"]), path, limits, recogniser)
        answer.send(type="meta", page_count=document.page_count, guards=guards)
        outcome = _read(document, limits, answer)
        if outcome == "scan" and recogniser:
            outcome = "illegible"
        answer.send(type="end", outcome=outcome, repaired=document.repaired, encoding=document.encoding)
    except Refused as refusal:
        answer.send(type="end", outcome=refusal.reason, repaired=False, encoding=None)
    except RecursionError:
        answer.send(type="end", outcome="too_complex", repaired=False, encoding=None)
    except MemoryError:
        answer.send(type="end", outcome="memory", repaired=False, encoding=None)


def _confined(path: Path, limits: ReadingLimits, recogniser: Recogniser | None) -> list[str]:
    if recogniser is None:
        return jail.confine(path, limits)
    return jail.confine(path, limits, [recogniser.folder], cpu_reserve=int(limits.ocr_seconds))


def _opened(kind: Kind, path: Path, limits: ReadingLimits, recogniser: Recogniser | None) -> Opened:
    return PdfFile(path, limits, recogniser) if kind is Kind.PDF else READERS[kind](path, limits)


def _read(document: Opened, limits: ReadingLimits, answer: Answer) -> str:
    """Send every page. Real text on one page makes it readable; pictures alone make it a scan."""
    seen: set[Legibility] = set()
    has_text, characters = False, 0
    for number, page in enumerate(map(_seen, document.pages()), start=1):
        characters += len(page.text) + 1
        _refuse_beyond(limits, number, len(page.text), characters)
        answer.send(type="page", **_fields(page))
        seen.add(page.legibility)
        has_text = has_text or bool(page.text.strip())
    if Legibility.UNREAD in seen and Legibility.READ not in seen:
        return "scan"
    return "ok" if has_text else "no_text"


def _seen(page: Page) -> Page:
    text = seen(page.text)
    return page if text is page.text else replace(page, text=text, hides_text=page.hides_text or text != page.text)


def _fields(page: Page) -> dict[str, Any]:
    fields = {name: getattr(page, name) for name in page.__slots__}  # `asdict` would copy them deeply
    fields["textless"] = fields.pop("legibility") is Legibility.UNREAD
    return fields


def _unpack(_request: dict[str, Any], path: Path, limits: ReadingLimits, answer: Answer) -> None:
    for attachment in MailFile(path, limits).attachments():
        content = memoryview(attachment.content())
        answer.send(type="file", name=attachment.name)
        while content:
            answer.send(type="data", base64=base64.b64encode(content[:BLOCK_BYTES]).decode("ascii"))
            content = content[BLOCK_BYTES:]
        answer.send(type="data", base64="")


def _draw(request: dict[str, Any], path: Path, limits: ReadingLimits, answer: Answer) -> None:
    png = PdfFile(path, limits).picture(request["page"], request["width"])
    answer.send(type="picture", base64=base64.b64encode(png).decode("ascii"))


TASKS: Final[Mapping[str | None, Task]] = {"attachments": _unpack, "picture": _draw}


def _refuse_beyond(limits: ReadingLimits, pages: int, page_characters: int, characters: int) -> None:
    if pages > limits.pages:
        raise Refused("too_many_pages")
    if page_characters > limits.page_characters:
        raise Refused("page_too_long")
    if characters > limits.characters:
        raise Refused("too_much_text")


if __name__ == "__main__":
    main()
