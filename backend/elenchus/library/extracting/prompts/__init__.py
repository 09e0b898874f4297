"""What a model is told: the rules, the document as data, what who asks wants besides the form."""

from elenchus.core.llm.fencing import inert
from elenchus.core.llm.written import written_in


def version() -> str:
    return written_in(__package__, "section").version


def rules() -> str:
    return written_in(__package__, "section").text


def asking(shown: str, instructions: str) -> str:
    """`shown` is fenced."""
    if not instructions.strip():
        return f"{shown}\n\nFill in the form from this."
    return f"{shown}\n\nFill in the form from this. What is wanted:\n{inert(instructions.strip())}"
