"""What a web page hides from its reader, as far as the page itself says: text that nobody sees is not evidence, and is
where instructions to machines are put. Rules of linked style sheets are unknown; nothing is fetched."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from elenchus.library.reading.child.colors import is_pale

MOST_RULES: Final = 5_000
MOST_CSS: Final = 1 << 20
BRACE: Final = re.compile(r"[{}]")
COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
SIMPLE: Final = re.compile(r"([a-z][\w-]*)?((?:[.#][\w-]+)*)")  # "p", ".small", "td.note", "#fine-print"
NOTHING: Final = re.compile(r"0*\.?0*(?:[1-9]e-\d+)?(?:px|pt|em|rem|ex|%|in|cm|mm)?$")
TINY: Final = re.compile(r"(?:[01]?(?:\.\d+)?(?:px|pt)|0?\.0\d*(?:em|rem))$")
RELATIVE: Final = re.compile(r"[\d.]+(?:em|%)$")  # of nothing it is nothing
FAR: Final = re.compile(r"-\d{4,}(?:\.\d+)?(?:px|pt|em)?$")
CLIPPED: Final = re.compile(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)$|inset\((?:50|100)%\)$|circle\(0")
VANISHED: Final = re.compile(r".*(?:scale[xy]?\(\s*0?\.?0*\s*[,)]|opacity\(\s*0?\.?0*%?\s*\))")
TOLD: Final = frozenset(
    "display visibility opacity font-size left top text-indent margin-left margin-top max-height height width "
    "max-width overflow color background background-color clip clip-path transform filter page-break-before "
    "page-break-after break-before break-after".split()
)

Style = dict[str, str]


def declared(css: str | None) -> Style:
    """The declarations of a `style` attribute or of a rule's body, as far as they tell something here."""
    pairs = (part.split(":", 1) for part in COMMENT.sub("", (css or "").lower()[:MOST_CSS]).split(";") if ":" in part)
    named = ((name.strip(), value) for name, value in pairs)
    return {name: value.replace("!important", "").strip() for name, value in named if name in TOLD}


class Look(NamedTuple):
    """What an element's style says of the letters in it, until one inside says otherwise."""

    pale: bool = False
    tiny: bool = False
    invisible: bool = False

    def inside(self, style: Mapping[str, str]) -> "Look":
        color, size, visibility = (style.get(name, "inherit") for name in ("color", "font-size", "visibility"))
        tiny = _is(NOTHING, size) or _is(TINY, size)
        return Look(
            self.pale if color == "inherit" else is_pale(color),
            tiny or (self.tiny and (size == "inherit" or _is(RELATIVE, size))),
            self.invisible if visibility == "inherit" else visibility in ("hidden", "collapse"),
        )


def is_gone(style: Mapping[str, str]) -> bool:
    """With all that is inside, whatever that says."""
    get = style.get
    sizes = (get("max-height") or get("height"), get("max-width") or get("width"))
    return (
        get("display") == "none"
        or _is(NOTHING, get("opacity"))
        or any(_is(FAR, get(name)) for name in ("left", "top", "text-indent", "margin-left", "margin-top"))
        or (get("overflow") in ("hidden", "clip") and any(_is(NOTHING, size) or _is(TINY, size) for size in sizes))
        or any(_is(CLIPPED, get(name)) for name in ("clip", "clip-path"))
        or any(_is(VANISHED, get(name)) for name in ("transform", "filter"))
        or ("color" in style and style["color"] == _behind(style))
    )


def _is(shape: re.Pattern[str], value: str | None) -> bool:
    return value is not None and shape.match(value) is not None


def _behind(style: Mapping[str, str]) -> str | None:
    return style.get("background-color") or style.get("background")


def has_background(style: Mapping[str, str]) -> bool:
    behind = _behind(style)
    return bool(behind) and behind != "none" and not is_pale(behind or "")


class Rule(NamedTuple):
    """`weight`: how exactly its selector names an element, then its place; the heaviest wins."""

    weight: tuple[int, int, int, int]
    tag: str
    marks: frozenset[str]
    style: Style


class Sheet:
    """The rules of the page's own style elements whose selectors are simple; others are not applied."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        self._count = 0
        self._css, self._left = "", MOST_CSS
        self.is_partial = False
        """Something may lie behind white letters that these rules do not tell."""

    def add(self, css: str) -> None:
        self._css += css[: self._left]
        self._left -= len(css[: self._left])

    def finish(self) -> None:
        """A style element has ended."""
        css, self._css = COMMENT.sub(" ", self._css).lower(), ""
        self.is_partial = self.is_partial or "@import" in css
        for selectors, body in _rules_of(css):
            if style := declared(body):
                for selector in selectors.split(","):
                    self._add_rule(selector.strip(), style)

    def _add_rule(self, selector: str, style: Style) -> None:
        found = SIMPLE.fullmatch(selector)
        self.is_partial = self.is_partial or (not found and has_background(style))
        if not found or not found[0] or self._count >= MOST_RULES:
            return
        self._count += 1
        tag, marks = found[1] or "", re.findall(r"[.#][\w-]+", found[2])
        ids = sum(mark[0] == "#" for mark in marks)
        weight = (ids, len(marks) - ids, bool(tag), self._count)
        self._rules[marks[0] if marks else tag].append(Rule(weight, tag, frozenset(marks), style))

    def style_of(self, tag: str, attributes: Mapping[str, str | None]) -> Style:
        if not self._rules:
            return {}
        marks = {f".{name}" for name in (attributes.get("class") or "").lower().split()}
        marks.add(f"#{(attributes.get('id') or '').lower()}")
        found = [rule for name in (tag, *marks) for rule in self._rules.get(name, ())]
        style: Style = {}
        for rule in sorted(rule for rule in found if rule.tag in ("", tag) and rule.marks <= marks):
            style |= rule.style
        return style


def _rules_of(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and body of each. Inside another (for some screens, for printing) it is "@": what it hides is shown
    elsewhere, and what it paints may be behind anything."""
    open_: list[str] = []
    start = 0
    for brace in BRACE.finditer(css):
        piece, start = css[start : brace.start()], brace.end()
        if brace[0] == "{":
            open_.append(piece)
        elif open_:
            selectors = open_.pop().rpartition(";")[2]
            yield ("@" if open_ else selectors), piece
