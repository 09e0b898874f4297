"""Contracts altered by script: every alteration is told as what it is, and little else is."""

import re
from pathlib import Path
from random import Random

import pytest

from elenchus.library.comparing.beside import set_beside
from elenchus.library.comparing.schemas import Status
from elenchus.library.quoting.source import Source
from elenchus.library.reading.sandbox import Reader
from elenchus.seeds import render
from tests.library.comparing.altering import WITHIN, altered
from tests.library.comparing.support import Score, compared, sample
from tests.library.reading.support import read

SAMPLES = ("lease", "services-agreement")
KINDS = ["number", "date", "negation", "modal", "party", "reworded", "removed", "added", "moved"]
ROUNDS = 6


def relaid(text: str, chosen: Random) -> str:
    """The same words in other lines; no place moves."""
    return re.sub(r"(?<=[a-z,])[ \n](?=[a-z])", lambda _: chosen.choice(" \n "), text)


def scored(texts: list[str], kinds: list[str], rounds: int, most: int = 40) -> Score:
    score = Score()
    for seed in range(rounds):
        for text in texts:
            versions = altered(text, Random(seed), kinds, most)
            right = relaid(versions.right, Random(seed))
            score.add(versions, compared(versions.left, right).rows)
    return score


@pytest.mark.parametrize("kind", KINDS)
def test_each_alteration_of_our_own_contracts_is_told(kind):
    score = scored([sample(name) for name in SAMPLES], [kind], ROUNDS, most=8)
    assert score.made[kind] >= ROUNDS
    assert len(score.missed) <= (1 if kind == "moved" else 0)  # into the clause that it moved behind


def test_many_alterations_at_once_are_told_and_nothing_else():
    score = scored([sample(name) for name in SAMPLES], KINDS, ROUNDS)
    assert sum(score.made.values()) > 150
    assert score.recall() >= 0.98
    assert score.precision >= 0.93  # the heading above a section that is gone is told too


@pytest.mark.parametrize("name", SAMPLES)
def test_a_contract_is_the_same_as_itself_in_other_lines(name):
    text = sample(name)
    got = compared(text, relaid(text, Random(3)))
    assert {row.status for row in got.rows} == {Status.SAME}


def test_both_ways_round_tell_the_same():
    versions = altered(sample("lease"), Random(1), KINDS)
    there, back = compared(versions.left, versions.right).summary, compared(versions.right, versions.left).summary
    assert (there.added, there.removed) == (back.removed, back.added)
    assert abs(there.changed - back.changed) <= 1


def test_every_word_of_both_stands_in_one_row():
    versions = altered(sample("lease"), Random(2), KINDS)
    rows = compared(versions.left, versions.right).rows
    for text, sides in ((versions.left, [row.left for row in rows]), (versions.right, [row.right for row in rows])):
        spans = sorted((side.start_char, side.end_char) for side in sides if side)
        edges = [0, *(edge for span in spans for edge in span), len(text)]
        assert edges == sorted(edges)
        assert not "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)).strip()


async def test_a_printed_contract_is_the_same_as_its_text(tmp_path):
    """Other lines, running headers, page numbers and a table that has lost its strokes."""
    reader = Reader()
    printed = {path.stem: path for path in render.render_all(tmp_path)}
    pages = [page.text for page in (await read(reader, printed["lease"])).pages]
    await reader.close()
    rows = set_beside(Source(pages), Source([sample("lease")])).rows
    same = sum(len(row.left.text) for row in rows if row.left and row.status is Status.SAME)
    assert same > 0.85 * sum(map(len, pages))


@pytest.fixture(scope="module")
def contracts(quality_dir: Path) -> list[str]:
    return [path.read_text() for path in sorted((quality_dir / "bench" / "txt").glob("*.txt"))]


class TestRealContracts:
    def test_alterations_are_told(self, contracts):
        score = scored(contracts, KINDS, 1)
        assert sum(score.made.values()) > 400
        assert score.recall(*WITHIN) >= 0.98
        assert score.recall("removed", "added") >= 0.97
        assert score.recall("moved") >= 0.93
        assert score.precision >= 0.85  # a heading that its clause has left, a page number that now stands elsewhere
