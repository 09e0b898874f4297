"""Reading end to end: what comes out of good files, and the verdict on each bad one."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files
from tests.library.reading.support import lives, read, refusal
from tests.library.support import long_pdf
from tests.support import until


class TestPages:
    async def test_a_pdf_becomes_pages_with_their_place_in_the_full_text(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.pdf("First page.", "", "Third page.")))
        assert [page.text for page in done.pages] == ["First page.", "", "Third page."]
        assert [page.number for page in done.pages] == [1, 2, 3]
        assert all(done.text[page.start_char : page.end_char] == page.text for page in done.pages)
        assert (done.pages[0].width, done.pages[0].height) == (files.WIDTH, files.HEIGHT)
        assert (done.report.page_count, done.report.char_count) == (3, len(done.text))
        assert not done.report.repaired
        assert done.report.textless_pages == ()

    async def test_a_text_becomes_pages_too(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, b"page one\r\n\x0cpage\0 two".replace(b"\0", b"")))
        assert [page.text for page in done.pages] == ["page one\n", "page two"]
        assert done.report.encoding == "utf-8"

    async def test_a_guessed_encoding_is_said(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, "der Käufer – “die Güter”".encode("windows-1252")))
        assert done.text == "der Käufer – “die Güter”"
        assert done.report.encoding == "windows-1252"

    async def test_utf_16_and_byte_order_marks_leave_no_trace(self, reader, tmp_path):
        for encoding in ("utf-16", "utf-8-sig"):
            assert (await read(reader, files.saved(tmp_path, "für alle".encode(encoding)))).text == "für alle"

    async def test_a_text_with_a_broken_letter_says_it_was_repaired(self, reader, tmp_path):
        done = await read(
            reader, files.saved(tmp_path, "für immer, für alle Käufer, für das Öl".encode() * 9 + b"\xc3")
        )
        assert done.report.repaired

    async def test_no_break_spaces_stay_and_ligatures_are_spelled_out(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.with_odd_letters()))
        assert done.text == "the\xa0office: filing \ufffd"

    @pytest.mark.parametrize("spoken", [b"(so\\007und\\014ly)", b"<FEFF0073006F00750085006E0064006C0079DC00>"])
    async def test_control_characters_and_surrogates_that_a_file_smuggles_in_are_dropped(
        self, reader, tmp_path, spoken
    ):
        done = await read(reader, files.saved(tmp_path, files.with_spoken_text(spoken)))
        assert done.text.rstrip("\ufffd") == "soundly"

    async def test_two_columns_are_not_interleaved(self, reader, tmp_path):
        left = " ".join(f"left{n}" for n in range(150))
        right = " ".join(f"right{n}" for n in range(150))
        done = await read(reader, files.saved(tmp_path, files.two_columns(left, right)))
        assert done.text.split() == f"{left} {right}".split()

    async def test_a_rotated_page_reads_the_same_and_has_its_size_as_seen(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.pdf(files.CLAUSE, rotation=90)))
        assert done.text.split() == files.CLAUSE.split()
        assert (done.pages[0].width, done.pages[0].height) == (files.HEIGHT, files.WIDTH)

    async def test_what_was_filled_into_a_form_is_read(self, reader, tmp_path):
        assert "EUR 42,000" in (await read(reader, files.saved(tmp_path, files.filled_form("EUR 42,000")))).text

    async def test_scripts_and_attachments_are_neither_run_nor_read(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.with_script_and_attachment("do not open")))
        assert done.text.split() == files.CLAUSE.split()

    async def test_pages_come_while_the_child_still_reads(self, reader, tmp_path):
        path = files.saved(tmp_path, files.dense_pdf(40))
        async with reader.open(path, Kind.PDF) as reading:
            first = await anext(aiter(reading))
            assert (first.number, reading.page_count) == (1, 40)
            assert lives(reading.pid)
            with pytest.raises(RuntimeError, match="not all been read"):
                assert reading.report


class TestVerdicts:
    @pytest.mark.parametrize(
        ("content", "code", "advice"),
        [
            (files.encrypted(), "encrypted", "Remove the password"),
            (files.truncated(files.pdf(*[files.CLAUSE] * 5)), "corrupt", "complete file"),
            (lambda: files.truncated(files.dense_pdf(40), 0.97), "corrupt", "complete file"),
            (files.pdf(files.CLAUSE) + files.pdf(files.CLAUSE)[9:600], "corrupt", "complete file"),  # a cut update
            (lambda: files.pdf(files.CLAUSE) + files.dense_pdf(40)[9:5_000], "corrupt", "complete file"),
            (b"%PDF-1.7\n", "corrupt", "Export it again"),
            (b"%PDF-1.7\n" + files.html(), "corrupt", "Export it again"),
            (files.page_count_lie(100), "corrupt", "Export it again"),
            (files.raw_pdf(b"[" * 1_000_000), "corrupt", "Export it again"),
            (files.pdf(""), "empty", "Check the original"),
            (b" \n\t\x0c \n", "empty", "Check the original"),
            (files.scan(files.CLAUSE * 4), "needs_ocr", "OCR"),
            (files.scan("", ""), "empty", "Check the original"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_each_has_its_code_and_says_what_to_do(self, reader, tmp_path, content, code, advice):
        made = content() if callable(content) else content  # what takes long to make is not made by who only collects
        refused = await refusal(reader, files.saved(tmp_path, made))
        assert (refused.code, advice in refused.detail) == (code, True)

    @pytest.mark.parametrize("content", [files.html(), files.picture()], ids=["web page", "picture"])
    async def test_what_mupdf_opens_as_something_else_is_no_pdf(self, reader, tmp_path, content):
        """MuPDF goes by content whatever type it is told; were `detect` deceived, this would still hold."""
        with pytest.raises(UnreadableFile) as refused:
            async with reader.open(files.saved(tmp_path, content), Kind.PDF) as reading:
                [page async for page in reading]
        assert (refused.value.code, "PDF, Word" in refused.value.detail) == ("unsupported", True)

    async def test_a_pdf_that_only_its_owner_may_change_is_read(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.encrypted(owner_only=True)))
        assert done.text.split() == files.CLAUSE.split()

    async def test_a_file_that_lacks_only_its_last_word_is_whole(self, reader, tmp_path):
        content = files.pdf(files.CLAUSE).removesuffix(b"%%EOF\n")
        assert (await read(reader, files.saved(tmp_path, content))).text.split() == files.CLAUSE.split()

    async def test_a_repaired_file_says_so(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.with_broken_index(files.pdf(files.CLAUSE))))
        assert done.report.repaired
        assert done.text.split() == files.CLAUSE.split()

    async def test_pictures_among_pages_of_text_are_named(self, reader, tmp_path):
        done = await read(reader, files.saved(tmp_path, files.mixed(files.CLAUSE, files.CLAUSE * 3)))
        assert done.report.textless_pages == (2,)

    @pytest.mark.parametrize("damage", [files.with_damaged_page, files.with_lost_page])
    async def test_damage_to_one_page_is_named_and_the_others_are_read(self, reader, tmp_path, damage):
        content = damage(files.pdf(*[f"{files.CLAUSE}{n}" for n in range(5)]), 2)
        done = await read(reader, files.saved(tmp_path, content))
        assert done.report.textless_pages == (3,)
        assert [page.text[-1:] for page in done.pages if page.number != 3] == ["0", "1", "3", "4"]

    @pytest.mark.parametrize("lost", [2, 3])
    async def test_damage_to_most_pages_is_no_reading(self, reader, tmp_path, lost):
        content = files.pdf(*[files.CLAUSE] * 3)
        for index in range(lost):
            content = files.with_lost_page(content, index)
        assert (await refusal(reader, files.saved(tmp_path, content))).code == "corrupt"

    async def test_a_missing_file_is_not_a_verdict_on_a_file(self, reader, tmp_path):
        with pytest.raises(UnreadableFile) as refused:
            async with reader.open(tmp_path / "gone.pdf", Kind.PDF) as reading:
                [page async for page in reading]
        assert refused.value.code == "corrupt"


class TestLimits:
    async def test_pages(self, reader, tmp_path):
        path = files.saved(tmp_path, files.pdf(*["page"] * 4))
        assert (await read(reader, path, ReadingLimits(pages=4))).report.page_count == 4
        refused = await refusal(reader, path, ReadingLimits(pages=3))
        assert (refused.code, refused.detail.split(".")[0]) == ("too_large", "It has more than 3 pages")

    async def test_too_many_pages_are_seen_before_the_first_is_read(self, reader, tmp_path):
        path = files.saved(tmp_path, files.pdf(*["page"] * 4))
        async with reader.open(path, Kind.PDF, limits=ReadingLimits(pages=3)) as reading:
            with pytest.raises(UnreadableFile):
                await anext(aiter(reading))

    async def test_pages_of_a_text(self, reader, tmp_path):
        path = files.saved(tmp_path, b"page\x0c" * 4 + b"page")
        assert (await refusal(reader, path, ReadingLimits(pages=4))).code == "too_large"

    @pytest.mark.parametrize("content", [files.pdf(files.CLAUSE, files.CLAUSE), files.CLAUSE.encode() * 2])
    async def test_characters(self, reader, tmp_path, content):
        refused = await refusal(reader, files.saved(tmp_path, content), ReadingLimits(characters=300))
        assert (refused.code, "300 characters" in refused.detail) == ("too_large", True)

    async def test_characters_of_one_page(self, reader, tmp_path):
        refused = await refusal(
            reader, files.saved(tmp_path, files.pdf(files.CLAUSE)), ReadingLimits(page_characters=99)
        )
        assert (refused.code, "99 characters" in refused.detail) == ("too_large", True)

    async def test_wall_time_ends_a_file_that_never_ends(self, reader, tmp_path):
        path = files.saved(tmp_path, files.time_bomb())
        began = time.monotonic()
        assert (await refusal(reader, path, ReadingLimits(wall_seconds=0.5))).code == "timeout"
        assert time.monotonic() - began < 10

    async def test_processor_time_ends_it_too(self, reader, tmp_path):
        path = files.saved(tmp_path, files.time_bomb())
        assert (await refusal(reader, path, ReadingLimits(cpu_seconds=1))).code == "timeout"

    async def test_a_slow_consumer_is_not_charged(self, reader, tmp_path):
        path = files.saved(tmp_path, files.pdf(*["page"] * 3))
        async with reader.open(path, Kind.PDF, limits=ReadingLimits(wall_seconds=2)) as reading:
            async for _ in reading:
                await asyncio.sleep(0.8)  # three times: longer than the reading may take
        assert reading.report.page_count == 3

    async def test_memory_ends_a_bomb(self, reader, tmp_path):
        path = files.saved(tmp_path, files.memory_bomb())
        assert (await refusal(reader, path, ReadingLimits(memory_bytes=240 << 20))).code == "too_large"

    async def test_a_picture_larger_than_the_memory_is_not_unpacked_whole(self, reader, tmp_path):
        limits = ReadingLimits(memory_bytes=300 << 20)
        assert (await refusal(reader, files.saved(tmp_path, files.huge_picture()), limits)).code in {
            "empty",
            "needs_ocr",
        }

    async def test_a_page_as_large_as_a_county_is_not_drawn_at_its_size(self, reader, tmp_path):
        content = files.page_pdf(
            b"BT /F 9 Tf 10 10 Td (tiny) Tj ET q 900000 0 0 900000 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q",
            box=b"[0 0 1000000 1000000]",
        )
        done = await read(reader, files.saved(tmp_path, content), ReadingLimits(memory_bytes=400 << 20))
        assert done.text == "tiny"


class TestChildren:
    async def test_a_child_reads_one_document_and_is_gone(self, reader, tmp_path):
        path, pids = files.saved(tmp_path, files.pdf("Hello")), []
        for _ in range(2):
            async with reader.open(path, Kind.PDF) as reading:
                pids.append(reading.pid)
                assert [page.text async for page in reading] == ["Hello"]
        assert pids[0] != pids[1]
        assert not any(map(lives, pids))

    async def test_the_next_child_is_warm_already(self, tmp_path):
        reader = Reader()
        reader.warm()
        path = files.saved(tmp_path, files.pdf("Hello"))
        await until(lambda: all(spare.done() for spare in reader._spares))
        spare = reader._spares[0].result().pid
        async with reader.open(path, Kind.PDF) as reading:
            assert reading.pid == spare
        assert len(reader._spares) == 1
        await reader.close()

    async def test_documents_are_read_side_by_side(self, reader, tmp_path):
        paths = [files.saved(tmp_path, files.pdf(f"Document {n}"), f"{n}.pdf") for n in range(4)]
        texts = [done.text for done in await asyncio.gather(*(read(reader, path) for path in paths))]
        assert texts == [f"Document {n}" for n in range(4)]

    async def test_a_cancelled_reading_leaves_no_process(self, reader, tmp_path):
        path, pid = files.saved(tmp_path, files.time_bomb()), asyncio.get_running_loop().create_future()

        async def reads() -> None:
            async with reader.open(path, Kind.PDF) as reading:
                pid.set_result(reading.pid)
                [page async for page in reading]

        task = asyncio.create_task(reads())
        assert lives(await pid)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not lives(pid.result())

    async def test_leaving_while_it_waits_for_us_to_read_on_leaves_no_process(self, reader, tmp_path):
        """Its pipe and our buffer are full: unread output must not keep us from seeing its end."""
        path = files.saved(tmp_path, long_pdf(1_500))
        async with asyncio.timeout(30):
            async with reader.open(path, Kind.PDF) as reading:
                await anext(aiter(reading))
                await until(lambda: reading._child._stdout._paused)
            assert not lives(reading.pid)

    async def test_leaving_in_the_middle_leaves_no_process(self, reader, tmp_path):
        async with reader.open(files.saved(tmp_path, files.dense_pdf(40)), Kind.PDF) as reading:
            async for _ in reading:
                break
            assert lives(reading.pid)
        assert not lives(reading.pid)

    async def test_a_wait_for_the_spare_that_is_cancelled_keeps_the_spare(self, tmp_path):
        reader = Reader()
        reader.warm()
        waiting = asyncio.create_task(read(reader, files.saved(tmp_path, files.pdf("Hello"))))
        await until(lambda: not reader._spares)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(reader._spares) == 1
        await reader.close()

    async def test_a_spare_that_died_is_replaced(self, tmp_path):
        reader = Reader()
        reader.warm()
        await until(lambda: all(spare.done() for spare in reader._spares))
        child = reader._spares[0].result()
        os.kill(child.pid, 9)
        await until(lambda: child.exit_code is not None)
        assert (await read(reader, files.saved(tmp_path, files.pdf("Hello")))).text == "Hello"
        await reader.close()

    async def test_close_ends_spare_and_busy_children(self, tmp_path):
        reader = Reader()
        async with reader.open(files.saved(tmp_path, files.time_bomb()), Kind.PDF) as reading:
            reader.warm()
            await until(lambda: all(spare.done() for spare in reader._spares))
            pids = [reading.pid, reader._spares[0].result().pid]
            await reader.close()
            assert not any(map(lives, pids))
            with pytest.raises(UnreadableFile):
                await anext(aiter(reading))
        with pytest.raises(ReadingUnavailable):
            await read(reader, files.saved(tmp_path, b"text"))

    async def test_no_descriptor_is_left_open(self, reader, tmp_path):
        good, bad = files.saved(tmp_path, files.dense_pdf(40), "a"), files.saved(tmp_path, files.encrypted(), "b")
        await read(reader, good)
        descriptors = Path("/proc/self/fd")
        if not descriptors.exists():
            pytest.skip("this system does not list open descriptors")
        await until(lambda: all(spare.done() for spare in reader._spares))
        before, held = len(list(descriptors.iterdir())), []
        for _ in range(3):
            async with reader.open(good, Kind.PDF) as reading:
                await anext(aiter(reading))  # the rest stays in the pipe
            held.append(reading)  # so that only closing, and no garbage collection, frees it
            await refusal(reader, bad)
        await until(lambda: all(spare.done() for spare in reader._spares))
        await until(lambda: len(list(descriptors.iterdir())) <= before)
