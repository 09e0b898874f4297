"""Web pages: what a reader would see. All through the sealed child."""

import pytest

from elenchus.library.reading.values import ReadingLimits
from tests.fixtures.files import CLAUSE, saved
from tests.library.reading.support import read, refusal


async def text_of(reader, tmp_path, body: str, head: str = "") -> str:
    page = f"<!DOCTYPE html><html><head><title>T</title>{head}</head><body>{body}</body></html>"
    return (await read(reader, saved(tmp_path, page.encode()))).text


class TestStructure:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("<h1>Lease</h1><p>One   <b>bold</b>\n word.<p>Two<br>lines.", "Lease\n\nOne bold word.\n\nTwo\nlines."),
            ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
            ("<ul><li>x<li>y</ul>", "• x\n\n• y"),
            ('<ol type="a" start="3"><li>x</li><li>y</li></ol>', "c. x\n\nd. y"),
            ("<table><tr><th>Tier<th>Units<tr><td>B<td>101-500</table>after", "Tier\tUnits\nB\t101-500\n\nafter"),
            ("<table><tr><td><p>one</p><p>two</p></td><td>x</td></tr></table>", "one\ntwo\tx"),
            ("<table><tr><td>a<table><tr><td>b<td>c</table></td></tr></table>", "a\nb\tc"),
            ("<pre>  kept\n    as is</pre>", "  kept\n    as is"),
            ("A&amp;B &sect;&nbsp;4 &#8220;x&#8221; &lt;p&gt;", "A&B §\xa04 “x” <p>"),
            ("</div></p>stray <b>ends</i></b> hurt nobody", "stray ends hurt nobody"),
        ],
    )
    async def test_blocks_are_paragraphs_and_rows_are_lines(self, reader, tmp_path, body, expected):
        assert await text_of(reader, tmp_path, body) == expected

    async def test_its_headings_are_told_but_not_those_of_a_table(self, reader, tmp_path):
        page = b"<html><p>Of today.</p><h1>The lease</h1><p>Text.</p><h3>Notice <b>of</b> end</h3>\x03no<h2> </h2>"
        page += b"<table><tr><td><h2>Cell</h2></td></tr></table>"
        (done,) = (await read(reader, saved(tmp_path, page))).pages
        lines = done.text.split("\n")
        assert [(lines[line], depth) for line, depth in done.headings] == [("The lease", 1), ("Notice of end", 3)]

    async def test_page_breaks_are_pages(self, reader, tmp_path):
        page = b'<html><p>One.</p><hr style="page-break-after:always"><div style="page-break-before: always">Two.</div>'
        done = await read(reader, saved(tmp_path, page))
        assert [page.text for page in done.pages] == ["One.", "Two."]


class TestVisible:
    @pytest.mark.parametrize(
        "hidden",
        [
            "<script>alert('X')</script>",
            "<style>X{}</style>",
            "<!-- X -->",
            "<template>X</template>",
            "<noscript>X</noscript>",
            "<p hidden>X</p>",
            '<div style="display: none !important"><p>X</p></div>',
            '<span style="visibility:hidden">X</span>',
            '<span style="font-size:0">X</span>',
            '<span style="font-size:1px">X</span>',
            '<span style="opacity:0">X</span>',
            '<span style="position:absolute;left:-9999px">X</span>',
            '<span style="color:#ffffff">X</span>',
            '<span style="color: rgb(250, 250, 250)">X</span>',
            '<span style="color:rgba(0,0,0,0)">X</span>',
            '<span style="color:#0000">X</span>',
            '<span style="color:#036;background-color:#036">X</span>',
            '<table bgcolor="white"><tr><td><font color="#FFFFFF">X</font></td></tr></table>',
            '<span style="display:/**/none">X</span>',
            '<span style="position:absolute;clip:rect(0,0,0,0)">X</span>',
            '<span style="clip-path: inset(50%)">X</span>',
            '<span style="transform:scale(0)">X</span>',
            '<span style="filter: opacity(0)">X</span>',
            '<span style="width:1px;height:1px;overflow:hidden">X</span>',
            '<div style="font-size:0"><b style="font-size:2em">X</b></div>',
            '<div style="display:none"><b style="display:block">X</b></div>',
            '<p class="shown" id="aside">X</p>',
            '<font color="white">X</font>',
            '<span class="ghost note">X</span>',
            '<em id="aside">X</em>',
            "<select><option>X</option></select>",
            '<iframe srcdoc="X">X</iframe>',
        ],
    )
    async def test_what_nobody_sees_is_left_out(self, reader, tmp_path, hidden):
        head = "<style>/* c */ .ghost, td.x {display:none} #aside {color: white} .shown {color: black}</style>"
        assert (await text_of(reader, tmp_path, f"<p>Seen {hidden} too.</p>", head)).split() == ["Seen", "too."]

    @pytest.mark.parametrize("hidden", ["<p hidden>X", "<p style='color:white'>X", "<p style='font-size:0'>X"])
    async def test_it_is_told(self, reader, tmp_path, hidden):
        done = await read(reader, saved(tmp_path, f"<html><p>Seen.{hidden}".encode()))
        assert (done.text, done.report.hidden_text) == ("Seen.", (1,))

    async def test_what_a_page_never_shows_is_not_told(self, reader, tmp_path):
        done = await read(reader, saved(tmp_path, b"<html><p>Seen.<script>x()</script><!-- c --><style>p{}</style>"))
        assert (done.text, done.report.hidden_text) == ("Seen.", ())

    @pytest.mark.parametrize(
        "shown",
        [
            '<span style="color:white;background:#003366">X</span>',
            '<table bgcolor="navy"><tr><td><font color="#FFFFFF">X</font></td></tr></table>',
            '<span style="font-size:10px; opacity: 0.9; left: -5px">X</span>',
            "<select><option>no</option><option selected>X</option></select>",
            "<details><summary>X</summary></details>",
            '<div style="font-size:0px"><b style="font-size:13px">X</b></div>',
            '<div style="color:white"><b style="color:#000">X</b></div>',
            '<div style="visibility:hidden"><b style="visibility:visible">X</b></div>',
            '<span style="color:rgba(0,0,0,.8)">X</span>',
            '<p class="narrow">X</p>',
            '<p class="printed">X</p>',
            '<p id="main">X</p>',
        ],
    )
    async def test_what_can_be_seen_stays(self, reader, tmp_path, shown):
        head = (
            "<style>@charset 'x'; @media (max-width: 600px) { .narrow { display: none } } /* @media */"
            "@media print { .printed, .x { display: none } } #main { display: block } p#main {} p.x { color: white }"
            "#main.x { display: none }</style>"
        )
        assert await text_of(reader, tmp_path, shown, head) == "X"

    async def test_white_letters_stay_where_a_linked_sheet_may_paint_behind_them(self, reader, tmp_path):
        link = '<link rel="stylesheet" href="https://example.test/a.css">'
        assert await text_of(reader, tmp_path, '<th style="color:white">X</th>', link) == "X"


class TestEncodings:
    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            ("<html><meta charset='windows-1251'><p>Договор".encode("cp1251"), "Договор"),
            ("<?xml version='1.0' encoding='Shift_JIS'?><html><p>契約".encode("cp932"), "契約"),
            ("<html><meta charset='iso-8859-1'><p>“für”".encode("cp1252"), "“für”"),
            ("<html><meta charset='latin-1'><p>Käufer".encode(), "Käufer"),
            ("<html><p>Käufer".encode("utf-16"), "Käufer"),
            ("<html><p>Käufer".encode("cp1252"), "Käufer"),
            ("<html><meta charset='no-such'><p>Käufer".encode(), "Käufer"),
        ],
    )
    async def test_the_page_says_how_to_read_it(self, reader, tmp_path, page, expected):
        assert (await read(reader, saved(tmp_path, page))).text == expected


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b"<html><script>only()</script>", "empty"),
        (b"<html><img src='scan.png'>", "needs_ocr"),
        (b"<html>" + b"<div>" * 100_000, "too_large"),
        (b"<html>" + b"<!--" * 2_000_000, "empty"),
        (b"<html>" + b"<a " * 2_000_000, "too_large"),
        (b"<html><p title='" + b"x" * 100_000, "corrupt"),
        (b"<html><style>" + b"@" * 1_000_000 + b"</style>", "empty"),
        (b"<html><style>" + b"a" * 1_000_000 + b"</style>", "empty"),
        (b"<html><style>" + b"/*a" * 400_000 + b"</style>", "empty"),
    ],
    ids=["empty", "picture", "deep", "comments", "tags", "cut", "rules", "selector", "css comments"],
)
async def test_each_trap_has_its_code(reader, tmp_path, page, code):
    assert (await refusal(reader, saved(tmp_path, page), ReadingLimits(wall_seconds=60, cpu_seconds=10))).code == code


async def test_a_comment_that_never_ends_hides_nothing_before_it(reader, tmp_path):
    done = await read(reader, saved(tmp_path, b"<html><p>Seen.</p><!-- and so on"))
    assert (done.text, done.report.repaired) == ("Seen.", True)


async def test_a_long_page_is_read_whole(reader, tmp_path):
    page = b"<html>" + b"".join(b"<p>%d. %b</p>" % (n, CLAUSE.encode()) for n in range(10_000))
    assert "9999. The Supplier" in (await read(reader, saved(tmp_path, page))).text
