"""A form in pieces of any size gives the same events; a form that is not one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.core.errors import Malformed, UnsupportedType
from elenchus.core.multipart import MAX_HEADER_BYTES, MAX_PART_HEADERS, Multipart, PartBegan, PartData, PartEnded
from tests.library.support import BOUNDARY, FORM, form, part

TRICKY = b"\r\n--" + BOUNDARY[:-1] + b"x\r\n-----\r\n--\x00\xff"


def read(body: bytes, *, piece: int = 1 << 16, content_type: str = FORM) -> list[tuple[PartBegan, bytes]]:
    """Each part with all its bytes."""
    multipart = Multipart(content_type)
    parts: list[tuple[PartBegan, bytes]] = []
    for at in range(0, len(body), piece):
        for event in multipart.feed(body[at : at + piece]):
            if isinstance(event, PartBegan):
                parts.append((event, b""))
            elif isinstance(event, PartData):
                parts[-1] = (parts[-1][0], parts[-1][1] + event.block)
    multipart.finish()
    return parts


class TestReading:
    def test_files_and_fields_come_in_order_with_their_names(self):
        parts = read(form(part("category", b"lease"), part("files", b"%PDF-", "a.pdf"), part("files", b"", "b.txt")))
        assert parts == [
            (PartBegan("category", None), b"lease"),
            (PartBegan("files", "a.pdf"), b"%PDF-"),
            (PartBegan("files", "b.txt"), b""),
        ]

    @given(st.binary(max_size=300), st.integers(1, 90))
    def test_the_pieces_it_arrives_in_change_nothing(self, content, piece):
        body = form(part("files", content + TRICKY, "a.bin"), part("note", content.replace(b"\r", b"")))
        assert read(body, piece=piece) == read(body)
        assert read(body)[0][1] == content + TRICKY

    def test_every_part_is_ended(self):
        multipart = Multipart(FORM)
        events = multipart.feed(form(part("a", b"1"), part("b", b"2")))
        assert [type(event) for event in events] == [PartBegan, PartData, PartEnded] * 2

    @pytest.mark.parametrize(
        ("raw", "name"),
        [("Müller & Söhne.pdf".encode(), "Müller & Söhne.pdf"), (b"caf\xe9.pdf", "café.pdf"), (b"", "")],
    )
    def test_a_name_is_utf8_or_else_a_letter_for_each_byte(self, raw, name):
        body = form(part("files", b"x", "HERE")).replace(b"HERE", raw)
        assert read(body)[0][0].filename == name

    def test_an_ie_path_and_a_header_in_other_case_are_understood(self):
        body = form(part("files", b"x", r"C:\\docs\\a.pdf")).replace(b"Content-Disposition", b"CONTENT-disposition")
        assert read(body)[0][0].filename == "a.pdf"

    def test_what_follows_the_closing_boundary_is_no_part(self):
        assert len(read(form(part("a", b"1")) + b"--" + BOUNDARY + b"\r\nepilogue")) == 1

    def test_it_keeps_nothing_of_what_it_was_fed(self):
        multipart = Multipart(FORM)
        multipart.feed(part("files", b"a" * 1000, "a.bin")[:-2])
        events = multipart.feed(b"b" * 100_000)
        assert sum(len(event.block) for event in events if isinstance(event, PartData)) > 99_000
        assert multipart.feed(b"") == []


class TestRefusing:
    @pytest.mark.parametrize("content_type", ["", "application/json", "multipart/mixed; boundary=x", "text/plain"])
    def test_another_content_type(self, content_type):
        with pytest.raises(UnsupportedType):
            Multipart(content_type)

    @pytest.mark.parametrize("content_type", ["multipart/form-data", f"multipart/form-data; boundary={'b' * 300}"])
    def test_no_usable_boundary(self, content_type):
        with pytest.raises(Malformed):
            Multipart(content_type)

    @pytest.mark.parametrize(
        "body",
        [
            b"not multipart at all",
            b"--other\r\n\r\n",
            part("a", b"1").replace(b"form-data", b"attachment"),
            part("a", b"1").replace(b'name="a"', b""),
            part("a", b"1").replace(b"Content-Disposition", b"Content Disposition"),
            part("a", b"1", headers=[b"X-A: 1"] * MAX_PART_HEADERS),
            part("a", b"1", headers=[b"X-Long: " + b"l" * MAX_HEADER_BYTES]),
        ],
    )
    def test_a_broken_body(self, body):
        with pytest.raises(Malformed):
            read(body + form(part("b", b"2")))

    @pytest.mark.parametrize("keep", [0, 40, -3, -len(BOUNDARY) - 4])
    def test_a_body_that_was_cut_off(self, keep):
        body = form(part("files", b"half a file", "a.txt"))
        with pytest.raises(Malformed, match="cut off"):
            read(body[: keep or None] if keep else b"")
