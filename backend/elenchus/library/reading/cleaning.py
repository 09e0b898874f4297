"""The one rule of what a page's text may hold."""

import re
from typing import Final

# Control characters but tab and newline, and lone surrogates (which no database and no JSON reader takes). The form
# feed is among them: it joins the pages, so it must not occur inside one. No-break spaces stay as they are.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# Copies of ASCII that no program shows, made for tags: people see nothing, machines read them. Flags may hold some.
UNSEEN: Final = re.compile("[\U000e0000-\U000e007f]")
UNSEEN_RUN: Final = re.compile("(\U0001f3f4[\U000e0020-\U000e007f]{1,8})|[\U000e0000-\U000e007f]+")


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def seen(text: str) -> str:
    """Without letters that are invisible in every font."""
    return UNSEEN_RUN.sub(r"\1", text) if UNSEEN.search(text) else text


def is_clean(text: str) -> bool:
    return FORBIDDEN.search(text) is None
