"""A conversation as Markdown with footnotes. All text is escaped: what a message says stays what it says."""

import re
from dataclasses import replace

from elenchus.research.exporting.blocks import Block, Kind, Span
from elenchus.research.exporting.script import EXAMINATION, Note, Talk, Turn

DEEPEST = 6
_ACTIVE = re.compile(r"([\\`*_\[\]<>&|~$])")
#: What makes a heading, a list, a rule or a table of a line that begins with it.
_AT_LINE_START = re.compile(r"^(\d{1,9}(?=[.)])|\[\^\d+\](?=:)|(?=[#+=:-]))")


def head(talk: Talk) -> str:
    return f"# {escaped(talk.title)}\n\n{escaped(talk.about)}\n"


def turn(said: Turn) -> str:
    parts = [f"## {escaped(said.heading)}"] if said.heading else []
    parts += [f"*{escaped(remark)}*" for remark in said.remarks]
    parts += [f"**{escaped(warning)}**" for warning in said.warnings]
    parts += map(_block, said.blocks)
    if said.findings:
        parts += [f"**{EXAMINATION}**", "\n".join(f"- {_inert(escaped(row))}" for row in said.findings)]
    parts += map(_note, said.notes)
    return "\n" + "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def _block(block: Block) -> str:
    if block.kind is Kind.CODE:
        return _fenced("".join(span.text for span in block.spans))
    if block.kind is Kind.TABLE:
        return _table(block)
    text = _text(block.spans)
    match block.kind:
        case Kind.HEADING:
            return f"{'#' * min(block.level + 2, DEEPEST)} {text.replace(chr(10), ' ')}"
        case Kind.ITEM:
            label = "-" if block.label == "•" else block.label
            return _indented(text, "    " * (block.level - 1), f"{label} " if label else "    ")
        case Kind.QUOTE:
            return _indented(text, "> ", "")
        case _:
            return text


def _table(block: Block) -> str:
    head, *rows = ([" ".join("".join(map(_in_cell, cell)).split()) for cell in row] for row in block.rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _in_cell(span: Span) -> str:
    """Also within code a stroke would end the cell."""
    return _span(replace(span, text=span.text.replace("|", "\\|"))) if span.code else _span(span)


def _text(spans: list[Span]) -> str:
    return _lines("".join(map(_span, spans)).strip())


def _lines(text: str) -> str:
    """A line of ours is a line of the file's; an empty one would end the block."""
    return "\\\n".join(_inert(line.strip()) for line in text.split("\n") if line.strip())


def _inert(line: str) -> str:
    return _AT_LINE_START.sub(r"\1\\", line)


def _span(span: Span) -> str:
    if span.note is not None:
        return f"[^{span.note}]"
    if span.code:
        return _code(span.text)
    words = span.text.strip()
    sign = "*" * (2 * (span.bold or span.flag) + span.italic)
    if not words or not sign:
        return escaped(span.text)
    before, after = span.text.split(words, 1)
    return f"{before}{sign}{escaped(words)}{sign}{after}"


def _code(text: str) -> str:
    """Between more backticks than it holds; within them nothing is active."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, room = "`" * (longest + 1), " " if "`" in text else ""
    return f"{fence}{room}{text}{room}{fence}"


def _indented(text: str, indent: str, label: str) -> str:
    first, *others = text.split("\n")
    rest = indent + " " * len(label)
    return "\n".join([f"{indent}{label}{first}", *(f"{rest}{line}" for line in others)])


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _note(note: Note) -> str:
    return f"[^{note.number}]: {_inert(escaped(note.text))}"
