"""A name given by a user is a label: shown to people, never a path."""

import re
import unicodedata
from urllib.parse import quote

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant

MAX_NAME = 255
UNNAMED = "document"
_SEPARATORS = re.compile(r"[/\\]")
_BLANKS = re.compile(r"\s+")
_WORD_BREAKS = re.compile(r"[_\s]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_HIDDEN = frozenset({"Cc", "Cf", "Cs"})  # controls, and marks that turn or hide what follows them


def label_of(original_filename: str) -> str:
    """Its last part without folders, control characters and direction marks; at most 255 characters, never empty."""
    last = _SEPARATORS.split(original_filename)[-1]
    visible = "".join(" " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    name = _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip(" .") or UNNAMED
    return _shortened(name)


def as_sent(original_filename: str) -> str:
    """What the client called it, kept for the record: only its length is bounded."""
    return original_filename.encode("utf-8", "replace").decode()[: 4 * MAX_NAME]


def title_of(filename: str) -> str:
    """The label as a person would say it: "asset_purchase-2019.pdf" is "asset purchase-2019"."""
    return _WORD_BREAKS.sub(" ", _EXTENSION.sub("", filename)).strip() or filename


def storage_key(owner: HasTenant, document_id: Id) -> str:
    """Where the original lies; nothing of it comes from the client."""
    return f"documents/{owner.tenant_id}/{document_id}"


def content_disposition(filename: str) -> str:
    """RFC 6266: old clients read the plain name, others the one with every letter."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ ()\[\]-]", "_", plain).strip() or UNNAMED
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    extension = _EXTENSION.search(name)
    end = extension[0] if extension else ""
    return name[: MAX_NAME - len(end)] + end
