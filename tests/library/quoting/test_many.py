"""Thousands of quotations: as they stand or changed in layout every one is accepted, changed in one word none is."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from elenchus.library.quoting.source import Source
from elenchus.library.quoting.verdicts import Verdict
from elenchus.library.quoting.verifying import verify
from elenchus.library.reading.sandbox import Reader
from elenchus.seeds import render
from tests.library.quoting import changes
from tests.library.reading.support import read

SPANS = 90  # of each sample document: 4 x 90 give more than 2,000 changes of one word
RELAID = 260


async def pages_of(path: Path, reader: Reader) -> list[str]:
    return [page.text for page in (await read(reader, path)).pages]


@pytest.fixture(scope="module")
async def samples(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    reader = Reader()
    printed = render.render_all(tmp_path_factory.mktemp("samples"))
    texts = [await pages_of(path, reader) for path in printed]
    await reader.close()
    return texts


@pytest.fixture(scope="module")
async def contracts(quality_dir: Path) -> list[list[str]]:
    reader = Reader()
    bench = quality_dir / "bench"
    names = json.loads((bench / "bench.json").read_text())["documents"]
    paths = [bench / (name["pdf"] or name["rendered"] or f"txt/{name['document_id']}.txt") for name in names]
    texts = [await pages_of(path, reader) for path in paths]
    await reader.close()
    return texts


def accepted_mutants(pages: Sequence[str], *, spans: int) -> tuple[list[str], Counter[Verdict]]:
    source, chosen = Source(pages), Random(7)
    said = f" {changes.plainly(source.text)} "
    words = source.text.split()
    body = "\n".join(changes.inner(page) for page in pages)
    found: Counter[Verdict] = Counter()
    accepted = []
    for span in islice(changes.spans(body, chosen), spans):
        for mutant in changes.mutants(span, words, said, chosen):
            verdict = verify(mutant, source).verdict
            found[verdict] += 1
            accepted += [mutant] if verdict.stands_somewhere else []
    return accepted, found


def refused_slices(pages: Sequence[str], *, spans: int) -> list[str]:
    source, chosen = Source(pages), Random(13)
    slices = islice(changes.spans(source.text, chosen), spans)
    return [span for span in slices if not verify(span, source).verdict.is_verified]


def accepted_cuts(pages: Sequence[str], *, spans: int) -> tuple[list[str], int]:
    """Quotations that begin or end within a word, and how many there were."""
    source, chosen = Source(pages), Random(17)
    slices = islice(changes.spans(source.text, chosen), spans)
    cuts = [half for span in slices for half in changes.cut(span, source.text)]
    return [half for half in cuts if verify(half, source).verdict.stands_somewhere], len(cuts)


def refused_layouts(pages: Sequence[str], *, spans: int) -> list[tuple[str, str]]:
    source, chosen = Source(pages), Random(11)
    relaid = ((span, changes.relaid(span, chosen)) for span in islice(changes.spans(source.text, chosen), spans))
    return [(span, new) for span, new in relaid if not verify(new, source).verdict.is_verified]


class TestTheSamples:
    def test_no_change_of_one_word_is_accepted(self, samples):
        results = [accepted_mutants(pages, spans=SPANS) for pages in samples]
        assert [accepted for accepted, _ in results] == [[]] * len(samples)
        counts = sum((found for _, found in results), Counter())
        assert counts.total() >= 2_000
        assert counts[Verdict.ALTERED] > 0.95 * counts.total()  # and is told as what it is

    def test_every_slice_at_the_borders_of_words_is(self, samples):
        assert [refused_slices(pages, spans=RELAID) for pages in samples] == [[]] * len(samples)

    def test_none_that_cuts_a_word_is(self, samples):
        results = [accepted_cuts(pages, spans=40) for pages in samples]
        assert [accepted for accepted, _ in results] == [[]] * len(samples)
        assert sum(count for _, count in results) >= 200

    def test_every_change_of_layout_is(self, samples):
        assert len(samples) * RELAID >= 1_000
        assert [refused_layouts(pages, spans=RELAID) for pages in samples] == [[]] * len(samples)


class TestRealContracts:
    @pytest.mark.timeout(600)
    def test_no_change_of_one_word_is_accepted(self, contracts):
        results = [accepted_mutants(pages, spans=12) for pages in contracts]
        assert [accepted for accepted, _ in results if accepted] == []
        assert sum((found for _, found in results), Counter()).total() >= 2_000

    def test_every_slice_at_the_borders_of_words_is(self, contracts):
        assert [refused for pages in contracts if (refused := refused_slices(pages, spans=30))] == []

    def test_every_change_of_layout_is(self, contracts):
        assert [pairs for pages in contracts if (pairs := refused_layouts(pages, spans=30))] == []
