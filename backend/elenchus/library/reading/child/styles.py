"""What Word's styles say of the letters and numbers of a paragraph, each style through those it is based on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from elenchus.library.reading.child.colors import is_pale
from elenchus.library.reading.child.package import Attributes, Node, Package

LONGEST_CHAIN: Final = 20  # of styles based on styles
TINY: Final = 4  # half-points; no reader sees letters of two points
DEEPEST: Final = 9  # levels of headings
NO_PATTERN: Final = ("none", "nil", "clear", "white")


class Look(NamedTuple):
    """None: not said here."""

    hidden: bool | None = None
    pale: bool | None = None
    tiny: bool | None = None

    def over(self, below: "Look") -> "Look":
        return Look(*(mine if mine is not None else theirs for mine, theirs in zip(self, below, strict=True)))


NOTHING_SAID: Final = Look()


@dataclass(frozen=True, slots=True)
class Style:
    based_on: str | None
    number: str | None
    level: int | None
    look: Look
    is_painted: bool
    outline: int | None


class Styles:
    def __init__(self, package: Package, folder: str) -> None:
        root = package.tree(f"{folder}styles.xml")
        table = root.first("styles") or root
        self._styles = {style.attributes.get("styleId", ""): _style(style) for style in table.all("style")}
        self._default = next((s.attributes.get("styleId") for s in table.all("style") if _is_default(s)), None)
        self._everywhere = look_of(table.first("docDefaults", "rPrDefault", "rPr"))
        self._looks = {name: self._look(name) for name in self._styles}

    def of_paragraph(self, style: str | None) -> Look:
        return self.of_run(style or self._default).over(self._everywhere)

    def of_run(self, style: str | None) -> Look:
        return self._looks.get(style or "", NOTHING_SAID)

    def _look(self, style: str) -> Look:
        look = NOTHING_SAID
        for found in self.chain(style):
            look = look.over(found.look)
        return look

    def depth_of(self, style: str | None) -> int:
        """Of a heading, from 1; 0 of any other paragraph."""
        return depth(next((found.outline for found in self.chain(style) if found.outline is not None), None))

    def paints(self, style: str | None) -> bool:
        """Behind a paragraph, or parts of a table."""
        return any(found.is_painted for found in self.chain(style))

    def chain(self, style: str | None) -> list[Style]:
        chain: list[Style] = []
        while style in self._styles and len(chain) < LONGEST_CHAIN:
            chain.append(self._styles[style or ""])
            style = chain[-1].based_on
        return chain


def look_of(properties: Node | None) -> Look:
    if properties is None:
        return NOTHING_SAID
    hidden, color, size = properties.first("vanish"), properties.value("color"), properties.value("sz")
    return Look(None if hidden is None else is_on(hidden), None if color is None else is_pale(color), is_tiny(size))


def depth(outline: int | None) -> int:
    """Word counts from 0, and its 9 is ordinary text."""
    return 0 if outline is None or not 0 <= outline < DEEPEST else outline + 1


def is_tiny(half_points: str | None) -> bool | None:
    size = whole(half_points)
    return None if size is None else size <= TINY


def is_painted(shading: Attributes) -> bool:
    """White does not count."""
    fill, pattern = shading.get("fill", "auto"), shading.get("val", "none")
    return pattern not in NO_PATTERN if fill == "auto" else not is_pale(fill)


def is_on(switch: Node | None) -> bool:
    return switch is not None and is_true(switch.attributes.get("val"))


def is_true(value: str | None) -> bool:
    """A switch without a value is on."""
    return value not in ("0", "false", "off")


def whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else None


def _style(style: Node) -> Style:
    return Style(
        style.value("basedOn"),
        style.value("pPr", "numPr", "numId"),
        whole(style.value("pPr", "numPr", "ilvl")),
        look_of(style.first("rPr")),
        any(is_painted(shading.attributes) for shading in _all_within(style, "shd")),
        whole(style.value("pPr", "outlineLvl")),
    )


def _all_within(node: Node, name: str) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        waiting += (found := waiting.pop()).children
        if found.name == name:
            yield found


def _is_default(style: Node) -> bool:
    return style.attributes.get("type") == "paragraph" and is_true(style.attributes.get("default", "0"))
