"""Rich text (.rtf). Read here rather than by a library: those at hand know neither tracked deletions nor hidden text,
and put footnotes into the middle of sentences. Headers, footers, comments and pictures are left out."""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.codepages import codec
from elenchus.library.reading.child.colors import PALE
from elenchus.library.reading.child.contract import Page, Refused
from elenchus.library.reading.child.rtftext import MOVES, SIGNS, Flow
from elenchus.library.reading.child.stretches import PICTURE, page_chars, pages_of
from elenchus.library.reading.child.styles import TINY
from elenchus.library.reading.child.wordprose import WINGDINGS
from elenchus.library.reading.cleaning import clean
from elenchus.library.reading.values import ReadingLimits

TOKEN: Final = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,9})?[ ]?|\\'([\dA-Fa-f]{2})|\\([^A-Za-z'])|([{}])|[\r\n]+|([^\\{}\r\n]{1,65536})|.",
    re.DOTALL,
)
DEEPEST: Final = 1_000
SKIPPED: Final = frozenset(
    "stylesheet info header headerl headerr headerf footer footerl footerr footerf fldinst nonshppict shprslt "
    "nonesttables annotation atnid atnauthor atnref objdata filetbl tc tcn xe sp private upr pntxta pntxtb bkmkstart "
    "bkmkend listtable listoverridetable revtbl".split()
)
SHOWN_THOUGH_STARRED: Final = frozenset({"shppict", "shpinst"})  # what old programs skip, but we know
PAINTED: Final = frozenset({"cb", "chcbpat", "highlight"})  # behind letters, by a colour's number
_CHARSETS = (
    "77 mac_roman 128 cp932 129 cp949 130 johab 134 gb18030 136 cp950 161 cp1253 162 cp1254 163 cp1258 177 cp1255 "
    "178 cp1256 186 cp1257 204 cp1251 222 cp874 238 cp1250 254 cp437 255 cp850"
).split()
CHARSETS: Final = dict(zip(map(int, _CHARSETS[::2]), _CHARSETS[1::2], strict=True))
SYMBOLS: Final = 2
MACHINES: Final = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
PARTS: Final = ("red", "green", "blue")
MOST_COLORS: Final = 5_000
PRIVATE: Final = range(0xF000, 0xF100)  # where Word puts the signs of its symbol fonts


@dataclass(frozen=True, slots=True)
class State:
    """What a brace opens and closes. `hidden` also stands for what was deleted."""

    skipped: bool = False
    hidden: bool = False
    deleted: bool = False
    font: int | None = None
    spare: int = 1  # characters after a Unicode one, for programs that do not know it
    is_note: bool = False
    lists_fonts: bool = False
    lists_colors: bool = False
    color: int = 0
    tiny: bool = False
    painted: bool = False  # behind the letters
    paragraph_painted: bool = False


class RichFile:
    page_count: int | None = None
    encoding: str | None = None

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        self._path = path
        self.repaired = False
        self._page_chars = page_chars(path.stat().st_size // 2, limits)

    def pages(self) -> Iterator[Page]:
        return pages_of(self._pieces(), self._page_chars)

    def _pieces(self) -> Iterator[str]:
        reader = _Reader()
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from reader.read(data)
        if reader.depth > 1:
            raise Refused("truncated")
        self.repaired = reader.depth == 1


class _Reader:
    def __init__(self) -> None:
        self._flow = Flow()
        self._state, self._above = State(), list[State]()
        self._bytes = bytearray()
        self._spare_left, self._half = 0, 0
        self._starred = False
        self._codepage = "cp1252"
        self._fonts: dict[int, int] = {}
        self._default_font: int | None = None
        self._colors: list[dict[str, int]] = [{}]  # the last one is not finished while they are listed
        self._row_painted = self._may_be_dark = False

    @property
    def depth(self) -> int:
        return len(self._above)

    def read(self, data: mmap.mmap) -> Iterator[str]:
        at, end = 0, len(data)
        while at < end and (found := TOKEN.match(data, at)):
            at = found.end()
            word, number, hexed, sign, brace, text = found.groups()
            if word:
                at += self._word(word.decode("ascii"), int(number) if number else None)
            elif brace:
                self._brace(brace)
                if not self._above:
                    break
            else:
                self._plain(hexed, sign, text)
            if piece := self._flow.taken():
                yield piece
        self._flush()
        yield from self._flow.finish()

    # characters

    def _plain(self, hexed: bytes | None, sign: bytes | None, text: bytes | None) -> None:
        if sign == b"*":
            self._starred = True
        elif hexed:
            self._take(bytes.fromhex(hexed.decode("ascii")))
        elif sign in (b"\r", b"\n"):
            self._word("par", None)
        elif sign:
            self._say(SIGNS.get(sign.decode("latin-1"), ""))
        elif text:
            self._take(text)

    def _take(self, data: bytes) -> None:
        dropped = min(self._spare_left, len(data))
        self._spare_left -= dropped
        if self._state.lists_colors:
            self._colors += [{} for _ in range(min(data.count(b";"), MOST_COLORS - len(self._colors)))]
        elif self._is_silent():
            self._note_concealed(data[dropped:].isspace())
        else:
            self._bytes += data[dropped:]

    def _flush(self) -> None:
        """Bytes gather, since some letters take two, each escaped."""
        if not self._bytes:
            return
        data, self._bytes = bytes(self._bytes), bytearray()
        charset = self._fonts.get(self._font())
        if charset == SYMBOLS:
            self._flow.say("".join(_symbol(0xF000 + byte) if byte > 32 else chr(byte) for byte in data))
        else:
            self._flow.say(clean(data.decode(CHARSETS.get(charset or 0, self._codepage), "replace")))

    def _font(self) -> int:
        return self._state.font if self._state.font is not None else self._default_font or 0

    def _say(self, text: str) -> None:
        self._flush()
        if text and not self._is_silent():
            self._flow.say(text)
        elif text:
            self._note_concealed(text.isspace())

    def _is_silent(self) -> bool:
        return self._is_no_text() or self._is_concealed()

    def _is_no_text(self) -> bool:
        state = self._state
        return state.skipped or state.deleted or state.lists_fonts or state.lists_colors

    def _is_concealed(self) -> bool:
        state = self._state
        if state.hidden or state.tiny or not state.color:
            return state.hidden or state.tiny
        on_color = state.painted or state.paragraph_painted or self._row_painted or self._may_be_dark
        return not on_color and self._is_pale(state.color)

    def _is_pale(self, color: int) -> bool:
        """The one that has no parts is the reader's own choice."""
        parts = self._colors[color] if 0 <= color < len(self._colors) else {}
        return bool(parts) and all(parts.get(part, 0) >= PALE for part in PARTS)

    def _paints(self, color: int | None) -> bool:
        return bool(color) and not self._is_pale(color or 0)

    def _note_concealed(self, is_blank: bool) -> None:
        if not is_blank and not self._is_no_text():
            self._flow.conceal()

    def _unicode(self, number: int) -> None:
        code = number % 0x10000
        self._spare_left = self._state.spare
        if 0xD800 <= code < 0xDC00:
            self._half = code
        elif 0xDC00 <= code < 0xE000:
            self._say(chr(0x10000 + (self._half - 0xD800) * 0x400 + code - 0xDC00) if self._half else "\ufffd")
            self._half = 0
        else:
            self._say(_symbol(code) if code in PRIVATE else clean(chr(code)))

    # groups and words

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._starred, self._spare_left = False, 0
        if brace == b"{":
            if self.depth >= DEEPEST:
                raise Refused("too_complex")
            self._above.append(self._state)
            self._state = replace(self._state, is_note=False)
        elif self._above:
            if self._state.is_note:
                self._flow.close_note()
            self._state = self._above.pop()

    def _word(self, word: str, number: int | None) -> int:
        """How many bytes of raw data follow."""
        starred, self._starred = self._starred, False
        if word == "bin":
            return max(0, number or 0)
        if word == "u" and number is not None:
            self._unicode(number)
            return 0
        self._flush()
        self._spare_left = 0
        self._may_be_dark = self._may_be_dark or word == "background"
        if word in SKIPPED or (starred and word not in SHOWN_THOUGH_STARRED):
            self._state = replace(self._state, skipped=True)
        elif word in SIGNS:
            self._say(SIGNS[word])
        else:
            self._change(word, number)
            if not self._is_silent():
                self._move(word)
        return 0

    def _change(self, word: str, number: int | None) -> None:
        on = number != 0
        match word:
            case "v":
                self._state = replace(self._state, hidden=on)
            case "deleted":
                self._state = replace(self._state, deleted=on)
            case "plain":
                plain = {"hidden": False, "deleted": False, "tiny": False, "painted": False}
                self._state = replace(self._state, font=None, color=0, **plain)
            case "f" if number is not None:
                self._state = replace(self._state, font=number)
            case "uc":
                self._state = replace(self._state, spare=min(max(number or 0, 0), 16))
            case "fonttbl":
                self._state = replace(self._state, lists_fonts=True)
            case "colortbl":
                self._state = replace(self._state, lists_colors=True)
            case "fcharset" if self._state.lists_fonts and len(self._fonts) < DEEPEST:
                self._fonts[self._font()] = number or 0
            case "pict":
                self._say(PICTURE)
                self._state = replace(self._state, skipped=True)
            case _:
                self._change_look(word, number)
                self._set_machine(word, number)

    def _change_look(self, word: str, number: int | None) -> None:
        if word in PARTS and self._state.lists_colors:
            self._colors[-1][word] = number or 0
        elif word == "cf":
            self._state = replace(self._state, color=number or 0)
        elif word == "fs" and number is not None:
            self._state = replace(self._state, tiny=number <= TINY)
        elif word in PAINTED:
            self._state = replace(self._state, painted=self._paints(number))
        elif word in ("pard", "cbpat", "shading"):
            painted = self._paints(number) if word == "cbpat" else bool(number) and word == "shading"
            self._state = replace(self._state, paragraph_painted=painted)
        elif word in ("trowd", "clcbpat"):
            self._row_painted = word == "clcbpat" and (self._row_painted or self._paints(number))
        elif word == "shptxt":  # a box, behind whose words anything may be painted
            self._state = replace(self._state, painted=True)

    def _set_machine(self, word: str, number: int | None) -> None:
        if word == "deff":
            self._default_font = number
        elif word == "ansicpg":
            self._codepage = codec(f"cp{number}") or self._codepage
        elif word in MACHINES:
            self._codepage = MACHINES[word]

    def _move(self, word: str) -> None:
        if word == "footnote":
            self._flow.open_note()
            self._state = replace(self._state, is_note=True)
        elif word in MOVES:
            getattr(self._flow, MOVES[word])()


def _symbol(code: int) -> str:
    return WINGDINGS.get(f"{code:04X}", "\ufffd")
