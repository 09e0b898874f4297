"""Which encoding a text is in: facts first, then one plausible guess."""

import tracemalloc

import pytest

from elenchus.library.reading.encodings import text_encoding
from tests.fixtures.files import saved

GERMAN = "Die Bürgschaft erlischt, wenn der Käufer die Güter prüft. " * 5


class TestTextEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (b"plain", "utf-8"),
            (GERMAN.encode(), "utf-8"),
            (b"\xef\xbb\xbf" + GERMAN.encode(), "utf-8-sig"),
            (GERMAN.encode("utf-16"), "utf-16"),
            (b"\xfe\xff" + GERMAN.encode("utf-16-be"), "utf-16"),
            (GERMAN.encode("windows-1252"), "windows-1252"),
            (b"the Party\x92s \x93Goods\x94", "windows-1252"),
            (GERMAN.encode()[:-30] + b"\xc3", "utf-8"),  # cut in the middle of a letter
        ],
    )
    def test_it_is_found(self, tmp_path, content, encoding):
        assert text_encoding(saved(tmp_path, content)) == encoding

    @pytest.mark.parametrize(
        "content",
        [
            "Договор поставки товаров между сторонами".encode("windows-1251"),  # would be read as Western letters
            b"undefined \x81 in windows-1252",
            GERMAN.encode("utf-32"),
            b"\xff\xfe" + b"\x00\xd8" * 40,  # lone surrogates throughout
            b"NUL \x00 inside",
        ],
    )
    def test_what_would_turn_into_wrong_letters_is_no_text(self, tmp_path, content):
        assert text_encoding(saved(tmp_path, content)) is None

    def test_letters_on_the_edge_between_two_pieces_survive(self, tmp_path):
        assert text_encoding(saved(tmp_path, b"x" * ((1 << 20) - 1) + "ü".encode() * 50)) == "utf-8"

    def test_a_large_text_is_never_whole_in_memory(self, tmp_path):
        path = saved(tmp_path, GERMAN.encode() * 100_000)
        tracemalloc.start()
        try:
            assert text_encoding(path) == "utf-8"
            assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 3
        finally:
            tracemalloc.stop()
