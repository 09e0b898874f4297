"""Files on their way in: what arrives is on disk as it was sent, what is refused leaves nothing behind."""

import asyncio
import errno
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from elenchus.core.errors import Invalid, Malformed, Refusal, UnsupportedType
from elenchus.core.resources import Resources
from elenchus.library import uploads
from elenchus.library.errors import (
    DocumentTooLarge,
    EmptyDocument,
    InvalidUpload,
    StorageFull,
    UnsupportedDocument,
    UploadTooLarge,
)
from elenchus.library.reading.kinds import Kind
from elenchus.library.uploads import MAX_FIELD_BYTES, MAX_FIELDS, UploadForm, receiving
from tests.fixtures import files
from tests.library.support import BOUNDARY, DOCUMENTS, FORM, as_files, form, part

MIB = 1 << 20
TEXT = b"This agreement is made between the parties. " * 20
WEB_PAGE = b"<!doctype html><html><body>Not a PDF</body></html>"


async def blocks(body: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


@pytest.fixture
def incoming(resources_: Resources) -> Iterator[Path]:
    """The folder of half-received files; whatever the test did, it is as empty afterwards as before."""
    folder = resources_.storage.temporary_dir()
    before = set(folder.iterdir())
    yield folder
    assert set(folder.iterdir()) == before


async def received(*parts: bytes) -> UploadForm:
    async with receiving(FORM, blocks(form(*parts))) as got:
        return got


class TestReceiving:
    async def test_a_file_is_on_disk_as_it_was_sent(self, incoming):
        content = files.pdf(files.CLAUSE)
        async with receiving(FORM, blocks(form(part("files", content, "a.pdf")), size=7)) as got:
            (file,) = got.files
            assert file.path.read_bytes() == content
            assert (file.size, file.digest) == (len(content), hashlib.sha256(content).hexdigest())
            assert (file.kind, file.original_filename) == (Kind.PDF, "a.pdf")

    async def test_a_file_of_many_blocks_is_whole(self, incoming):
        content = TEXT * 5_000
        assert len(content) > 4 * uploads.BLOCK_BYTES
        async with receiving(FORM, blocks(form(part("files", content, "long.txt")))) as got:
            assert hashlib.sha256(got.files[0].path.read_bytes()).hexdigest() == got.files[0].digest
            assert got.files[0].digest == hashlib.sha256(content).hexdigest()

    async def test_a_file_that_was_taken_over_stays(self, incoming, tmp_path):
        async with receiving(FORM, blocks(form(part("files", TEXT, "a.txt")))) as got:
            got.files[0].path.replace(tmp_path / "kept")
        assert (tmp_path / "kept").read_bytes() == TEXT

    async def test_files_and_labels_come_in_any_order(self, incoming):
        got = await received(
            part("category", b" lease "),
            part("files", TEXT, "a.txt"),
            part("keywords", b"rent, notice"),
            part("keywords", b"deposit"),
            part("files", TEXT + b"2", "b.txt"),
            part("practice_area", b""),
        )
        assert [file.original_filename for file in got.files] == ["a.txt", "b.txt"]
        details = got.details()
        assert (details.category, details.practice_area) == ("lease", None)
        assert details.keywords == ["rent", "notice", "deposit"]

    async def test_a_file_input_without_a_choice_is_no_file(self, incoming):
        got = await received(part("files", b"", ""), part("files", TEXT, "a.txt"))
        assert [file.original_filename for file in got.files] == ["a.txt"]

    async def test_a_client_that_leaves_leaves_nothing(self, incoming):
        async def leaves() -> AsyncIterator[bytes]:
            yield part("files", TEXT * 10, "a.txt")
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            async with receiving(FORM, leaves()):
                pass


class TestRefusing:
    @pytest.mark.parametrize(
        ("parts", "refusal"),
        [
            ([], InvalidUpload),
            ([part("category", b"lease")], InvalidUpload),
            ([part("files", b"", "")], InvalidUpload),
            ([part("files", b"", "empty.pdf")], EmptyDocument),
            ([part("file", TEXT, "a.txt")], InvalidUpload),
            ([part("files", WEB_PAGE, "a.pdf")], UnsupportedDocument),
            ([part("files", TEXT, "a.txt"), part("files", files.PNG, "b.pdf")], UnsupportedDocument),
            ([part("files", TEXT, "a.txt")] * 21, InvalidUpload),
            ([part("keywords", b"x")] * (MAX_FIELDS + 1), Malformed),
            ([part("category", b"x" * (MAX_FIELD_BYTES + 1))], InvalidUpload),
            ([part("category", b"\xff\xfe")], InvalidUpload),
        ],
    )
    async def test_a_form_that_cannot_be_taken_leaves_nothing(self, incoming, parts, refusal):
        with pytest.raises(refusal):
            await received(*parts)

    @pytest.mark.parametrize(
        "fields",
        [
            [part("tenant_id", b"1")],
            [part("category", b"a"), part("category", b"b")],
            [part("category", b"x" * 101)],
            [part("keywords", b",".join(b"k%d" % n for n in range(51)))],
            [part("jurisdiction", b"a\x00b")],
        ],
    )
    async def test_a_label_that_is_not_one(self, incoming, fields):
        got = await received(*fields, part("files", TEXT, "a.txt"))
        with pytest.raises(Invalid) as refused:
            got.details()
        assert refused.value.fields["errors"]

    async def test_the_refusal_names_the_file_and_what_is_taken_instead(self, incoming):
        with pytest.raises(UnsupportedDocument) as refused:
            await received(part("files", WEB_PAGE, "../secret/brief.pdf"))
        assert "'brief.pdf'" in refused.value.detail
        assert "web page" in refused.value.detail
        assert "PDF" in refused.value.fields["supported"]
        assert refused.value.fields["code"] == "unsupported"

    @pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data"])
    async def test_a_body_that_is_no_form_is_read_off_and_refused(self, incoming, content_type):
        body = blocks(b"{}" * 1000)
        with pytest.raises((UnsupportedType, Malformed)):
            async with receiving(content_type, body):
                pass
        assert [block async for block in body] == []

    async def test_a_form_cut_off_in_its_file(self, incoming):
        with pytest.raises(Malformed):
            async with receiving(FORM, blocks(form(part("files", TEXT, "a.txt"))[:-60])):
                pass


class TestSize:
    async def test_the_file_that_is_too_large_is_named(self, incoming, limits):
        limits(max_file_bytes=2_000)
        got = await received(part("files", b"x" * 2_000, "fits.txt"))
        assert got.files[0].size == 2_000
        with pytest.raises(DocumentTooLarge, match=r"'large\.txt' is larger than 2,000 bytes"):
            await received(part("files", b"x" * 2_000, "fits.txt"), part("files", b"x" * 2_001, "large.txt"))

    async def test_an_endless_file_costs_neither_memory_nor_disk_nor_for_ever(self, incoming, limits):
        limits(max_file_bytes=MIB)
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            yield part("files", b"x", "endless.txt")[:-2]
            while True:
                sent += 65_536
                yield b"x" * 65_536

        tracemalloc.start()
        try:
            with pytest.raises(DocumentTooLarge):
                async with receiving(FORM, endless()):
                    pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert sent <= 3 * MIB
        assert peak < 8 * MIB

    async def test_what_follows_the_form_counts_too(self, incoming, limits):
        limits(max_file_bytes=1024, max_files_per_upload=1)

        async def trailing() -> AsyncIterator[bytes]:
            yield form(part("files", TEXT, "a.txt"))
            for _ in range(100):
                yield b"x" * 65_536

        with pytest.raises(UploadTooLarge):
            async with receiving(FORM, trailing()):
                pass

    async def test_a_client_that_sends_too_much_too_slowly_is_not_waited_for(self, incoming, limits, monkeypatch):
        limits(max_file_bytes=1024)
        monkeypatch.setattr(uploads, "LINGER_SECONDS", 0.05)

        async def slow() -> AsyncIterator[bytes]:
            yield part("files", b"x" * 2000, "a.txt")
            await asyncio.Event().wait()

        async with asyncio.timeout(5):
            with pytest.raises(DocumentTooLarge):
                async with receiving(FORM, slow()):
                    pass


class TestFullDisk:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    async def test_it_is_a_refusal_with_a_sentence(self, incoming, number):
        with pytest.raises(StorageFull) as refused:
            async with receiving(FORM, blocks(form(part("files", TEXT, "a.txt")))):
                raise OSError(number, os.strerror(number))
        assert refused.value.status == 507
        assert isinstance(refused.value, Refusal)

    async def test_another_fault_of_the_disk_stays_one(self, incoming):
        with pytest.raises(OSError, match="Input/output"):
            async with receiving(FORM, blocks(form(part("files", TEXT, "a.txt")))):
                raise OSError(errno.EIO, os.strerror(errno.EIO))


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class TestOverHttp:
    async def test_too_large_is_told_while_it_is_sent_and_not_kept_in_memory(self, firm, incoming):
        f = await firm()
        highest = before = resident_bytes()

        async def sixty_megabytes() -> AsyncIterator[bytes]:
            nonlocal highest
            yield part("files", b"x", "huge.txt")[:-2]
            for _ in range(240):
                highest = max(highest, resident_bytes())
                yield b"x" * 250_000
            yield b"\r\n--" + BOUNDARY + b"--\r\n"

        answer = await f.client.post(DOCUMENTS, content=sixty_megabytes(), headers={"Content-Type": FORM})
        assert answer.status_code == 413
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["filename"], problem["limit_bytes"]) == ("huge.txt", 50_000_000)
        assert highest - before < 24 * MIB
        assert (await f.client.get(DOCUMENTS)).json()["items"] == []

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"this is no form", FORM, 400),
            (form(part("files", TEXT, "a.txt"))[:-30], FORM, 400),
            (form(), FORM, 422),
            (form(part("files", b"", "empty.pdf")), FORM, 422),
            (form(part("files", WEB_PAGE, "a.pdf")), FORM, 415),
            (b"{}", "application/json", 415),
            (TEXT, "text/plain", 415),
        ],
    )
    async def test_each_refusal_has_its_status(self, shared_firm, incoming, body, content_type, status):
        answer = await shared_firm.client.post(DOCUMENTS, content=body, headers={"Content-Type": content_type})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]

    async def test_one_file_that_is_unsupported_refuses_all(self, firm, incoming):
        f = await firm()
        answer = await f.client.post(DOCUMENTS, files=as_files(("a.txt", TEXT), ("b.pdf", files.PNG)))
        assert answer.status_code == 415
        assert (await f.client.get(DOCUMENTS)).json()["items"] == []

    async def test_the_openapi_document_describes_the_form(self, client):
        described = (await client.get("/api/v1/openapi.json")).json()["paths"][DOCUMENTS]["post"]
        schema = described["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert set(schema["properties"]) == {"files", "category", "jurisdiction", "practice_area", "keywords", "matter"}
        assert schema["properties"]["files"]["maxItems"] == 20
        assert {"200", "202"} <= described["responses"].keys()
