"""Sentences of real contracts as they stand and with one word changed; `benchmarks/quality/answers.py` has them all."""

from itertools import islice
from pathlib import Path

from benchmarks.quality.answers import changed, falls, sentences, styled

SAMPLE = 30


def test_what_a_contract_says_stands_and_what_was_changed_does_not(quality_dir: Path):
    for source, passage, said in islice(sentences(quality_dir / "bench"), SAMPLE):
        for style, answer in styled(said).items():
            assert falls(source, passage, answer) == [], (style, said)
        for kind, after in changed(said):
            assert falls(source, passage, styled(after)["quoted"]), (kind, after)
