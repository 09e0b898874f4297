"""A part of a brief under cross-examination, as an answer is, and held against what it was to be drawn from.

What the client gave and what the brief has said before may be repeated without a mark, so a sentence that one of them
says is not unsupported. A mark must be one of those that the part was given.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from elenchus.core import tracing
from elenchus.core.principal import Principal
from elenchus.core.tracing import Kind
from elenchus.library.schemas import Passage
from elenchus.research.briefing.prompts import Part
from elenchus.research.briefing.schemas import Section, Standing
from elenchus.research.briefing.writing import Draft
from elenchus.research.examining import examination, marks, support
from elenchus.research.examining import service as examining
from elenchus.research.examining.judging import told
from elenchus.research.examining.statements import statements
from elenchus.research.examining.support import Fault, Witness
from elenchus.research.models import Failing, Verification

#: Faults of a sentence that the ground has nothing to say about.
_SILENT = frozenset({Fault.WORDS, Fault.LANGUAGE})


@dataclass(frozen=True, slots=True)
class Ground:
    """What a part may stand on: all passages of the brief, the numbers of those that it was given, the client's own
    words, and what the brief has said before."""

    passages: tuple[Passage, ...]
    numbers: frozenset[int]
    given: str
    said: tuple[str, ...] = ()

    def faults(self, sentences: Iterable[str]) -> dict[str, Fault | None]:
        """None where the client, the brief so far or all of it together says it; else what stands against it."""
        own = [support.witness(text) for text in (self.given, *self.said)]
        every = support.together([*own, *(support.witness(row.text) for row in self.passages)])
        return {sentence: _fault(sentence, [*own, every]) for sentence in sentences}


def _fault(sentence: str, witnesses: Sequence[Witness]) -> Fault | None:
    """Of the last one, which has heard everything, when none of them says it."""
    found = [support.fault(sentence, witness) for witness in witnesses]
    return found[-1] if all(found) else None


def sound(section: Section) -> str:
    """What later parts may rest on without a mark: nothing doubtful, or it would be believed for having been said."""
    return _unmarked(_without(section, section.verification.unsupported_sentences))


def passed_on(section: Section) -> str:
    """What later parts are written from: all but what fell, with its marks."""
    return _without(section, ())


def _without(section: Section, doubtful: Iterable[str]) -> str:
    left_out = {*doubtful, *(one.text for one in section.verification.failing)}
    kept = [each.raw.strip() for each in statements(section.text) if told(_unmarked(each.raw).strip()) not in left_out]
    return "\n\n".join(kept)


def _unmarked(text: str) -> str:
    return marks.GAP_AND_MARK.sub("", text)


async def checked(principal: Principal, part: Part, draft: Draft, ground: Ground) -> Section:
    with tracing.span("verification", Kind.EVALUATOR) as span:
        examined = await examining.examine(principal, draft.text, ground.passages, ground.given)
        verification = await asyncio.to_thread(_against_ground, part, draft.text, examined.verification, ground)
        span.facts(failing=len(verification.failing), unsupported=len(verification.unsupported_sentences))
    return Section(
        text=draft.text,
        written_by=draft.written_by,
        is_cut=draft.is_cut,
        standing=_standing(verification, is_cut=draft.is_cut),
        citations=[row for row in examined.citations if row.n in ground.numbers],
        verification=verification,
    )


def as_given(draft: Draft) -> Section:
    return Section(text=draft.text, written_by=draft.written_by, standing=Standing.AS_GIVEN)


def _against_ground(part: Part, text: str, found: Verification, ground: Ground) -> Verification:
    marked = [one for one in found.failing if one.kind != "statement"]
    fallen = {one.text for one in marked}
    faults = ground.faults(sentence for sentence in found.unsupported_sentences if sentence not in fallen)
    failing = [*marked, *_not_given(text, ground), *_unfounded(part, faults)]
    return found.model_copy(
        update={
            "unsupported_sentences": [
                sentence
                for sentence in found.unsupported_sentences
                if sentence in fallen or _counts(part, faults[sentence])
            ],
            "failing": failing[: examination.MOST_TOLD],
            "citations_valid": not any(one.kind == "citation" for one in failing),
        }
    )


def _counts(part: Part, fault: Fault | None) -> bool:
    """What somebody should do is in no source; what it says of dates, amounts and names must be."""
    return fault is not None and not (part is Part.ACTIONS and fault in _SILENT)


def _unfounded(part: Part, faults: Mapping[str, Fault | None]) -> Iterator[Failing]:
    """What contradicts the ground that it was to stand on, and any fact that nobody gave."""
    for sentence, fault in faults.items():
        if fault and (part is Part.FACTS or fault in support.CONTRADICTIONS):
            yield Failing(kind="statement", reason=str(fault), text=sentence)


def _not_given(text: str, ground: Ground) -> Iterator[Failing]:
    """Marks of passages that the brief has, and that this part was not given."""
    known = range(1, len(ground.passages) + 1)
    for each in statements(text):
        strange = [n for n in marks.numbers(each.raw) if n in known and n not in ground.numbers]
        if strange:
            yield Failing(kind="citation", reason="not_given", text=told(_unmarked(each.raw)), citations=strange)


def _standing(found: Verification, *, is_cut: bool) -> Standing:
    if found.failing:
        return Standing.NOT_VERIFIED
    unknown = any(not row.get("in_library") for row in found.legal_citations)
    return Standing.PARTLY_VERIFIED if found.unsupported_sentences or unknown or is_cut else Standing.VERIFIED


_WORST_FIRST: Sequence[Standing] = (Standing.NOT_VERIFIED, Standing.PARTLY_VERIFIED, Standing.VERIFIED)


def worst(standings: Collection[Standing]) -> Standing:
    return next(one for one in _WORST_FIRST if one in standings)
