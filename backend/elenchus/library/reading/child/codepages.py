"""Encodings that files name, made ready before the process is confined: afterwards it can import none."""

import codecs
import encodings
from typing import Final

NAMES: Final = (
    "ascii utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 latin-1 mac_roman koi8_r koi8_u gb2312 gbk gb18030 "
    "big5 big5hkscs shift_jis euc_jp euc_kr iso2022_jp iso2022_kr hz johab cp437 cp850 cp852 cp866 cp874 cp932 cp949 "
    "cp950 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_13 iso8859_14 "
    "iso8859_15 iso8859_16"
).split()
READY: Final = {codecs.lookup(name).name for name in NAMES}
WIDER: Final = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}


def forget_others() -> None:
    """From here on an encoding that is not ready is unknown; asking for its module would be a fault of the sandbox."""
    codecs.unregister(encodings.search_function)
    codecs.register(_ready)


def _ready(name: str) -> codecs.CodecInfo | None:
    try:
        return encodings.search_function(name)
    except OSError:
        return None


def codec(name: str | None) -> str | None:
    """The one to read it with: what calls itself Latin-1 holds the wider Windows letters, as browsers know."""
    try:
        found = codecs.lookup((name or "").strip().strip("\"'")[:40]).name
    except (LookupError, ValueError, ImportError):
        return None
    return WIDER.get(found, found) if found in READY else None


def decoded(data: bytes, name: str | None) -> str:
    """By the name if it is known, else as UTF-8 if it is that, else as Western Windows."""
    if found := codec(name):
        return data.decode(found, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
