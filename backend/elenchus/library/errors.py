"""What the library refuses, in words for the one who asked."""

from typing import ClassVar

from elenchus.core.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Refusal, TooLarge
from elenchus.core.errors import UnsupportedType as Unsupported
from elenchus.core.ids import Id


class DocumentTooLarge(TooLarge):
    title = "The document is too large"

    def __init__(self, filename: str, limit_bytes: int) -> None:
        super().__init__(
            f"{filename!r} is larger than {limit_bytes:,} bytes. Split it and upload the parts.",
            filename=filename,
            limit_bytes=limit_bytes,
        )


class UploadTooLarge(TooLarge):
    title = "The upload is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"All files together may have {limit_bytes:,} bytes. Send fewer.", limit_bytes=limit_bytes)


class UnsupportedDocument(Unsupported):
    """`detail` says what the file is and what is taken instead."""

    title = "This type of document is not supported"

    def __init__(self, filename: str, detail: str, supported: list[str]) -> None:
        super().__init__(f"{filename!r}: {detail}", code="unsupported", filename=filename, supported=supported)


class EmptyDocument(Invalid):
    title = "The file is empty"

    def __init__(self, filename: str) -> None:
        detail = f"{filename!r} has no bytes. Check the original and upload it again."
        super().__init__(
            detail,
            code="empty",
            filename=filename,
            errors=[{"loc": ["body", "files"], "msg": detail, "type": "empty"}],
        )


class InvalidUpload(Invalid):
    """The form was read; one of its fields is not what it should be."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, errors=[{"loc": ["body", field], "msg": detail, "type": "upload"}])


class StorageFull(Refusal):
    status, slug, title = 507, "storage-full", "There is no room for this upload"

    def __init__(self) -> None:
        super().__init__("The server's disk is full; nothing was stored. Ask your administrator to make room.")


class DocumentNotFound(NotFound):
    def __init__(self, document_id: Id) -> None:
        super().__init__(f"There is no document {document_id}.", document_id=str(document_id))


class NotYourDocument(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "Another member uploaded this document. They or an administrator may change it, have it read again, or "
            "delete it."
        )


class PageNotFound(NotFound):
    def __init__(self, number: int, page_count: int | None) -> None:
        has = "no readable pages yet" if page_count is None else f"pages 1 to {page_count}"
        super().__init__(f"There is no page {number}: the document has {has}.", page=number)


class NoPagePictures(NotFound):
    def __init__(self, document_id: Id) -> None:
        super().__init__(
            "Only the pages of a PDF can be shown as pictures; this document has their text.",
            document_id=str(document_id),
        )


class PageNotDrawn(Conflict):
    title = "The page cannot be drawn"

    def __init__(self, number: int, code: str, detail: str) -> None:
        super().__init__(detail, page=number, code=code)


class DocumentIncomplete(Conflict):
    title = "Some of its passages are missing"

    def __init__(self, document_id: Id) -> None:
        super().__init__("Reprocess the document to have them made again.", document_id=str(document_id))


class DocumentBeingRead(Conflict):
    title = "The document is being read"

    def __init__(self, document_id: Id) -> None:
        super().__init__("It is being read already; try again when it is done.", document_id=str(document_id))


class DocumentHeld(Conflict):
    title = "The document is under legal hold"

    def __init__(self, document_id: Id) -> None:
        super().__init__("It may not be deleted until an administrator lifts the hold.", document_id=str(document_id))


class HoldNeedsAdministrator(Forbidden):
    def __init__(self) -> None:
        super().__init__("Only an administrator puts a document under legal hold or lifts it.")


class DocumentHasNoText(Conflict):
    title = "The document has no text yet"

    def __init__(self, document_id: Id) -> None:
        super().__init__("It was not read so far; see its processing.", document_id=str(document_id))


class ContentContested(Conflict):
    title = "The file is being added and deleted at once"

    def __init__(self) -> None:
        super().__init__("The same file was added and deleted again while it arrived. Send it again.")


class DocumentChanged(PreconditionFailed):
    def __init__(self) -> None:
        super().__init__("Somebody changed the document meanwhile. Load it again and repeat your change.")


class RangeNotSatisfiable(Refusal):
    status, slug, title = 416, "range-not-satisfiable", "The file has no such bytes"
    headers: ClassVar[dict[str, str]] = {"Accept-Ranges": "bytes"}

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes; ask for a range within it.", size=size)
        self.size = size
