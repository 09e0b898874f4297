"""What a model is told: the rules, the document as data, what who asks wants besides the form."""

from functools import cache
from importlib import resources

from elenchus.library.analysing.modelled.prompts import inert


@cache
def _file() -> tuple[str, str]:
    """Its version and its text."""
    text = resources.files(__package__).joinpath("section.md").read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    return head.removeprefix("version:").strip(), body.strip()


def version() -> str:
    return _file()[0]


def rules() -> str:
    return _file()[1]


def fenced(text: str, **about: str) -> str:
    said = "".join(f' {name}="{_one_line(value)}"' for name, value in about.items() if value)
    return f"<document{said}>\n{inert(text)}\n</document>"


def asking(shown: str, instructions: str) -> str:
    if not instructions.strip():
        return f"{shown}\n\nFill in the form from this."
    return f"{shown}\n\nFill in the form from this. What is wanted:\n{inert(instructions.strip())}"


def _one_line(value: str) -> str:
    return " ".join(inert(value).replace('"', "'").split())
