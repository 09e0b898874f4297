"""The servers of the browser's tests: they answer, say what they are told to, and leave nothing behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.model import Model, Part
from tests.fixtures.gemini import Reply
from tests.journeys.test_commands import ROOT, below
from tests.support import alive, http_client, until

RENT = "The Tenant shall pay rent of $4,200 per month."


def asked(question: str, *sources: str) -> dict[str, object]:
    fenced = "\n".join(
        f'<source n="{n}" document="d" pages="1-1">\n{text}\n</source>' for n, text in enumerate(sources, 1)
    )
    return {"contents": [{"parts": [{"text": f"<sources>\n{fenced}\n</sources>\n\nQuestion: {question}"}]}]}


def said(reply: Reply) -> str:
    return "".join(reply.pieces)


class TestModel:
    def test_without_a_part_it_quotes_a_source(self):
        assert said(Model().speak(asked("Rent?", RENT))) == f"The document says: “{RENT}” [1]"
        assert said(Model().speak(asked("Rent?"))) == "The sources do not answer this question."

    def test_words_of_a_source_become_its_number(self):
        model = Model()
        model.will_play(Part("rent", ("It is due ⟦rent of $4,200⟧.", " So ⟦there is none⟧.")))
        told = said(model.speak(asked("What is the rent?", "Pets are out.", RENT.replace("rent of", "rent\nof"))))
        assert told == "It is due [2]. So [no source says: there is none]."

    def test_the_newest_part_for_a_question_is_played(self):
        model = Model()
        for words in ("old", "new"):
            model.will_play(Part("rent", (words,)))
        model.will_play(Part("pets", ("none",)))
        assert said(model.speak(asked("What is the rent?"))) == "new"


@pytest.mark.parametrize(
    "end", [lambda process: process.stdin.close(), lambda process: process.send_signal(signal.SIGTERM)]
)
async def test_it_starts_and_leaves_nothing_behind(tmp_path: Path, end: Callable[[asyncio.subprocess.Process], None]):
    """Some seconds: the whole of Elenchus starts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.browser.stack", cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "backend")},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), 90))
    children = below(process.pid)
    async with http_client(base_url=told["control"]) as control, http_client(base_url=told["url"]) as http:
        assert (await http.get("/health")).status_code == 200
        assert (await control.post("/paper", json={"pages": [RENT]})).content.startswith(b"%PDF")
        assert (await control.get("/mails", params={"to": "nobody@firm.example"})).json() == []
    end(process)
    assert await asyncio.wait_for(process.wait(), 40) == 0
    await until(lambda: not any(map(alive, children)))
    assert not Path(told["log"]).parent.exists()
