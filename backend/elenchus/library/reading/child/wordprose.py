"""Word's paragraphs and runs: what of their text a reader sees, and the numbers and breaks that belong to them."""

from dataclasses import dataclass, field
from typing import Final

from elenchus.library.reading.child.colors import is_pale
from elenchus.library.reading.child.numbering import Numbering
from elenchus.library.reading.child.package import Attributes
from elenchus.library.reading.child.stretches import HIDDEN, PICTURE
from elenchus.library.reading.child.styles import NOTHING_SAID, Look, Styles, depth, is_painted, is_tiny, is_true, whole

SIGNS: Final = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "\u2011"}
PICTURES: Final = frozenset({"-blip", "-imagedata"})
#: Signs of the fonts Wingdings and Symbol that bear meaning: boxes, ticks, bullets.
WINGDINGS: Final = dict(
    pair.split("=")
    for pair in "F06F=☐ F071=☐ F0A8=☐ F078=☒ F0FD=☒ F0FE=☑ F052=☑ F0FC=✓ F0B7=• F0A7=• F0D8=• F0B0=°".split()
)


@dataclass(slots=True)
class Paragraph:
    pieces: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    style: str | None = None
    number: str | None = None
    level: int | None = None
    shaded: bool = False
    depth: int = 0  # of a heading
    breaks_before: bool = False
    breaks_after: bool = False
    continues: bool = False  # its end was deleted: the next paragraph goes on in it


class Prose:
    """The open paragraphs (one inside another where a text box is anchored) and the state of the run."""

    def __init__(self, styles: Styles, numbering: Numbering | None) -> None:
        self._styles, self._numbering = styles, numbering
        self._paragraphs: list[Paragraph] = []
        self._open: list[str] = []
        self._fields: list[bool] = []  # of each open field, whether its result has begun
        self._look = NOTHING_SAID  # of the run
        self._run_shaded = self._in_text = self._is_dark = False
        self._conceals = False  # since the last paragraph
        self._choices: list[str] = []
        self._chosen = 0

    def _shows(self) -> bool:
        return not self._is_concealed() and all(self._fields)

    def _is_concealed(self) -> bool:
        on_color = self._is_dark or self._run_shaded or (self._paragraphs and self._paragraphs[-1].shaded)
        pale = self._look.pale and not on_color and not self._may_stand_on_color()
        return bool(self._look.hidden or self._look.tiny or pale)

    def _may_stand_on_color(self) -> bool:
        return False

    def _paper(self, attributes: Attributes) -> None:
        self._is_dark = not is_pale(attributes.get("color", "FFFFFF"))

    def _mark_of_concealed(self) -> str:
        mark, self._conceals = HIDDEN * self._conceals, False
        return mark

    def _sign(self, name: str) -> None:
        if name in PICTURES and self._paragraphs:
            self._paragraphs[-1].pieces.append(PICTURE)
        elif self._open[-1:] == ["r"]:
            self._say(SIGNS[name])

    def _say(self, text: str) -> None:
        if self._paragraphs and self._shows():
            self._paragraphs[-1].pieces.append(text)
        elif self._paragraphs and all(self._fields) and not text.isspace():
            self._conceals = True

    # paragraphs

    def _start_paragraph(self, _: Attributes) -> None:
        self._paragraphs.append(Paragraph())
        self._look = NOTHING_SAID

    def _label(self, paragraph: Paragraph) -> str:
        if self._numbering is None:
            return ""
        return self._numbering.label(paragraph.style, paragraph.number, paragraph.level)

    def _paragraph_style(self, attributes: Attributes) -> None:
        if self._paragraphs and self._open[-1] == "pPr":
            self._paragraphs[-1].style = attributes.get("val")
            self._paragraphs[-1].shaded = self._styles.paints(attributes.get("val"))
            self._paragraphs[-1].depth = self._styles.depth_of(attributes.get("val"))

    def _outline_level(self, attributes: Attributes) -> None:
        if self._paragraphs and self._open[-1] == "pPr":
            self._paragraphs[-1].depth = depth(whole(attributes.get("val")))

    def _list_number(self, attributes: Attributes) -> None:
        if self._paragraphs and self._open[-2:] == ["pPr", "numPr"]:
            self._paragraphs[-1].number = attributes.get("val")

    def _list_level(self, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        if self._paragraphs and self._open[-2:] == ["pPr", "numPr"] and value.isascii() and value.isdigit():
            self._paragraphs[-1].level = int(value[:3])

    def _page_break_before(self, attributes: Attributes) -> None:
        if self._paragraphs:
            self._paragraphs[-1].breaks_before = is_true(attributes.get("val"))

    def _section(self, _: Attributes) -> None:
        if self._paragraphs and self._open[-1] == "pPr":
            self._paragraphs[-1].breaks_after = True

    def _section_type(self, attributes: Attributes) -> None:
        if self._paragraphs and self._open[-2:] == ["pPr", "sectPr"] and attributes.get("val") == "continuous":
            self._paragraphs[-1].breaks_after = False

    # runs

    def _start_run(self, _: Attributes) -> None:
        style = self._paragraphs[-1].style if self._paragraphs else None
        self._look = self._styles.of_paragraph(style)
        self._run_shaded = False

    def _end_run(self) -> None:
        self._look = NOTHING_SAID

    def _add_look(self, look: Look) -> None:
        if self._open[-2:] == ["r", "rPr"]:
            self._look = look.over(self._look)

    def _run_style(self, attributes: Attributes) -> None:
        self._add_look(self._styles.of_run(attributes.get("val")))

    def _vanish(self, attributes: Attributes) -> None:
        self._add_look(Look(hidden=is_true(attributes.get("val"))))

    def _color(self, attributes: Attributes) -> None:
        self._add_look(Look(pale=is_pale(attributes.get("val", ""))))

    def _size(self, attributes: Attributes) -> None:
        self._add_look(Look(tiny=is_tiny(attributes.get("val"))))

    def _shade(self, attributes: Attributes) -> None:
        """Behind a run or a paragraph."""
        if self._open[-2:] == ["r", "rPr"]:
            self._run_shaded = self._run_shaded or is_painted(attributes)
        elif self._open[-1:] == ["pPr"] and self._paragraphs:
            self._paragraphs[-1].shaded = is_painted(attributes)

    def _start_text(self, _: Attributes) -> None:
        self._in_text = True

    def _end_text(self) -> None:
        self._in_text = False

    def _break(self, attributes: Attributes) -> None:
        self._say("\f" if attributes.get("type") == "page" else "\n")

    def _symbol(self, attributes: Attributes) -> None:
        self._say(WINGDINGS.get(attributes.get("char", "").upper(), "\ufffd"))

    def _field(self, attributes: Attributes) -> None:
        match attributes.get("fldCharType"):
            case "begin":
                self._fields.append(False)
            case "separate" if self._fields:
                self._fields[-1] = True
            case "end" if self._fields:
                self._fields.pop()

    # what was chosen or ticked in a form of the older kind stands among the codes of its field

    def _start_choice(self, _: Attributes) -> None:
        self._choices, self._chosen = [], 0

    def _choice(self, attributes: Attributes) -> None:
        if self._open[-1:] == ["ddList"]:
            self._choices.append(attributes.get("val", ""))

    def _is_chosen(self, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        if self._open[-1:] == ["ddList"] and value.isascii() and value.isdigit():
            self._chosen = int(value[:6])
        elif self._open[-1:] == ["checkBox"]:
            self._chosen = int(is_true(attributes.get("val")))

    def _end_choice(self) -> None:
        self._answer(self._choices[self._chosen] if self._chosen < len(self._choices) else "")

    def _end_tick(self) -> None:
        self._answer("☒" if self._chosen else "☐")

    def _answer(self, text: str) -> None:
        if self._paragraphs and not self._is_concealed():
            self._paragraphs[-1].pieces.append(text)
