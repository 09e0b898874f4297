"""Programs of others that reading uses where they are installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PROGRAM: Final = "antiword"
DATA: Final = ".traineddata"
DATA_FOLDERS: Final = (  # the first of them is Debian's
    "/usr/share/tesseract-ocr/*/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
FIRST_LANGUAGE: Final = "eng"
MOST_LANGUAGES: Final = 3  # each takes its time on every page


class Recognition(NamedTuple):
    """Where Tesseract's data is, and for which languages: as Tesseract names them, joined by a plus sign."""

    folder: str
    languages: str


def converter() -> Path | None:
    """For old Word documents."""
    found = shutil.which(PROGRAM)
    return Path(found).resolve() if found else None


def recognition(named: str | None = None) -> Recognition | None:
    """For pages that are pictures; English comes first. With `named` only that folder is looked at."""
    for folder in [Path(named)] if named else _data_folders():
        found = sorted(path.stem for path in folder.glob(f"[a-z][a-z][a-z]{DATA}") if path.stem not in ("osd", "equ"))
        languages = sorted(found, key=lambda language: language != FIRST_LANGUAGE)[:MOST_LANGUAGES]
        if languages:
            return Recognition(str(folder.resolve()), "+".join(languages))
    return None


def _data_folders() -> Iterator[Path]:
    for pattern in DATA_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
