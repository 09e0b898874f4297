"""What a file is, by its content."""

import pytest

from elenchus.library.reading.child.readers import READERS
from elenchus.library.reading.kinds import LABELS, Kind, detect, supported
from elenchus.library.reading.outcomes import UnreadableFile
from tests.fixtures import files


def verdict(tmp_path, content: bytes, name: str = "upload.pdf") -> Kind | str:
    try:
        return detect(files.saved(tmp_path, content, name))
    except UnreadableFile as refused:
        return refused.code


class TestKinds:
    def test_every_kind_has_a_reader_and_a_name(self):
        assert set(READERS) == set(LABELS) == set(Kind)

    def test_the_supported_formats_read_as_words(self):
        assert supported() == "PDF or plain text (UTF-8)"


class TestPdf:
    @pytest.mark.parametrize("name", ["contract.pdf", "contract.txt", "contract"])
    def test_the_name_does_not_matter(self, tmp_path, name):
        assert verdict(tmp_path, files.pdf("Hello"), name) is Kind.PDF

    @pytest.mark.parametrize(
        "before", [b"\r\n\r\n", b"%%EOF\n", b"Content-Type: application/pdf\r\n\r\n", b"\0" * 1000]
    )
    def test_something_may_stand_before_the_header(self, tmp_path, before):
        assert verdict(tmp_path, before + files.pdf("Hello")) is Kind.PDF

    @pytest.mark.parametrize(("before", "expected"), [(1019, Kind.PDF), (1020, "unsupported")])
    def test_the_header_stands_within_the_first_kibibyte(self, tmp_path, before, expected):
        assert verdict(tmp_path, b"\0" * before + files.pdf("Hello")) == expected


class TestForeign:
    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (files.html(), "web page"),
            (b"\xef\xbb\xbf \n<HTML lang=en>", "web page"),
            (b"<?xml version='1.0'?><a/>", "XML"),
            (files.PNG, "picture"),
            (b"\xff\xd8\xff\xe0 JFIF", "picture"),
            (b"PK\x03\x04 word/document.xml", "Word"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "old Office"),
            (b"{\\rtf1\\ansi A contract}", "rich text"),
            (b"\xffWPC" + bytes(64), "WordPerfect"),
            (b"\x1f\x8b\x08" + bytes(64), "archive"),
            (files.mail(), "e-mail"),
            (b"%!PS-Adobe-3.0\n", "PostScript"),
        ],
    )
    def test_it_is_refused_by_name_and_told_what_is_read(self, tmp_path, content, named):
        with pytest.raises(UnreadableFile) as refused:
            detect(files.saved(tmp_path, content, "contract.pdf"))
        assert refused.value.code == "unsupported"
        assert named in refused.value.detail
        assert "PDF or plain text" in refused.value.detail

    def test_a_zip_bomb_named_txt_is_not_unpacked_to_be_refused(self, tmp_path):
        assert verdict(tmp_path, files.zip_bomb(), "notes.txt") == "unsupported"

    @pytest.mark.parametrize("content", [bytes(range(256)) * 8, b"plain until here \0 and on", b"\x7fELF" + bytes(40)])
    def test_bytes_that_are_nothing_known_are_unsupported(self, tmp_path, content):
        assert verdict(tmp_path, content, "notes.txt") == "unsupported"

    def test_no_bytes_at_all_are_empty(self, tmp_path):
        assert verdict(tmp_path, b"") == "empty"


class TestText:
    @pytest.mark.parametrize(
        "content",
        [
            b"WHEREAS the parties agree.",
            "Die Verfügung des Gerichts – endgültig".encode(),
            "\ufeffwith a byte order mark, für alle".encode(),
            "für alle".encode("utf-16"),
            "条約 第一条".encode(),
            b"# A heading\n\n- an item\n",
            b"<TYPE>EX-10.1\n<TEXT>\nAGREEMENT",
            b"From: the landlord\nTo: the tenant\n\nA letter, no e-mail.",
            b"line\r\nline\x0cnew page\x1a",
        ],
    )
    def test_text_is_text(self, tmp_path, content):
        assert verdict(tmp_path, content) is Kind.TEXT

    def test_a_binary_tail_behind_a_long_text_is_seen(self, tmp_path):
        assert verdict(tmp_path, b"all is well here. " * 200_000 + b"\0\0\0") == "unsupported"

    def test_more_than_hardly_any_control_characters_are_no_text(self, tmp_path):
        assert verdict(tmp_path, b"a stray \x1b escape \x08 or two") is Kind.TEXT
        assert verdict(tmp_path, b"\x01\x02\x03 \x04 a few words") == "unsupported"
