"""Pages a second through the extraction of legal citations, over a bare pass of one pattern; memory of its first use.

PYTHONPATH=backend:. python benchmarks/citations.py
"""

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from benchmarks.harness import p50, report, verdict
from elenchus.library.citing.extraction import citations
from elenchus.library.reading.language import language_of

PAGES: Final = 200
PAGE: Final = 3_000  # characters
ROUNDS: Final = 5
BARE: Final = re.compile(r"\d{1,4} [A-Z][\w. ]{1,20} \d{1,5}|§ ?\d")  # the least that a search for citations must do
PROSE: Final = (
    "The Supplier shall deliver the goods to the site within thirty days after the notice and bears the risk. ",
    "Neither party is liable under Section 4.2 for a delay that it did not cause, unless Exhibit B says otherwise. ",
    "The court below held that the clause was unconscionable, and the plaintiff did not appeal that part. ",
)
CITED: Final = (
    "See Brown v. Board of Education, 347 U.S. 483, 495 (1954). ",
    "It fails under 42 U.S.C. § 1983 and Fed. R. Civ. P. 12(b)(6). ",
    "Compare Donoghue v Stevenson [1932] AC 562, 580. ",
    "Das folgt aus § 433 Abs. 1 BGB und BGHZ 192, 90 (95). ",
    "Cf. Case C-131/12 Google Spain, EU:C:2014:317. ",
)
FIRST_USE: Final = """
import time
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
import elenchus.library.citing.extraction as extraction
before, began = resident(), time.process_time()
extraction.citations("Roe v. Wade, 410 U.S. 113 (1973)")
print(time.process_time() - began, resident() - before)
"""


def document(*, cited: float) -> str:
    """Of its sentences the share that cites; contracts have a citation every twenty pages, briefs several on each."""
    rng = random.Random(7)
    sentences: list[str] = []
    while sum(map(len, sentences)) < PAGES * PAGE:
        sentences += rng.choices(PROSE, k=100)
        sentences += rng.choices(CITED, k=round(100 * cited))
        rng.shuffle(sentences[-100 - round(100 * cited) :])
    return "".join(sentences)


def pages_a_second(action: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        action(text)
        times.append(time.process_time() - began)
    return len(text) / PAGE / p50(times)


def first_use() -> tuple[float, float]:
    run = subprocess.run([sys.executable, "-c", FIRST_USE], check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, run.stdout.split())
    return seconds, megabytes


def main() -> None:
    seconds, megabytes = first_use()
    verdict("first citation of a process, MB", megabytes, at_most=70, seconds=seconds)
    for name, cited, at_least in (("a contract", 0.002, 200), ("a brief", 0.3, 40)):
        text = document(cited=cited)
        ours = pages_a_second(citations, text)
        bare = pages_a_second(BARE.findall, text)
        verdict(f"{name}: milliseconds a page", 1000 / ours, at_most=1000 / at_least, pages_a_second=ours, bare=bare)
    report("language of a document, ms", value=1000 * PAGES / pages_a_second(language_of, document(cited=0)))


if __name__ == "__main__":
    main()
