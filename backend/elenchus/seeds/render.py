"""Prints the sample texts to PDF: `python -m elenchus.seeds.render OUT_DIR`."""

import sys
from pathlib import Path

from elenchus.seeds.markup import Source, parse

TEXTS = Path(__file__).parent / "texts"
NAMES = ("services-agreement", "amendment", "lease", "opinion")


def source(name: str) -> Source:
    return parse((TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def render(name: str, into: Path) -> Path:
    """Written beside and then renamed, so a reader never sees half a file."""
    from elenchus.seeds.typeset import typeset  # PyMuPDF costs 0.2 s and 100 MB: only who prints pays

    target, draft = into / f"{name}.pdf", into / f".{name}.pdf.draft"
    draft.write_bytes(typeset(source(name)))
    return draft.replace(target)


def render_all(into: Path) -> list[Path]:
    """The same texts give the same bytes, in the order of NAMES."""
    into.mkdir(parents=True, exist_ok=True)
    return [render(name, into) for name in NAMES]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m elenchus.seeds.render OUT_DIR\n")
        return 2
    sys.stdout.writelines(f"{path}\n" for path in render_all(Path(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
