"""All entries merged: as many at once as one call takes, then what the calls made of them, until it is one.

A merge derives (kind, purpose, answers, advice) and groups what is the same. It removes nothing by leaving it out.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from elenchus.library.analysing.desk import Desk
from elenchus.library.analysing.modelled.entries import Entry, Proof, numbered
from elenchus.library.analysing.modelled.forms import Derived, DerivedAdvice, DerivedAnswer, MergedForm
from elenchus.library.analysing.modelled.metering import MERGE_CHARACTERS

FEWEST = 2  # conclusions in one merge of them, however long they are, so that each round has fewer
Merge = Callable[[Sequence[str], str], Awaitable[MergedForm]]


@dataclass(slots=True)
class Merged:
    """`derived` stands for the document as a whole; `groups` are entries that say the same."""

    derived: list[Entry]
    groups: list[list[Entry]] = field(default_factory=list)


async def merged(merge: Merge, entries: Sequence[Entry], desk: Desk) -> Merged:
    found, level = Merged(list(entries)), 1
    advice: list[Entry] = []
    groups: list[list[Entry]] = []
    while True:
        await desk.run.progress(0.9 - 0.1 / level, "merging")
        batches = _batches(found.derived, fewest=1 if level == 1 else FEWEST)
        found = _together([await _merged_batch(merge, each, f"merge {level}.{n}") for n, each in enumerate(batches, 1)])
        advice += [entry for entry in found.derived if entry.list == "recommendations"]
        groups += found.groups if level == 1 else []
        if len(batches) <= 1:
            return Merged([*(entry for entry in found.derived if entry.list != "recommendations"), *advice], groups)
        level += 1


def _together(rounds: Sequence[Merged]) -> Merged:
    return Merged(
        [*chain.from_iterable(each.derived for each in rounds)], [*chain.from_iterable(each.groups for each in rounds)]
    )


def _batches(entries: Sequence[Entry], *, fewest: int) -> list[list[Entry]]:
    """In order, those of one place together, at least so many places in each."""
    batches: list[list[Entry]] = []
    size = places = 0
    for place in _by_place(entries):
        length = sum(len(entry.line("X999")) + 1 for entry in place)
        if not batches or (size + length > MERGE_CHARACTERS and places >= fewest):
            batches.append([])
            size = places = 0
        batches[-1] += place
        size, places = size + length, places + 1
    return batches


def _by_place(entries: Iterable[Entry]) -> list[list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.where, []).append(entry)
    return list(found.values())


async def _merged_batch(merge: Merge, batch: list[Entry], name: str) -> Merged:
    known = numbered(batch)
    form = await merge([entry.line(id_) for id_, entry in known.items()], name)
    derived = [_derived(kind, said, known, name) for kind, said in _said(form)]
    groups = [[known[id_] for id_ in dict.fromkeys(group) if id_ in known] for group in form.same]
    return Merged(derived, [group for group in groups if len({entry.list for entry in group}) == 1 < len(group)])


def _said(form: MergedForm) -> list[tuple[str, Derived]]:
    single = [("document_type", form.document_type), ("purpose", form.purpose)]
    listed: list[tuple[str, Derived]] = [("recommendations", said) for said in form.recommendations]
    listed += [("answers", said) for said in form.answers]
    return [(kind, said) for kind, said in single if said] + listed


def _derived(kind: str, said: Derived, known: dict[str, Entry], where: str) -> Entry:
    """It stands on whatever the entries stand on that it names."""
    proofs: dict[Proof, None] = dict.fromkeys(
        proof for id_ in said.from_ids if id_ in known for proof in known[id_].proofs
    )
    fields: dict[str, object] = {}
    if isinstance(said, DerivedAdvice):
        fields = {"about": said.about}
    if isinstance(said, DerivedAnswer):
        fields = {"question": said.question}
    return Entry(kind, where, said.text, fields, tuple(proofs))
