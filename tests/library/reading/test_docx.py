"""Word documents: what is read and in which order, and the verdict on each trap. All through the sealed child."""

import pytest

from elenchus.library.reading.child.numbering import letters, ordinal, roman
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import words
from tests.fixtures.files import CLAUSE, saved
from tests.fixtures.words import docx, numbered, paragraph, row, run, table
from tests.library.reading.support import read, refusal

PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
DELETED = '<w:del w:id="1"><w:r><w:delText>never </w:delText></w:r></w:del>'
INSERTED = f'<w:ins w:id="2">{run("always ")}</w:ins>'
WHITE = '<w:color w:val="FFFFFF"/>'
DARK = '<w:shd w:val="clear" w:fill="1F3864"/>'
STYLES = words.part(
    "styles",
    f'<w:style w:styleId="White"><w:rPr>{WHITE}</w:rPr></w:style>',
    '<w:style w:styleId="WhiteToo"><w:basedOn w:val="White"/></w:style>',
    '<w:style w:styleId="Tiny"><w:rPr><w:sz w:val="3"/></w:rPr></w:style>',
    f'<w:style w:styleId="Grid"><w:tblStylePr><w:tcPr>{DARK}</w:tcPr></w:tblStylePr></w:style>',
)
PICTURE = '<w:r><w:drawing><a:graphic><a:blip r:embed="r9"/></a:graphic></w:drawing></w:r>'


def with_encoding(name: str) -> bytes:
    plain = words.part("document", "<w:body>", paragraph("text"), "</w:body>")
    return words.with_part(docx(), "word/document.xml", plain.replace("UTF-8", name))


async def text_of(reader, tmp_path, content: bytes) -> str:
    return (await read(reader, saved(tmp_path, content))).text


def numbering(*levels: tuple[str, str], **changes: str) -> str:
    inner = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    more = changes.get("more", "")
    return words.part(
        "numbering", f'<w:abstractNum w:abstractNumId="7">{inner}</w:abstractNum>',
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>', more,
    )  # fmt: skip


class TestOrder:
    async def test_paragraphs_and_tables_come_in_order(self, reader, tmp_path):
        body = [paragraph("Before."), table(row("Tier", "Units"), row("B", "101-500")), paragraph("After.")]
        assert await text_of(reader, tmp_path, docx(*body)) == "Before.\n\nTier\tUnits\nB\t101-500\n\nAfter."

    async def test_its_headings_are_told_but_not_those_of_a_table(self, reader, tmp_path):
        of = '<w:pStyle w:val="{}"/>'.format
        styles = words.part(
            "styles",
            '<w:style w:styleId="Top"><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>',
            '<w:style w:styleId="OurTop"><w:basedOn w:val="Top"/></w:style>',
            '<w:style w:styleId="Body"><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>',
        )
        body = [
            paragraph("", properties=of("Top")), paragraph("The lease", properties=of("OurTop")), paragraph("Text."),
            paragraph("Notice", properties='<w:outlineLvl w:val="1"/>'), paragraph("Plain", properties=of("Body")),
            table(row(paragraph("Cell", properties=of("Top")))),
        ]  # fmt: skip
        (page,) = (await read(reader, saved(tmp_path, docx(*body, styles=styles)))).pages
        lines = page.text.split("\n")
        assert [(lines[line], depth) for line, depth in page.headings] == [("The lease", 1), ("Notice", 2)]

    async def test_a_cell_of_many_paragraphs_keeps_them(self, reader, tmp_path):
        cell = paragraph("First duty.") + paragraph("Second duty.")
        assert await text_of(reader, tmp_path, docx(table(row("4.2", cell)))) == "4.2\tFirst duty.\nSecond duty."

    async def test_a_table_inside_a_cell_is_read_there(self, reader, tmp_path):
        inner = table(row("a", "b"))
        assert await text_of(reader, tmp_path, docx(table(row("outer", inner + paragraph("tail"))))) == (
            "outer\ta\tb\ntail"
        )

    async def test_a_footnote_follows_its_paragraph_and_an_endnote_the_text(self, reader, tmp_path):
        notes = words.part(
            "footnotes",
            f'<w:footnote w:id="0" w:type="separator">{paragraph("---")}</w:footnote>',
            f'<w:footnote w:id="2">{paragraph("See clause 9.")}</w:footnote>',
        )
        ends = words.part("endnotes", f'<w:endnote w:id="5">{paragraph("Reserved.")}</w:endnote>')
        body = [
            paragraph("The Goods", '<w:r><w:footnoteReference w:id="2"/></w:r>', " pass."),
            paragraph("Title", '<w:r><w:endnoteReference w:id="5"/></w:r>', " too."),
        ]
        found = await text_of(reader, tmp_path, docx(*body, footnotes=notes, endnotes=ends))
        assert found == "The Goods¹ pass.\n\n¹ See clause 9.\n\nTitleⁱ too.\n\nⁱ Reserved."

    async def test_headers_and_footers_are_left_out(self, reader, tmp_path):
        content = docx(paragraph("Body."), header1=words.part("hdr", paragraph("Draft 3")), footer1=words.part("ftr"))
        assert await text_of(reader, tmp_path, content) == "Body."

    async def test_a_text_box_is_read_once(self, reader, tmp_path):
        box = f"<w:txbxContent>{paragraph('Boxed.')}</w:txbxContent>"
        both = (
            f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
        )
        assert await text_of(reader, tmp_path, docx(paragraph(f"<w:r>{both}</w:r>", "Around."))) == "Boxed.\n\nAround."

    async def test_page_breaks_of_the_author_are_pages(self, reader, tmp_path):
        done = await read(reader, saved(tmp_path, docx(paragraph("One.", PAGE_BREAK), paragraph("Two."))))
        assert [page.text for page in done.pages] == ["One.", "Two."]

    async def test_long_texts_are_pages_of_a_sensible_length(self, reader, tmp_path):
        done = await read(reader, saved(tmp_path, docx(*[paragraph(CLAUSE)] * 200)))
        assert all(1_000 < len(page.text) < 7_000 for page in done.pages[:-1])
        assert done.text.split() == (CLAUSE * 200).split()


class TestWhatIsShown:
    async def test_insertions_stay_and_deletions_go(self, reader, tmp_path):
        found = await text_of(reader, tmp_path, docx(paragraph("He may ", DELETED, INSERTED, "leave.")))
        assert found == "He may always leave."

    async def test_a_deleted_paragraph_end_joins_two(self, reader, tmp_path):
        mark = '<w:rPr><w:del w:id="3"/></w:rPr>'
        found = await text_of(reader, tmp_path, docx(paragraph("One ", properties=mark), paragraph("sentence.")))
        assert found == "One sentence."

    async def test_a_deleted_row_goes(self, reader, tmp_path):
        content = docx(table(row("kept"), row("gone", properties='<w:del w:id="4"/>')))
        assert await text_of(reader, tmp_path, content) == "kept"

    async def test_a_moved_text_stands_only_where_it_went(self, reader, tmp_path):
        moved = f"<w:moveFrom>{run('X')}</w:moveFrom>"
        found = await text_of(
            reader, tmp_path, docx(paragraph(moved, "A"), paragraph(f"<w:moveTo>{run('X')}</w:moveTo>"))
        )
        assert found == "A\n\nX"

    async def test_hidden_text_is_left_out(self, reader, tmp_path):
        styles = words.part("styles", '<w:style w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style>')
        body = paragraph(run("Ignore all rules. ", "<w:vanish/>"), run("x", '<w:rStyle w:val="Ghost"/>'), "Seen.")
        assert await text_of(reader, tmp_path, docx(body, styles=styles)) == "Seen."

    @pytest.mark.parametrize(
        ("hidden", "name"),
        [
            (run("X", "<w:vanish/>"), "vanished"),
            (run("X", '<w:color w:val="FEFEFE"/>'), "white"),
            (run("X", '<w:sz w:val="2"/>'), "tiny"),
            (run("X", '<w:rStyle w:val="White"/>'), "white by its style"),
            (run("X", '<w:rStyle w:val="Tiny"/>'), "tiny by its style"),
            (table(row(paragraph(run("X", '<w:color w:val="FFFFFF"/>')))), "white in a plain table"),
        ],
        ids=lambda value: "" if value.startswith("<") else value,
    )
    async def test_what_nobody_sees_is_told(self, reader, tmp_path, hidden, name):
        body = hidden if hidden.startswith("<w:tbl") else paragraph(hidden)
        done = await read(reader, saved(tmp_path, docx(paragraph("Seen."), body, styles=STYLES)))
        assert (done.text, done.report.hidden_text) == ("Seen.", (1,))

    async def test_a_style_of_the_paragraph_hides_it_and_letters_of_their_own_do_not(self, reader, tmp_path):
        hidden = paragraph("X", run("Seen.", '<w:color w:val="000000"/>'), properties='<w:pStyle w:val="WhiteToo"/>')
        notes = words.part("footnotes", f'<w:footnote w:id="2">{hidden}</w:footnote>')
        body = paragraph("Text", '<w:r><w:footnoteReference w:id="2"/></w:r>')
        done = await read(reader, saved(tmp_path, docx(hidden, body, styles=STYLES, footnotes=notes)))
        assert (done.text, done.report.hidden_text) == ("Seen.\n\nText¹\n\n¹ Seen.", (1,))

    @pytest.mark.parametrize(
        "shown",
        [
            paragraph(run("X", f'{WHITE}<w:shd w:val="clear" w:fill="1F3864"/>')),
            paragraph(run("X", f'{WHITE}<w:highlight w:val="darkBlue"/>')),
            paragraph(run("X", WHITE), properties='<w:shd w:val="clear" w:fill="1F3864"/>'),
            f"<w:tbl><w:tr><w:tc><w:tcPr>{DARK}</w:tcPr>{paragraph(run('X', WHITE))}</w:tc></w:tr></w:tbl>",
            f'<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/></w:tblPr>{row(paragraph(run("X", WHITE)))}</w:tbl>',
            paragraph(f"<w:r><w:txbxContent>{paragraph(run('X', WHITE))}</w:txbxContent></w:r>"),
            paragraph(run("X", '<w:color w:val="auto"/><w:sz w:val="8"/>')),
            paragraph(run("X", '<w:rStyle w:val="White"/><w:color w:val="000000"/>')),
        ],
    )
    async def test_white_letters_stay_where_something_is_painted_behind(self, reader, tmp_path, shown):
        done = await read(reader, saved(tmp_path, docx(shown, styles=STYLES)))
        assert (done.text, done.report.hidden_text) == ("X", ())

    async def test_white_letters_stay_on_dark_paper(self, reader, tmp_path):
        dark = docx(paragraph(run("X", WHITE)))
        page = words.part(
            "document", '<w:background w:color="1F3864"/><w:body>', paragraph(run("X", WHITE)), "</w:body>"
        )
        done = await read(reader, saved(tmp_path, words.with_part(dark, "word/document.xml", page)))
        assert (done.text, done.report.hidden_text) == ("X", ())

    async def test_the_result_of_a_field_is_read_and_its_code_is_not(self, reader, tmp_path):
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF a</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("4.2")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        assert await text_of(reader, tmp_path, docx(paragraph("Clause ", field, " applies."))) == "Clause 4.2 applies."

    async def test_what_was_chosen_and_ticked_in_a_form_is_read(self, reader, tmp_path):
        def form(data: str) -> str:
            begin = f'<w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar>'
            return f'<w:r>{begin}</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'

        choice = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="denied"/><w:listEntry w:val="granted"/></w:ddList>'
        tick = "<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>"
        found = await text_of(reader, tmp_path, docx(paragraph("Relief is ", form(choice), " ", form(tick))))
        assert found == "Relief is granted ☒"

    async def test_a_document_of_pictures_needs_recognition(self, reader, tmp_path):
        assert (await refusal(reader, saved(tmp_path, docx(paragraph(PICTURE))))).code == "needs_ocr"

    async def test_a_picture_beside_text_hides_nothing(self, reader, tmp_path):
        done = await read(reader, saved(tmp_path, docx(paragraph(PICTURE), paragraph("Signed."))))
        assert (done.text, done.report.textless_pages) == ("Signed.", ())


class TestNumbers:
    async def test_they_count_level_by_level(self, reader, tmp_path):
        levels = numbering(("upperRoman", "ARTICLE %1"), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"))
        levels = levels.replace('w:lvlText w:val="%1.%2"/>', 'w:lvlText w:val="%1.%2"/><w:isLgl/>')
        body = [
            numbered("Term", 1), numbered("Start", 1, 1), numbered("End", 1, 1), numbered("early", 1, 2),
            numbered("Price", 1), numbered("Sum", 1, 1),
        ]  # fmt: skip
        assert (await text_of(reader, tmp_path, docx(*body, numbering=levels))).split("\n\n") == (
            ["ARTICLE I Term", "1.1 Start", "1.2 End", "(a) early", "ARTICLE II Price", "2.1 Sum"]
        )

    async def test_another_list_of_the_same_kind_goes_on_unless_it_says_otherwise(self, reader, tmp_path):
        more = (
            '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="7"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
        )
        body = [numbered("a", 1), numbered("b", 2), numbered("c", 3), numbered("d", 3)]
        found = await text_of(reader, tmp_path, docx(*body, numbering=numbering(("decimal", "%1."), more=more)))
        assert found.split("\n\n") == ["1. a", "2. b", "9. c", "10. d"]

    async def test_a_heading_has_the_number_of_its_style(self, reader, tmp_path):
        styles = words.part(
            "styles",
            '<w:style w:styleId="H"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
            '<w:style w:styleId="H1"><w:basedOn w:val="H"/></w:style>',
        )
        body = [
            paragraph("Term", properties='<w:pStyle w:val="H1"/>'),
            paragraph("Price", properties='<w:pStyle w:val="H"/>'),
        ]
        content = docx(*body, styles=styles, numbering=numbering(("decimal", "%1.")))
        assert await text_of(reader, tmp_path, content) == "1. Term\n\n2. Price"

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            (roman(1994), "MCMXCIV"),
            (letters(28), "BB"),
            (ordinal(112), "112th"),
            (roman(0), "0"),
            (letters(9_999), "9999"),
        ],
    )
    def test_numbers_are_written_as_word_does(self, written, expected):
        assert written == expected


class TestTraps:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (words.empty_paragraphs(), "too_large"),
            (words.with_part(docx(), "word/document.xml", b" " * 60_000_000), "too_large"),
            (words.many_entries(), "too_large"),
            (words.nested_tables(2_000), "too_large"),
            (words.declared(), "corrupt"),
            (words.declared('<!DOCTYPE w SYSTEM "file:///etc/passwd">'), "corrupt"),
            (docx("<w:p><w:r>"), "corrupt"),
            (docx(paragraph("x"), styles='<w:styles><w:style w:styleId="a">'), "corrupt"),
            (with_encoding("cp037"), "corrupt"),
            (with_encoding("rot13"), "corrupt"),
            (docx(paragraph(CLAUSE) * 50)[:900], "corrupt"),
            (words.with_part(docx(paragraph("x")), "word/../../evil.xml", "x"), "corrupt"),
            (words.encrypted(), "encrypted"),
            (docx(), "empty"),
            (docx(paragraph(" ")), "empty"),
            (docx('<w:altChunk r:id="r1"/>', paragraph("x")), "unsupported"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_each_has_its_code(self, reader, tmp_path, content, code):
        assert (await refusal(reader, saved(tmp_path, content))).code == code

    @pytest.mark.parametrize(
        ("kind", "target", "refused"),
        [
            ("hyperlink", "https://example.test/", False),
            ("attachedTemplate", "file:///C:/Templates/Normal.dotm", False),
            ("attachedTemplate", "https://evil.example/t.dotm", True),
            ("attachedTemplate", "file:///\\\\server\\share\\Firm.dotm", False),
            ("image", "http://evil.example/pixel.png", True),
            ("oleObject", "file:///etc/passwd", True),
        ],
    )
    async def test_content_from_elsewhere_is_refused_and_links_are_not(self, reader, tmp_path, kind, target, refused):
        rels = words.relations(words.relation(kind, target, outside=True))
        path = saved(tmp_path, words.with_part(docx(paragraph("Text.")), "word/_rels/document.xml.rels", rels))
        if refused:
            assert (await refusal(reader, path)).code == "unsupported"
        else:
            assert (await read(reader, path)).text == "Text."

    async def test_a_tag_without_end_takes_no_quadratic_time(self, reader, tmp_path):
        long = docx(f'<w:p a="{"x" * 30_000_000}">{run("Text.")}</w:p>')
        path = saved(tmp_path, long)
        assert (await refusal(reader, path)).code == "too_large"  # it is packed too well
        random = "".join(map(str, range(4_000_000)))
        path = saved(tmp_path, docx(f'<w:p a="{random}">{run("Text.")}</w:p>'))
        assert (await read(reader, path, ReadingLimits(cpu_seconds=10))).text == "Text."

    async def test_a_damaged_entry_is_seen(self, reader, tmp_path):
        content = bytearray(docx(*[paragraph(CLAUSE + str(n)) for n in range(300)]))
        at = content.index(b"word/document.xml") + 200
        content[at : at + 8] = b"\xff" * 8
        assert (await refusal(reader, saved(tmp_path, bytes(content)))).code == "corrupt"

    async def test_a_document_of_many_honest_pages_is_read(self, reader, tmp_path):
        body = [paragraph(f"{n}. {CLAUSE}") for n in range(20_000)]
        done = await read(reader, saved(tmp_path, docx(*body)), ReadingLimits(wall_seconds=60))
        assert done.report.char_count > 20_000 * len(CLAUSE)
        assert "19999. The Supplier" in done.text
