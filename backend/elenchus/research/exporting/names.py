"""What a browser saves the file as: the title, as far as a file may be called so."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 80
UNNAMED = "conversation"


def filename(title: str, ending: str, unnamed: str = UNNAMED) -> str:
    """No path, no control or direction signs, no leading dot, and no ending but ours."""
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in title)
    words = " ".join(re.sub(r'[\\/:*?"<>|.;%]', " ", seen).split())
    return f"{words[:LONGEST].strip() or unnamed}.{ending}"


def attachment(name: str) -> str:
    """RFC 6266: old clients read the plain name, others the one with every letter."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, _, ending = folded.rpartition(".")
    stem = re.sub(r"[^A-Za-z0-9 ()_-]", "_", stem).strip() or UNNAMED
    return f"attachment; filename=\"{stem}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
