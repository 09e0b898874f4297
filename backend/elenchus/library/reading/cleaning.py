"""The one rule of what a page's text may hold."""

import re
from typing import Final

# Control characters but tab and newline, and lone surrogates (which no database and no JSON reader takes). The form
# feed is among them: it joins the pages, so it must not occur inside one. No-break spaces stay as they are.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def is_clean(text: str) -> bool:
    return FORBIDDEN.search(text) is None
