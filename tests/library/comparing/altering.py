"""A contract with alterations made by script, each knowing where it stands before and after."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

APART = 3  # paragraphs between two alterations
LENGTHS = range(160, 2_500)  # characters of a paragraph that is altered
FAR = 12  # paragraphs that one is moved by
OURS = (
    "The warehouse keeper inspects every pallet upon arrival and photographs the seals, labels and weights before any "
    "truck leaves the yard, whatever the weather on that afternoon may be.",
    "Meals taken during night shifts are reimbursed against receipts handed to the bookkeeper before Friday noon, save "
    "for beverages, tobacco and newspapers bought along the way.",
    "Drones, kites and balloons stay grounded within sight of the reservoir while maintenance crews repaint its "
    "railings, gauges and ladders in the customary green.",
    "Whoever borrows the projector returns lamp, cable and remote control together, in the padded case, and enters the "
    "hours of use into the blue notebook beside the shelf.",
)
SYNONYMS = "promptly jointly warehouse ledger thereupon courier furnish invoice gallery meadow orchard thereby".split()
SWAPS = {"Tenant": "Landlord", "Landlord": "Tenant", "Company": "Distributor", "Distributor": "Company",
         "Buyer": "Seller", "Seller": "Buyer", "Licensee": "Licensor", "Licensor": "Licensee",
         "Consultant": "Client", "Contractor": "Owner"}  # fmt: skip


@dataclass
class Altered:
    """`before` and `after` are spans of the two texts, empty where there is nothing; `words` what differs."""

    kind: str
    before: tuple[int, int] = (0, 0)
    after: tuple[int, int] = (0, 0)
    words: tuple[str, str] = ("", "")


@dataclass
class Versions:
    left: str
    right: str
    made: list[Altered] = field(default_factory=list)


Alter = Callable[[str, Random], tuple[str, tuple[str, str]] | None]


def _one(
    text: str, pattern: str, new: Callable[[re.Match[str]], str], chosen: Random
) -> tuple[str, tuple[str, str]] | None:
    places = [found for found in re.finditer(pattern, text) if found.start() > 20]
    if not places:
        return None
    place = chosen.choice(places)
    return text[: place.start()] + new(place) + text[place.end() :], (place[0].strip(), new(place).strip())


def number(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    plain = r"(?<![\w.,:/$-])(?!(?:19|20)\d\d\b)(?<!January )(?<!March )\d{1,4}(?![\w,:/-]|\.\d)"
    dates = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+$"
    found = _one(text, plain, lambda place: str(int(place[0]) + 17), chosen)
    return None if found and re.search(dates, text[: max(text.find(found[1][0]), 0)]) else found


def date(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    months = "January|February|April|June|July|August|September|October|November|December"
    new = lambda place: f"{'June' if place[1] != 'June' else 'July'} {place[2]}"  # noqa: E731
    return _one(text, rf"\b({months}) (\d{{1,2}})(?=,? \d{{4}})", new, chosen)


def negation(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    found = _one(text, r" not\b(?= \w)", lambda _: "", chosen)
    return found or _one(text, r"(?<=\b)(shall|will|may)(?= (?!not)[a-z])", lambda place: f"{place[0]} not", chosen)


def modal(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    return _one(text, r"\bshall\b(?! not)", lambda _: "may", chosen)


def party(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    return _one(text, rf"\b({'|'.join(SWAPS)})\b", lambda place: SWAPS[place[0]], chosen)


def reworded(text: str, chosen: Random) -> tuple[str, tuple[str, str]] | None:
    words = text.split(" ")
    for at in range(6, len(words), 4):
        words[at] = chosen.choice(SYNONYMS)
    return " ".join(words), ("", "")


WITHIN: dict[str, Alter] = {
    "number": number, "date": date, "negation": negation, "modal": modal, "party": party, "reworded": reworded,
}  # fmt: skip


def altered(text: str, chosen: Random, kinds: Sequence[str], most: int = 40) -> Versions:
    """The paragraphs of a text, of which some are altered, each by one of the kinds in turn."""
    pieces = re.split(r"(\n\s*\n)" if len(re.findall(r"\n\s*\n", text)) > 20 else r"(\n)", text)
    paragraphs, gaps = pieces[::2], [*pieces[1::2], ""]
    made: dict[int, Altered] = {}
    new: dict[int, str] = {}
    moved: dict[int, int] = {}
    openings = Counter(_opening(each) for each in paragraphs)
    free = [at for at, each in enumerate(paragraphs) if _is_clause(each) and openings[_opening(each)] == 1]
    chosen.shuffle(free)
    turn = 0
    for at in free:
        if len(made) >= most or any(abs(at - other) <= APART for other in made):
            continue
        kind = kinds[turn % len(kinds)]
        turn += 1
        one = Altered(kind)
        if kind in WITHIN:
            found = WITHIN[kind](paragraphs[at], chosen)
            if found is None:
                continue
            new[at], one.words = found
        elif kind == "moved":
            to = at + FAR if at + FAR < len(paragraphs) else at - FAR
            if to < 0:
                continue
            moved[at] = to
        elif kind == "added" and sum(each.kind == "added" for each in made.values()) >= len(OURS):
            continue
        made[at] = one
    return _put_together(paragraphs, gaps, made, new, moved)


def _opening(paragraph: str) -> str:
    return " ".join(paragraph.split())[:60]


def _is_clause(paragraph: str) -> bool:
    """Whole sentences, and no line of a table or of a page's foot."""
    return len(paragraph) in LENGTHS and paragraph.rstrip().endswith((".", ";")) and " the " in paragraph


def _put_together(
    paragraphs: Sequence[str], gaps: Sequence[str], made: dict[int, Altered], new: dict[int, str], moved: dict[int, int]
) -> Versions:
    left, right, ours = "", "", iter(OURS)
    break_ = "\n\n" if "\n\n" in "".join(gaps) else "\n"
    for at, paragraph in enumerate(paragraphs):
        one = made.get(at)
        if one:
            one.before = len(left), len(left) + len(paragraph)
        left += paragraph + gaps[at]
        if not (one and one.kind in {"removed", "moved"}):
            text = new.get(at, paragraph)
            if one and one.kind in WITHIN:
                one.after = len(right), len(right) + len(text)
            right += text + gaps[at]
        if one and one.kind == "added":
            extra = next(ours)
            one.before, one.after = (0, 0), (len(right), len(right) + len(extra))
            right += extra + break_
        for origin, to in moved.items():
            if to == at:
                made[origin].after = len(right), len(right) + len(paragraphs[origin])
                right += paragraphs[origin] + break_
    return Versions(left, right, sorted(made.values(), key=lambda each: each.before))
