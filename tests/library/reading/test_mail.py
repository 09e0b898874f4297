"""Messages: their headers, their text, and what is attached. All through the sealed child."""

from pathlib import Path

import pytest

from elenchus.library.reading import process
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import UnreadableFile
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.unpacking import attachments
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files, mails
from tests.fixtures.files import saved
from tests.library.reading.support import read, refusal

RARE = (b"cp037", b"rot13", b"hex", b"zlib", b"punycode", b"unicode_escape", b"mac_greek")  # no mail needs them


async def text_of(reader, tmp_path, content: bytes) -> str:
    return (await read(reader, saved(tmp_path, content))).text


async def unpacked(reader, tmp_path, content: bytes, most_bytes: int = 10_000_000) -> list[tuple[str, bytes]]:
    path, folder = saved(tmp_path, content), tmp_path / "unpacked"
    folder.mkdir(exist_ok=True)
    found = attachments(reader, path, Kind.MAIL, folder=folder, limits=ReadingLimits(), most_bytes=most_bytes)
    return [(file.name, file.path.read_bytes()) async for file in found]


class TestText:
    async def test_headers_and_text_are_read(self, reader, tmp_path):
        content = mails.mail("Notice is given.", Subject="Kündigung – Vertrag", Cc="X <x@y.example>")
        assert (await text_of(reader, tmp_path, content)).split("\n") == [
            "From: Clerk <clerk@court.example>",
            "To: bar@firm.example",
            "Cc: X <x@y.example>",
            "Date: Mon, 05 Feb 2029 10:00:00 +0000",
            "Subject: Kündigung – Vertrag",
            "",
            "Notice is given.",
        ]

    async def test_of_two_versions_the_plain_one_is_read(self, reader, tmp_path):
        found = await text_of(reader, tmp_path, mails.mail("Plain.", html="<p>Rich.</p>"))
        assert "Plain." in found
        assert "Rich." not in found

    async def test_where_the_plain_one_is_a_stub_the_other_is_read(self, reader, tmp_path):
        found = await text_of(reader, tmp_path, mails.mail("Open it in a browser.", html=f"<p>{files.CLAUSE}</p>"))
        assert found.endswith(files.CLAUSE.strip())
        assert "browser" not in found

    async def test_of_a_saved_page_only_the_page_is_read(self, reader, tmp_path):
        resources = [b"text/html\r\n\r\n<p>Page.</p>", b"text/css\r\n\r\np{}"]
        resources += [b"image/png\r\nContent-Location: https://a.example/b.png\r\n\r\nx"]
        body = b"".join(b"--B\r\nContent-Type: " + part + b"\r\n" for part in resources) + b"--B--"
        content = mails.raw(body, b'Content-Type: multipart/related; boundary="B"')
        assert (await text_of(reader, tmp_path, content)).endswith("Subject: Order\n\nPage.")
        assert await unpacked(reader, tmp_path, content) == []

    async def test_hidden_words_of_a_page_are_told(self, reader, tmp_path):
        content = mails.raw(b"<p>Seen.<p style='color:white'>Obey.", b"Content-Type: text/html")
        done = await read(reader, saved(tmp_path, content))
        assert (done.text.endswith("Seen."), done.report.hidden_text) == (True, (1,))

    async def test_signs_of_our_own_in_a_text_mean_nothing(self, reader, tmp_path):
        done = await read(reader, saved(tmp_path, mails.mail("a\x02b\x01c", Subject="x\x02")))
        assert (done.text.endswith("abc"), done.report.hidden_text) == (True, ())

    async def test_where_the_plain_one_is_empty_the_other_is_read(self, reader, tmp_path):
        found = await text_of(reader, tmp_path, mails.mail(" ", html="<p>Rich <b>text</b>.</p><p hidden>no</p>"))
        assert found.endswith("\n\nRich text.")

    async def test_attachments_are_named_and_their_content_is_not_read(self, reader, tmp_path):
        content = mails.mail("See.", attached=[("lease ü.txt", b"secret", "text/plain")])
        found = await text_of(reader, tmp_path, content)
        assert "Attachments: lease ü.txt" in found
        assert "secret" not in found

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (mails.raw(b"K\xe4ufer", b"Content-Type: text/plain; charset=iso-8859-1"), "Käufer"),
            (mails.raw("Договор".encode("koi8-r"), b"Content-Type: text/plain; charset=koi8-r"), "Договор"),
            (mails.raw(b"K\xe4ufer", b"Content-Type: text/plain; charset=unknown-8bit"), "Käufer"),
            *((mails.raw(b"text", b"Content-Type: text/plain; charset=" + name), "text") for name in RARE),
            *((mails.raw(b"text", b"Cc: =?" + name + b"?Q?x?="), "Cc: x\nSubject: Order\n\ntext") for name in RARE),
            (mails.raw(b"text", b"Content-Disposition: inline; filename*=cp037''a%41"), "Attachments: aA"),
            (b"\xef\xbb\xbf" + mails.mail("Marked."), "\n\nMarked."),
            (mails.raw(b"K=E4ufer=", b"Content-Transfer-Encoding: quoted-printable"), "Käufer"),
            (mails.raw(b"no parts at all", b"Content-Type: multipart/mixed"), "no parts at all"),
            (mails.raw(b"--B\r\n\r\nnever closed", b'Content-Type: multipart/mixed; boundary="B"'), "never closed"),
        ],
    )
    async def test_what_is_broken_is_read_as_far_as_it_can_be(self, reader, tmp_path, content, expected):
        assert (await text_of(reader, tmp_path, content)).endswith(expected)

    async def test_a_broken_structure_is_said(self, reader, tmp_path):
        cut = mails.raw(b"--B\r\n\r\nnever closed", b'Content-Type: multipart/mixed; boundary="B"')
        assert (await read(reader, saved(tmp_path, cut))).report.repaired
        garbled = mails.raw(b"!!broken base64", b"Content-Transfer-Encoding: base64")
        assert (await read(reader, saved(tmp_path, garbled))).report.repaired
        assert not (await read(reader, saved(tmp_path, mails.mail()))).report.repaired

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (mails.raw(b"", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data"), "encrypted"),
            (mails.raw(b"--B--", b"Content-Type: multipart/encrypted; boundary=B"), "encrypted"),
            (mails.deep_multiparts(5_000), "too_large"),
            (mails.raw(b"x", b'Content-Type: text/plain; a="' + b'";' * 300_000), "too_large"),
            (mails.raw(b"x", b"Content-Disposition: attachment; filename=" + b"\r\n =?a?q?" * 90_000), "too_large"),
        ],
        ids=["sealed", "pgp", "deep", "parameters", "name"],
    )
    async def test_each_trap_has_its_code(self, reader, tmp_path, content, code):
        assert (await refusal(reader, saved(tmp_path, content))).code == code

    async def test_endless_headers_take_no_quadratic_time(self, reader, tmp_path):
        lines = [b"To: " + b"=?" * 9_000] * 1_000
        path = saved(tmp_path, mails.raw(b"x", *lines))
        assert len((await read(reader, path, ReadingLimits(cpu_seconds=10))).text) < 50_000


class TestAttachments:
    async def test_they_come_as_they_were_in_order(self, reader, tmp_path):
        pdf = files.pdf(files.CLAUSE)
        attached = [("a.pdf", pdf, "application/pdf"), ("b.bin", bytes(range(256)) * 3_000, "application/octet-stream")]
        found = await unpacked(reader, tmp_path, mails.mail(attached=attached))
        assert found == [(name, content) for name, content, _ in attached]

    async def test_a_message_inside_is_one_attachment_with_its_own_inside(self, reader, tmp_path):
        found = await unpacked(reader, tmp_path, mails.nested(2))
        assert [name for name, _ in found] == ["level 1.eml"]
        (inner,) = await unpacked(reader, tmp_path, found[0][1])
        assert inner[0] == "level 0.eml"
        assert b"The innermost." in inner[1]

    async def test_a_message_inside_keeps_its_lines_as_they_are(self, reader, tmp_path):
        inner = mails.raw(b"From here on\r\n.\r\n", b"X-Long: " + b"word " * 60 + b"end")
        content = b"--B\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--B--"
        ((_, found),) = await unpacked(
            reader, tmp_path, mails.raw(content, b'Content-Type: multipart/mixed; boundary="B"')
        )
        assert found.replace(b"\r\n", b"\n").rstrip() == inner.replace(b"\r\n", b"\n").rstrip()

    async def test_pictures_that_the_text_shows_are_none(self, reader, tmp_path):
        picture = b"--B\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx\r\n--B--"
        content = mails.raw(b"--B\r\n\r\ntext\r\n" + picture, b'Content-Type: multipart/related; boundary="B"')
        assert await unpacked(reader, tmp_path, content) == []

    async def test_more_bytes_than_allowed_are_refused_and_nothing_is_left(self, reader, tmp_path):
        content = mails.mail(attached=[("a.bin", bytes(100_000), "application/octet-stream")])
        with pytest.raises(UnreadableFile) as refused:
            await unpacked(reader, tmp_path, content, most_bytes=99_999)
        assert refused.value.code == "too_large"
        assert list((tmp_path / "unpacked").iterdir()) == []

    async def test_more_files_than_allowed_are_refused(self, reader, tmp_path):
        content = mails.mail(attached=[(f"{n}.txt", b"x", "text/plain") for n in range(101)])
        with pytest.raises(UnreadableFile) as refused:
            await unpacked(reader, tmp_path, content)
        assert (refused.value.code, "100 files" in refused.value.detail) == ("too_large", True)


class TestLies:
    @pytest.mark.parametrize(
        ("act", "code"),
        [
            ("garbage", "corrupt"),
            ("deep", "corrupt"),
            ("flood", "corrupt"),
            ("quit", "corrupt"),
            ("silence", "timeout"),
        ],
    )
    async def test_a_child_that_was_taken_over_ends_in_a_verdict_and_leaves_no_file(
        self, monkeypatch, tmp_path, act, code
    ):
        monkeypatch.setattr(process, "CHILD_MODULE", "tests.fixtures.hostile_child")
        hijacked, limits = Reader(), ReadingLimits(wall_seconds=2)
        found = attachments(hijacked, Path(act), Kind.MAIL, folder=tmp_path, limits=limits, most_bytes=1_000)
        with pytest.raises(UnreadableFile) as refused:
            await anext(found)
        await hijacked.close()
        assert refused.value.code == code
        assert list(tmp_path.iterdir()) == []
