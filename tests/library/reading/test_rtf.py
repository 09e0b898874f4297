"""Rich text: what is read and in which order. All through the sealed child."""

import pytest

from tests.fixtures.files import CLAUSE, saved
from tests.library.reading.support import read, refusal

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset2 Symbol;}{\f2\fcharset204 Arial;}}"


async def text_of(reader, tmp_path, body: bytes) -> str:
    return (await read(reader, saved(tmp_path, HEAD + body + b"}"))).text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"\pard One.\par Two\line lines.\par", "One.\n\nTwo\nlines."),
        (rb"{\header Draft}{\footer 3}{\*\generator X;}{\info{\title T}}Body.\par", "Body."),
        (rb"{\listtext\pard 4.2\tab}Term\par", "4.2\tTerm"),
        (rb"He may \deleted never \deleted0 always{\v  secretly} leave.\par", "He may always leave."),
        (rb"He may {\deleted never }{\revised always }leave.\par", "He may always leave."),
        (
            rb"Goods{\super\chftn}{\footnote\pard{\super\chftn} Clause 9.\par} pass.\par Next.",
            "Goods¹ pass.\n\n¹ Clause 9.\n\nNext.",
        ),
        (rb"K\'e4ufer \u8211?\u-10179?\u-8704? {\f2\'cf\'f0} {\f1\'b7}\par", "Käufer –😀 Пр •"),
        (rb"{\uc0\u8220}quoted{\uc2\u8221 ab}\par", "“quoted”"),
        (rb"\trowd\intbl B\cell 101-500\cell $8.50\cell\row\pard After.\par", "B\t101-500\t$8.50\n\nAfter."),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}\par", "shown"),
        (rb"a\bin4 }{}{b\par", "ab"),
        (rb"\{braces\} \~\_ \ldblquote x\rdblquote\par", "{braces} \xa0\u2011 “x”"),
        (rb"One.\sect\sectd\sbknone Same page.\par", "One.\n\nSame page."),
    ],
)  # fmt: skip
async def test_what_is_shown_is_read(reader, tmp_path, body, expected):
    assert await text_of(reader, tmp_path, body) == expected


COLORS = rb"{\colortbl;\red255\green255\blue250;\red0\green0\blue90;\red10\green10\blue10;}"


@pytest.mark.parametrize(
    "hidden", [rb"{\v X}", rb"{\cf1 X}", rb"{\fs2 X}", rb"{\cf1\highlight1 X}", rb"{\cf1\u88?}", rb"\cf1 \'58\cf0 "]
)
async def test_what_nobody_sees_is_left_out_and_told(reader, tmp_path, hidden):
    path = saved(tmp_path, HEAD + COLORS + rb"\pard Seen.\par " + hidden + rb"\par}")
    done = await read(reader, path)
    assert (done.text, done.report.hidden_text) == ("Seen.", (1,))


@pytest.mark.parametrize(
    "shown",
    [
        rb"{\cf1\highlight2 X}",
        rb"{\cf1\cb2 X}",
        rb"{\cf1\chcbpat3 X}",
        rb"\pard\cbpat2{\cf1 X}",
        rb"\pard\shading9000{\cf1 X}",
        rb"\trowd\clcbpat2\cellx99\pard\intbl{\cf1 X}\cell\row\pard",
        rb"{\*\background{\shp}}{\cf1 X}",
        rb"{\cf2 X}",
        rb"{\cf0 X}",
        rb"{\cf9 X}",
        rb"{\cf1\plain X}",
        rb"{\fs8 X}",
        rb"{\deleted\cf1 Y}X{\*\note\cf1 Z}",
    ],
)
async def test_what_is_painted_behind_or_was_deleted_hides_nothing(reader, tmp_path, shown):
    done = await read(reader, saved(tmp_path, HEAD + COLORS + shown + rb"\par}"))
    assert (done.text, done.report.hidden_text) == ("X", ())


async def test_what_was_painted_ends_with_its_paragraph_and_row(reader, tmp_path):
    body = rb"\pard\cbpat2 a\par\pard{\cf1 X}\par\trowd\clcbpat2\cell\row\trowd\cell{\cf1 X}b\cell\row\pard c\par"
    done = await read(reader, saved(tmp_path, HEAD + COLORS + body + b"}"))
    assert (done.text.split(), done.report.hidden_text) == (["a", "b", "c"], (1,))


async def test_signs_of_our_own_in_a_file_mean_nothing(reader, tmp_path):
    done = await read(reader, saved(tmp_path, HEAD + rb"a\'02\'01\u2?\u1?b\par}"))
    assert (done.text, done.report.hidden_text) == ("ab", ())


async def test_page_breaks_and_sections_are_pages(reader, tmp_path):
    done = await read(reader, saved(tmp_path, HEAD + rb"One.\page Two.\sect\sectd Three.\par}"))
    assert [page.text for page in done.pages] == ["One.", "Two.", "Three."]


async def test_a_picture_alone_needs_recognition(reader, tmp_path):
    path = saved(tmp_path, HEAD + rb"{\*\shppict{\pict\pngblip 89504e47}}\par}")
    assert (await refusal(reader, path)).code == "needs_ocr"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD + rb"}", "empty"),
        (HEAD + rb"{{\b " + CLAUSE.encode(), "corrupt"),
        (HEAD + b"{" * 50_000 + b"deep", "too_large"),
    ],
    ids=["empty", "truncated", "deep"],
)
async def test_each_trap_has_its_code(reader, tmp_path, content, code):
    assert (await refusal(reader, saved(tmp_path, content))).code == code


async def test_a_file_that_lacks_only_its_last_brace_was_repaired(reader, tmp_path):
    done = await read(reader, saved(tmp_path, HEAD + rb"Whole.\par"))
    assert (done.text, done.report.repaired) == ("Whole.", True)


async def test_a_long_file_is_read_whole(reader, tmp_path):
    body = b"".join(rb"\pard %d. %b\par " % (n, CLAUSE.encode()) for n in range(10_000))
    assert "9999. The Supplier" in await text_of(reader, tmp_path, body)
