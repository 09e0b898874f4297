"""However long two texts are and whatever they repeat, the work grows with their length."""

import re
import time
from random import Random

import pytest

from tests.library.comparing.support import compared, sample

SECONDS = 12  # of computing; each takes one to three on a quiet machine
CLAUSE = "4. Payment. The Tenant pays {} on the first of each month to the Landlord, without deduction or set-off. "
WORDS = sample("lease").split()


def shuffled(count: int, seed: int) -> str:
    chosen = Random(seed)
    return "\n\n".join(" ".join(chosen.choices(WORDS, k=60)) for _ in range(count))


NO_STOPS = " ".join(re.findall(r"[a-z]+", " ".join(WORDS)) * 60)
TEXTS = {
    "the same again and again": ((CLAUSE + "\n\n") * 3_000, (CLAUSE + "\n\n") * 2_900),
    "nearly the same": (
        "\n\n".join(CLAUSE.format(n) for n in range(3_000)),
        "\n\n".join(CLAUSE.format(n) for n in range(5_000, 8_000)),
    ),
    "nothing alike": (shuffled(1_500, 1), shuffled(1_500, 2)),
    "a word a line": ("\n\n".join(WORDS * 16), "\n\n".join(WORDS[1:] * 16)),
    "one line": (" ".join(WORDS * 16), " ".join(WORDS[::-1] * 16)),
    "no sentences": (NO_STOPS, NO_STOPS.replace("rent", "lease")),
    "no blanks": ("x" * 400_000, "y" * 200_000 + "x" * 200_000),
    "brackets": ("((((a" * 60_000, "))))1." * 60_000),
    "headings": ("\n".join(f"{n}. A" for n in range(20_000)), "\n".join(f"ARTICLE {n}" for n in range(20_000))),
}


@pytest.mark.parametrize(("left", "right"), TEXTS.values(), ids=TEXTS)
def test_it_ends_in_seconds(left, right):
    began = time.process_time()
    compared(left, right)
    assert time.process_time() - began < SECONDS
