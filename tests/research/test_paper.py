"""What a conversation looks like on paper: what failed its examination is never passed off, and no word is lost."""

import io
import re
import zipfile
from typing import Any

import docx
import orjson
import pymupdf
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from elenchus.research.branches import START
from elenchus.research.exporting import markdown
from elenchus.research.exporting.child import portable, typeset
from elenchus.research.exporting.child.wordml import W
from elenchus.research.exporting.findings import UNEXAMINED
from elenchus.research.exporting.schemas import DONE
from elenchus.research.exporting.script import STALE, Script, talk
from elenchus.research.models import Failing, Message, MessageStatus, Stale, StaleReason, Verification
from elenchus.research.models import MessageRole as Role
from tests.research.test_exporting import citation, pdf_text, said

QUOTED = "rent of $4,300 per month"
ALTERED = {
    "quote": QUOTED, "verdict": "altered", "verified": False, "page_start": 3,
    "differences": [{"kind": "number", "quote": "$4,300", "source": "$4,200"}],
}  # fmt: skip
HELD = {"quote": "in advance", "verdict": "exact", "verified": True, "page_start": 3, "differences": []}
FAILING = [Failing(kind="quote", reason="altered", text=QUOTED, citations=[1])]
FORMS = ["md", "docx", "pdf"]


def answer(content: str, *citations: Any, **more: Any) -> Message:
    fields = {"verification": Verification()} | more
    return said(Role.ASSISTANT, content, *citations).model_copy(update=fields)


def lines(*messages: Message, title: str = "Rent") -> list[bytes]:
    about = {"title": title, "exported_at": "2026-11-20T12:00:00Z", "messages": len(messages)}
    return [orjson.dumps(about), *(orjson.dumps(each.model_dump(mode="json")) for each in messages), DONE]


def made(wanted: str, *messages: Message, title: str = "Rent") -> bytes:
    if wanted == "md":
        script = Script()
        turns = [markdown.turn(script.turn(each.model_dump(mode="json"))) for each in messages]
        return (markdown.head(talk(title, "2026-11-20T12:00:00Z", len(messages))) + "".join(turns)).encode()
    file = io.BytesIO()
    typeset.write(typeset.WRITERS[wanted](file), lines(*messages, title=title))
    return file.getvalue()


def read(wanted: str, content: bytes) -> str:
    """All words, on one line."""
    if wanted == "pdf":
        return pdf_text(content)
    if wanted == "md":
        return " ".join(content.decode().replace("\\", "").split())
    body, notes = xml(content, "word/document.xml"), xml(content, "word/footnotes.xml")
    return " ".join(" ".join("".join(p.itertext()) for part in (body, notes) for p in part.iter(f"{{{W}}}p")).split())


def xml(content: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return etree.fromstring(package.read(name))


@pytest.mark.parametrize("wanted", FORMS)
class TestExamination:
    def test_a_quotation_that_does_not_stand_is_flagged_where_it_stands_and_explained(self, wanted):
        verification = Verification(quotes=[ALTERED, HELD], failing=FAILING)
        text = f"It says “{QUOTED}”, paid “in advance” [1]."
        got = read(wanted, made(wanted, answer(text, citation(), verification=verification)))
        assert "1 quotation that does not stand as quoted" in got
        assert "[quotation not verified: altered]" in got.split("Examination")[0].split(QUOTED)[1][:50]
        assert "quoted “$4,300”, in the document “$4,200”" in got
        assert got.count("not verified") == 1

    def test_so_is_one_of_which_only_the_verdict_was_kept(self, wanted):
        got = read(wanted, made(wanted, answer(f'"{QUOTED}"', verification=Verification(quotes=[ALTERED]))))
        assert "[quotation not verified: altered]" in got

    def test_a_term_that_is_too_short_to_be_looked_up_is_flagged_only_when_it_falls(self, wanted):
        term = {"quote": "the Tenant", "verdict": "too_short", "verified": False, "page_start": None, "differences": []}
        falls = Failing(kind="quote", reason="too_short", text="the Tenant", citations=[1])
        for failing, flags in (([], 0), ([falls], 1)):
            verification = Verification(quotes=[term], failing=failing)
            got = read(wanted, made(wanted, answer("Ada (“the Tenant”) pays.", verification=verification)))
            assert got.count("[quotation not verified") == flags

    def test_one_that_is_in_another_document_than_it_is_cited_to_is(self, wanted):
        failing = [Failing(kind="quote", reason="exact", text="in advance", citations=[1])]
        verification = Verification(quotes=[HELD], failing=failing)
        got = read(wanted, made(wanted, answer("“in advance”", verification=verification)))
        assert "does not stand in the source that is cited for it" in got
        assert "[quotation not verified" in got

    def test_citations_sentences_and_authorities_without_support_are_listed(self, wanted):
        verification = Verification(
            failing=[Failing(kind="citation", reason="figure", text="Rent is 5.", citations=[1])],
            unsupported_sentences=["Rent is 5.", "The moon is full."],
            legal_citations=[{"text": "5 U.S. 137", "kind": "case", "in_library": False}],
        )
        got = read(wanted, made(wanted, answer("Rent is 5 [1]. The moon is full.", verification=verification)))
        assert "1 statement against its source or without it, 1 other sentence without support" in got
        assert "Statement, citing source [1]: “Rent is 5.”: the sources have another figure." in got
        assert "Without support in the sources: “The moon is full.”" in got
        assert "Authority not in the library, so not checked: 5 U.S. 137." in got

    def test_what_is_not_known_here_is_told_as_it_is(self, wanted):
        failing = [Failing(kind="novelty", reason="unheard", text="Rent is 5.")]
        got = read(wanted, made(wanted, answer("Rent is 5.", verification=Verification(failing=failing))))
        assert "1 statement" in got
        assert "“Rent is 5.”: unheard." in got

    @pytest.mark.parametrize("status", MessageStatus)
    def test_an_answer_that_nobody_examined_says_so(self, wanted, status):
        got = read(wanted, made(wanted, answer("Said.", verification=None, status=status)))
        assert UNEXAMINED in got
        assert "No answer could be given" not in got
        assert ("broke off" in got) == (status is MessageStatus.FAILED)

    def test_one_that_was_examined_and_one_without_words_do_not(self, wanted):
        empty = answer("", verification=None, status=MessageStatus.FAILED)
        got = read(wanted, made(wanted, answer("Said."), empty))
        assert UNEXAMINED not in got
        assert "No answer could be given" in got

    def test_one_whose_last_words_are_missing_says_so(self, wanted):
        assert "last words of this answer are missing" in read(wanted, made(wanted, answer("Said", is_cut=True)))

    def test_a_note_whose_words_the_document_has_lost_says_so(self, wanted):
        cited = citation()
        stale = {cited.document_id: Stale(reason=StaleReason.DELETED, citations=[1], since="2026-11-21T09:30:00Z")}
        got = read(wanted, made(wanted, answer("Rent [1].", cited, citation(2), stale=stale)))
        assert STALE in got
        assert got.count("[the document was deleted, seen 2026-11-21 09:30 UTC]") == 1


@pytest.mark.parametrize("wanted", FORMS)
def test_what_does_not_follow_the_turn_above_says_what_it_follows(wanted):
    first, reply, edited = said(Role.USER, "One?"), answer("One."), said(Role.USER, "Two?")
    again = answer("One again.").model_copy(update={"parent_id": first.id})
    edited = edited.model_copy(update={"parent_id": START})
    last = said(Role.USER, "Three?").model_copy(update={"parent_id": edited.id})
    got = read(wanted, made(wanted, first, reply, again, edited, last))
    told = got.partition("Answer 2")[2]
    assert told.startswith(
        (" · 2026-11-20 12:00 UTC Follows Question 1.", " · 2026-11-20 12:00 UTC *Follows Question 1.*")
    )
    assert "Begins anew: nothing above was part of it." in told.partition("Question 2")[2]
    assert got.count("Follows") == 1


class TestWord:
    def test_a_note_that_is_called_again_keeps_its_number(self):
        """Word numbers each footnote reference it meets."""
        content = made("docx", answer("A [1]. B [2]. A [1, 2].", citation(1), citation(2)))
        body = xml(content, "word/document.xml")
        assert [call.get(f"{{{W}}}id") for call in body.iter(f"{{{W}}}footnoteReference")] == ["1", "2"]
        marked = {row.get(f"{{{W}}}name") for row in body.iter(f"{{{W}}}bookmarkStart")}
        again = [field.get(f"{{{W}}}instr").split()[1] for field in body.iter(f"{{{W}}}fldSimple")]
        assert again == ["_Note1", "_Note2"]
        assert marked == {*again}
        assert "A1, 2." in read("docx", content)  # and not 12

    def test_it_is_made_now_and_by_nobody_s_machine(self):
        content = made("docx", answer("Said."), title="Rent")
        document = docx.Document(io.BytesIO(content))
        about = document.core_properties
        assert (about.title, about.author, about.last_modified_by) == ("Rent", "Elenchus", "")
        assert about.created.year >= 2026
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert {name.rpartition(".")[2] for name in package.namelist()} == {"xml", "rels"}

    def test_its_pages_are_numbered(self):
        content = made("docx", answer("Said."))
        section = docx.Document(io.BytesIO(content)).sections[0]
        fields = [field.get(f"{{{W}}}instr").strip() for field in section.footer._element.iter(f"{{{W}}}fldSimple")]
        assert fields == ["PAGE", "NUMPAGES"]

    def test_each_style_and_separator_that_it_names_is_there(self):
        content = made("docx", said(Role.USER, "Q"), answer(EVERYTHING, citation(), verification=None))
        styles = {row.get(f"{{{W}}}styleId") for row in xml(content, "word/styles.xml").iter(f"{{{W}}}style")}
        parts = [xml(content, f"word/{name}.xml") for name in ("document", "footnotes", "footer1")]
        named = {row.get(f"{{{W}}}val") for part in parts for kind in ("pStyle", "rStyle", "tblStyle")
                 for row in part.iter(f"{{{W}}}{kind}")}  # fmt: skip
        assert named <= styles
        declared = {row.get(f"{{{W}}}id") for row in xml(content, "word/settings.xml").iter(f"{{{W}}}footnote")}
        special = {row.get(f"{{{W}}}id") for row in parts[1] if row.get(f"{{{W}}}type")}
        assert declared == special == {"-1", "0"}

    def test_a_paragraph_is_read_from_the_side_of_its_first_letter(self):
        body = xml(made("docx", answer("חוזה with Acme\n\nAcme חוזה")), "word/document.xml")
        sides = {"".join(p.itertext()): p.find(f".//{{{W}}}bidi") is not None for p in body.iter(f"{{{W}}}p")}
        assert (sides["חוזה with Acme"], sides["Acme חוזה"]) == (True, False)
        turned = ["".join(run.itertext()) for run in body.iter(f"{{{W}}}r") if run.find(f".//{{{W}}}rtl") is not None]
        assert turned == ["חוזה", "חוזה"]


EVERYTHING = """# H

A **b** *c* `d` [1].

- one
  1. two

> said

| a | b |
|---|---|
| c [1] | d |

```
code
```
"""
WIDE = "|".join(f"column{n}" for n in range(30))
LOST = {
    "word": "x" * 5_000,
    "row": f"| a | b |\n|-|-|\n| c | {'tall ' * 3_000} |",
    "table": f"|{WIDE}|\n|{'-|' * 30}\n|{WIDE}|",
    "columns": f"|{'W' * 60}|{'W' * 60}|\n|-|-|\n|a|b|",
    "code": "```\n" + "\n".join("y" * 300 for _ in range(200)) + "\n```",
    "entities": "&amp;amp; `&lt;` AT&T &copy;",
    "nested": "".join(f"{'  ' * depth}- item{depth}\n" for depth in range(40)),
    "nested deeper": f"{'> ' * 90}deep",
}


class TestPdf:
    @pytest.mark.parametrize("content", LOST.values(), ids=LOST)
    def test_no_letter_is_lost(self, content):
        """The writer itself counts them; this counts again, without it."""
        wanted = [*"".join(sign for sign in content if sign.isascii() and sign.isalnum())]
        if content == LOST["entities"]:
            wanted = [*"ampltATT"]  # what Markdown makes of it
        got = pdf_text(made("pdf", answer(content)))
        shown = got.partition("12:00 UTC")[2].partition("12:00 UTC")[2]
        assert not [sign for sign in {*wanted} if shown.count(sign) < wanted.count(sign)]

    def test_a_file_that_lost_some_is_none(self, monkeypatch):
        monkeypatch.setattr("elenchus.research.exporting.child.sheet._LONG", re.compile("(?!)"))
        with pytest.raises(portable.LettersLost):
            made("pdf", answer("x" * 5_000))

    def test_every_script_has_its_signs(self):
        text = "Żółć Юрий Ελλάδα 租约 契約 계약 अनुबंध สัญญา"
        got = pdf_text(made("pdf", said(Role.USER, text)))
        assert not [word for word in ("Żółć", "Юрий", "Ελλάδα", "租约", "契約", "계약") if word not in got]
        assert "no sign" not in got

    def test_what_none_has_a_sign_for_is_counted(self):
        got = pdf_text(made("pdf", said(Role.USER, "a \ue000\ue001 b")))
        assert "2 characters have no sign in this file's typefaces" in got

    def test_its_pages_are_numbered_and_its_title_is_the_conversation_s(self):
        content = made("pdf", *(answer(f"Answer {n}. " + "word " * 200) for n in range(6)), title="Rent")
        pages = pymupdf.open(stream=content, filetype="pdf")
        assert pages.page_count > 1
        assert [page.get_text().split()[-3:] for page in pages] == [
            [str(n), "/", str(pages.page_count)] for n in range(1, pages.page_count + 1)
        ]
        assert (pages.metadata["title"], pages.metadata["author"]) == ("Rent", "")


@pytest.mark.parametrize("wanted", FORMS)
def test_a_table_stays_one(wanted):
    content = made(wanted, answer("| Clause | Sum |\n|-|-|\n| Rent | **5** [1] |\n| a \\| b | |", citation()))
    if wanted == "md":
        assert "| Clause | Sum |\n| --- | --- |\n| Rent | **5**[^1] |\n| a \\| b |  |" in content.decode()
    elif wanted == "docx":
        [table] = docx.Document(io.BytesIO(content)).tables
        assert [[cell.text for cell in row.cells] for row in table.rows] == [
            ["Clause", "Sum"],
            ["Rent", "5"],
            ["a | b", ""],
        ]
    else:
        [table] = pymupdf.open(stream=content, filetype="pdf")[0].find_tables().tables
        assert table.extract()[0] == ["Clause", "Sum"]


@pytest.mark.parametrize("code", ["x | y", "a`b", "`", "``", "[1] *b* <i>", "a\\"])
def test_code_within_a_line_stays_what_it_is_in_markdown(code):
    fence = "`" * 3
    written = made("md", answer(f"Say {fence} {code} {fence} [1].", citation())).decode()
    cell = made("md", answer(f"| a | b |\n|-|-|\n| `{code}` | c |")).decode() if "`" not in code else ""
    reader = MarkdownIt("commonmark").enable("table")
    read_back = [child.content for text in (written, cell) for token in reader.parse(text)
                 for child in token.children or () if child.type == "code_inline"]  # fmt: skip
    assert {*read_back} == {code}
    assert "[^1]." in written
