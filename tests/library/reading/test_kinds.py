"""What a file is, by its content."""

import pytest

from elenchus.library.reading import kinds
from elenchus.library.reading.child.readers import READERS
from elenchus.library.reading.kinds import LABELS, Kind, detect, supported
from elenchus.library.reading.outcomes import UnreadableFile
from tests.fixtures import files, mails, words


def verdict(tmp_path, content: bytes, name: str = "upload.pdf") -> Kind | str:
    try:
        return detect(files.saved(tmp_path, content, name))
    except UnreadableFile as refused:
        return refused.code


class TestKinds:
    def test_every_kind_has_a_reader_and_a_name(self):
        assert set(READERS) | {Kind.OLD_WORD} == set(LABELS) == set(Kind)

    @pytest.mark.parametrize("installed", [True, False])
    def test_the_supported_formats_read_as_words(self, monkeypatch, installed):
        monkeypatch.setattr(kinds, "converter", lambda: "antiword" if installed else None)
        assert supported().startswith("PDF, Word (.docx), ")
        assert supported().endswith(" or plain text or Markdown (UTF-8)")
        assert ("(.doc)" in supported()) == installed


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
            (b"<?xml version='1.0'?><a/>", "XML"),
            (files.PNG, "picture"),
            (b"\xff\xd8\xff\xe0 JFIF", "picture"),
            (b"PK\x03\x04 word/document.xml", "zip or Office"),
            (words.packed({"xl/workbook.xml": "x"}), "zip or Office"),
            (words.packed({"a.docx": words.docx("x"), "b": "c"})[:200], "zip or Office"),
            (words.OLE + bytes(64), "old Office"),
            (words.old_word("Workbook"), "old Office"),
            (words.old_word("__properties_version1.0") + words.old_word(), "old Office"),
            (b"\xffWPC" + bytes(64), "WordPerfect"),
            (b"\x1f\x8b\x08" + bytes(64), "archive"),
            (b"%!PS-Adobe-3.0\n", "PostScript"),
        ],
    )
    def test_it_is_refused_by_name_and_told_what_is_read(self, tmp_path, content, named):
        with pytest.raises(UnreadableFile) as refused:
            detect(files.saved(tmp_path, content, "contract.pdf"))
        assert refused.value.code == "unsupported"
        assert named in refused.value.detail
        assert "PDF, Word (.docx)" in refused.value.detail

    def test_documents_packed_into_something_else_do_not_count(self, tmp_path):
        inner = words.docx("x")
        assert verdict(
            tmp_path, words.packed({"xl/workbook.xml": "x", "xl/embeddings/a.docx": inner}, packs=False)
        ) == ("unsupported")
        assert verdict(tmp_path, words.old_word("Workbook") + inner) == "unsupported"

    def test_what_a_document_says_does_not_make_it_another(self, tmp_path, monkeypatch):
        monkeypatch.setattr(kinds, "converter", lambda: "antiword")
        said = "see the Workbook and the PowerPoint Document".encode("utf-16-le")
        assert (
            verdict(tmp_path, words.old_word().replace(bytes(504), said + bytes(504 - len(said)), 1)) is Kind.OLD_WORD
        )

    def test_several_messages_in_one_file_are_told_apart(self, tmp_path):
        line = b"From x@y.example Mon Feb  5 10:00:00 2029\n"
        one = line + mails.mail("From here on, all is one message.\n\nFrom it").replace(b"\r\n", b"\n")
        assert verdict(tmp_path, one) is Kind.MAIL
        with pytest.raises(UnreadableFile, match="mailbox with several messages"):
            detect(files.saved(tmp_path, one + b"\n" + one))

    def test_an_old_word_file_says_what_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setattr(kinds, "converter", lambda: None)
        with pytest.raises(UnreadableFile, match="apt install antiword"):
            detect(files.saved(tmp_path, words.old_word()))
        monkeypatch.setattr(kinds, "converter", lambda: "antiword")
        assert verdict(tmp_path, words.old_word()) is Kind.OLD_WORD

    @pytest.mark.parametrize("content", [bytes(range(256)) * 8, b"plain until here \0 and on", b"\x7fELF" + bytes(40)])
    def test_bytes_that_are_nothing_known_are_unsupported(self, tmp_path, content):
        assert verdict(tmp_path, content, "notes.txt") == "unsupported"

    def test_no_bytes_at_all_are_empty(self, tmp_path):
        assert verdict(tmp_path, b"") == "empty"


class TestDocuments:
    @pytest.mark.parametrize("name", ["contract.pdf", "contract.txt", "contract"])
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (words.docx("x"), Kind.WORD),
            (words.docx("x" * 5_000)[:400], Kind.WORD),
            (files.zip_bomb(), Kind.WORD),
            (words.encrypted(), Kind.WORD),
            (b"{\\rtf1\\ansi A contract}", Kind.RICH_TEXT),
            (files.html(), Kind.WEB_PAGE),
            (b"\xef\xbb\xbf \n<HTML lang=en>", Kind.WEB_PAGE),
            (b"<!-- saved from a site -->\n<html>", Kind.WEB_PAGE),
            (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>", Kind.WEB_PAGE),
            ("<html><p>für".encode("utf-16"), Kind.WEB_PAGE),
            (b"<DOCUMENT>\n<TYPE>EX-10.1\n<TEXT>\n<HTML><BODY>", Kind.WEB_PAGE),
            (files.mail(), Kind.MAIL),
            (mails.mail(), Kind.MAIL),
            (b"From x@y.example Mon Feb  5 10:00:00 2029\n" + mails.mail(), Kind.MAIL),
            (b"Received: from a by b;\r\n\tMon\r\n" * 300 + b"From: a@b.example\r\n\r\ntext", Kind.MAIL),
        ],
    )
    def test_each_is_known_by_its_content_whatever_its_name(self, tmp_path, content, kind, name):
        assert verdict(tmp_path, content, name) is kind


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
            b"The tag <html> opens a page.",
            b"Subject: received: nothing\n\nMIME-Version: 1.0 is what mail says.",
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
