"""However long two texts are and whatever they repeat, the work grows with their length."""

import re
import time
from random import Random

import pytest

from tests.library.comparing.support import compared, sample

SECONDS = 6  # of computing; each takes about one on a quiet machine
CLAUSE = "4. Payment. The Tenant pays {} on the first of each month to the Landlord, without deduction or set-off. "
WORDS = sample("lease").split()


def shuffled(count: int, seed: int) -> str:
    chosen = Random(seed)
    return "\n\n".join(" ".join(chosen.choices(WORDS, k=60)) for _ in range(count))


NO_STOPS = " ".join(re.findall(r"[a-z]+", " ".join(WORDS)) * 30)
TEXTS = {
    "the same again and again": ((CLAUSE + "\n\n") * 1_500, (CLAUSE + "\n\n") * 1_450),
    "nearly the same": (
        "\n\n".join(CLAUSE.format(n) for n in range(1_500)),
        "\n\n".join(CLAUSE.format(n) for n in range(5_000, 6_500)),
    ),
    "nothing alike": (shuffled(750, 1), shuffled(750, 2)),
    "a word a line": ("\n\n".join(WORDS * 8), "\n\n".join(WORDS[1:] * 8)),
    "one line": (" ".join(WORDS * 8), " ".join(WORDS[::-1] * 8)),
    "no sentences": (NO_STOPS, NO_STOPS.replace("rent", "lease")),
    "no blanks": ("x" * 200_000, "y" * 100_000 + "x" * 100_000),
    "brackets": ("((((a" * 30_000, "))))1." * 30_000),
    "headings": ("\n".join(f"{n}. A" for n in range(10_000)), "\n".join(f"ARTICLE {n}" for n in range(10_000))),
}


@pytest.mark.parametrize(("left", "right"), TEXTS.values(), ids=TEXTS)
def test_it_ends_in_seconds(left, right):
    began = time.process_time()
    compared(left, right)
    assert time.process_time() - began < SECONDS
