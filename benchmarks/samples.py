"""Documents to measure with: dense pages of sentences that differ, so that an index has something to hold."""

import asyncio
import random
import tempfile
import time
from datetime import datetime
from pathlib import Path

import httpx

SUBJECTS = "supplier customer licensor licensee tenant landlord contractor agent lender borrower".split()
VERBS = "shall deliver;may terminate;must notify;shall indemnify;may assign;shall pay;must insure;may inspect".split(
    ";"
)
OBJECTS = (
    "goods premises invoices records software equipment confidential information deposits royalties permits".split()
)
TERMS = "within thirty days;upon written notice;without prejudice;at its own expense;subject to section nine".split(";")


def sentences(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [
        f"The {chance.choice(SUBJECTS)} {chance.choice(VERBS)} the {chance.choice(OBJECTS)} of matter "
        f"{chance.randrange(100_000)} {chance.choice(TERMS)}, clause {chance.randrange(100)}.{chance.randrange(30)}."
        for _ in range(count)
    ]


def write_pdf(*, pages: int, seed: int = 7) -> Path:
    """About 3,000 characters a page, paragraphs of some 500."""
    import pymupdf

    target = Path(tempfile.mkdtemp(prefix="elenchus-bench-")) / f"dense-{pages}-{seed}.pdf"
    with pymupdf.open() as document:
        for number in range(pages):
            page = document.new_page()
            lines = sentences(31, seed * 100_003 + number)
            paragraphs = [" ".join(lines[start : start + 5]) for start in range(0, len(lines), 5)]
            page.insert_textbox(
                pymupdf.Rect(40, 40, page.rect.width - 40, page.rect.height - 40), "\n\n".join(paragraphs), fontsize=8.5
            )
        document.save(target, deflate=True)
    return target


async def upload_and_wait(http: httpx.AsyncClient, path: Path) -> tuple[float, dict]:
    """Seconds from sending the file until search can find it, and the document.

    The end is when the server made it searchable, by its own clock, which is ours: asking more often than every 250 ms
    would take the processor from what is measured.
    """
    data = path.read_bytes()
    began = time.time()
    answer = await http.post("/api/v1/documents", files=[("files", (path.name, data, "application/pdf"))])
    document = answer.raise_for_status().json()["items"][0]
    while document["processing"]["status"] not in {"completed", "failed"}:
        await asyncio.sleep(0.25)
        document = (await http.get(f"/api/v1/documents/{document['id']}")).raise_for_status().json()
    if document["processing"]["status"] == "failed":
        raise RuntimeError(document["processing"]["error"]["detail"])
    return datetime.fromisoformat(document["updated_at"]).timestamp() - began, document
