"""Forms by hand, and short words for what every library test does over HTTP."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pymupdf

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.models import Batch, Chunk, Document, DocumentPage, Processing, SegmentPart
from elenchus.library.reading.values import PageText
from elenchus.library.writing import Writing
from tests.fixtures.files import dense_pdf
from tests.support import Firm, until

BOUNDARY = b"----------------------------4711"
FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"
DOCUMENTS = "/api/v1/documents"
ROWS = (DocumentPage, Chunk, SegmentPart, Batch)
CLAUSES = "The purchaser pays the price within thirty days of delivery. " * 40


def part(name: str, content: bytes, filename: str | None = None, *, headers: Sequence[bytes] = ()) -> bytes:
    quoted = "" if filename is None else f'; filename="{filename}"'
    lines = [f'Content-Disposition: form-data; name="{name}"{quoted}'.encode(), *headers]
    return b"--" + BOUNDARY + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


@lru_cache
def long_pdf(pages: int) -> bytes:
    """Dense pages, five at a time the same: a page drawn anew costs 30 ms, one copied nearly nothing."""
    with pymupdf.open(stream=dense_pdf(5)) as five, pymupdf.open() as document:
        for _ in range(pages // 5):
            document.insert_pdf(five)
        return document.tobytes()


def as_files(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """For httpx: several files in the one field `files`."""
    return [("files", file) for file in files]


async def upload(firm: Firm, content: bytes, name: str = "contract.pdf", **labels: Any) -> dict[str, Any]:
    """The document as the upload answers it, still waiting to be read."""
    answer = await firm.client.post(DOCUMENTS, files=as_files((name, content)), data=labels)
    assert answer.status_code in {200, 202}, answer.text
    document: dict[str, Any] = answer.json()["items"][0]
    return document


async def settled(firm: Firm, document_id: str) -> dict[str, Any]:
    """The document once it is completed or failed."""

    async def over() -> dict[str, Any] | None:
        document: dict[str, Any] = (await firm.client.get(f"{DOCUMENTS}/{document_id}")).raise_for_status().json()
        return document if document["processing"]["status"] in {"completed", "failed"} else None

    found = await until(over, timeout=60)
    assert found
    return found


async def job_over(firm: Firm, job_id: str) -> dict[str, Any]:
    """The job once it has ended; it does so a moment after its document."""

    async def over() -> dict[str, Any] | None:
        job: dict[str, Any] = (await firm.client.get(f"/api/v1/jobs/{job_id}")).raise_for_status().json()
        return job if job["status"] in {"completed", "failed", "cancelled"} else None

    found = await until(over, timeout=60)
    assert found
    return found


async def filed(firm: Firm, content: bytes, name: str = "contract.pdf", **labels: Any) -> dict[str, Any]:
    """Uploaded and read."""
    document = await settled(firm, (await upload(firm, content, name, **labels))["id"])
    assert document["processing"]["status"] == "completed", document["processing"]
    return document


async def full_text(firm: Firm, document: dict[str, Any]) -> str:
    pages = []
    for number in range(1, document["page_count"] + 1):
        answer = await firm.client.get(f"{DOCUMENTS}/{document['id']}/pages/{number}")
        pages.append(answer.raise_for_status().json()["text"])
    return "\f".join(pages)


async def all_chunks(firm: Firm, document_id: str, limit: int = 7) -> list[dict[str, Any]]:
    """Every page of the list, followed by its cursor."""
    chunks: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        answer = (await firm.client.get(f"{DOCUMENTS}/{document_id}/chunks", params=params)).raise_for_status().json()
        chunks += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return chunks


# ---- below HTTP


async def rows_of(owner: Principal, document_id: str | Id, **filter_: Any) -> int:
    wanted = {"document_id": Id(document_id), **filter_}
    return sum([await model.owned_by(owner).count(wanted) for model in ROWS])


async def no_rows(f: Firm, document_id: str, **filter_: Any) -> bool:
    return await rows_of(f.principal, document_id, **filter_) == 0


async def some_rows(f: Firm, document_id: str) -> bool:
    return not await no_rows(f, document_id)


async def a_document(owner: Principal, file_type: str = "text", **processing: Any) -> Document:
    """A row alone, as an upload leaves it."""
    document = Document(
        id=new_id(),
        tenant_id=owner.tenant_id,
        filename="a.txt",
        original_filename="a.txt",
        title="a",
        media_type="text/plain",
        file_type=file_type,
        file_size=3,
        content_hash=str(new_id()),
        uploaded_by=owner.user_id,
        processing=Processing(job_id=new_id(), **processing),
        created_at=now(),
        updated_at=now(),
    )
    assert await store.add(owner, document) is None
    return document


async def written(owner: Principal, document: Document, generation: int = 1, *, pages: int = 3) -> None:
    """What a reading writes, without the reading."""
    writing = Writing(owner, document.id, generation)
    at = 0
    for number in range(1, pages + 1):
        text = f"{number}. Payment. " + CLAUSES
        await writing.take(PageText(number, text, 612, 792, at, at + len(text)))
        at += len(text) + 1
    await writing.finish(name="a")
