"""Whether the figures and dates of a sentence are the passage's, and stand beside the same words there."""

from typing import Final

from elenchus.research.examining import numerals, opposites
from elenchus.research.examining.dates import Date, is_one_of, months
from elenchus.research.examining.duties import acts_another
from elenchus.research.examining.faults import ABOUT, ELSEWHERE, ENOUGH, ENOUGH_IN_ALL, Fault
from elenchus.research.examining.figures import Figure
from elenchus.research.examining.witnesses import Said, Witness, matter, share

FEWEST_BESIDE: Final = 2  # words; one says nothing


def missing(said: Said, source: Witness) -> Fault | None:
    known = source.numbers
    if any(not one.values & known for one in said.figures.numbers):
        return Fault.FIGURE
    if not months(said.undated) <= source.months:
        return Fault.DATE
    dates = tuple(date for one in source.sentences for date in one.figures.dates)
    return None if all(is_one_of(one, dates) for one in said.figures.dates) else Fault.DATE


def fault(said: Said, source: Witness) -> Fault | None:
    """Each figure as a sentence of the source has it, and not one that speaks of something else."""
    for figure in said.figures.numbers:
        having = [one for one in source.sentences if _has(figure, one)]
        counting = [one for one in having if figure.unit and _has(figure, one, counted=True)]
        faults = [_of_figure(figure, one) for one in counting or having]
        if faults and all(faults):  # without any it stands in a heading or a title
            return Fault(min(filter(None, faults), key=lambda found: list(Fault).index(Fault(found))))
    if any(_is_on_other_side(date, is_before, source) for date, is_before in said.figures.sides):
        return Fault.BOUND
    if any(_belongs_elsewhere(part, source) for part in said.parts):
        return Fault.FIGURE
    return next(filter(None, (_beside_figures(part, source) for part in said.parts)), None)


def _beside_figures(part: Said, source: Witness) -> Fault | None:
    """Who acts and what begins or ends, where the source has the same figure or date."""
    if _is_another_count(part, source):
        return Fault.FIGURE
    counted = [one for one in part.figures.numbers if one.unit or one.noun]
    having = [[other for other in _parts(source) if _has(one, other)] for one in counted]
    having += [[o for o in _parts(source) if is_one_of(one, o.figures.dates)] for one in part.figures.dates]
    for there in filter(None, having):
        if all(acts_another(part.duties, other.duties) for other in there):
            return Fault.PARTY
        if all(opposites.differ(part.undated, other.undated) for other in there):
            return Fault.OPPOSITE
    return None


def _is_another_count(part: Said, source: Witness) -> bool:
    """ "May appoint five directors" where theirs has all the rest with two, and five of them elsewhere."""
    if len(part.figures.numbers) != 1 or not part.figures.numbers[0].noun:
        return False
    [figure] = part.figures.numbers
    beside = matter(frozenset(part.tongue.terms(numerals.in_digits(part.undated))))
    counting = [(one, each) for one in _parts(source) for each in one.figures.numbers if each.noun == figure.noun]
    here = [share(beside, one.terms) for one, each in counting if each.values & figure.values]
    there = [share(beside, one.terms) for one, each in counting if not each.values & figure.values]
    return bool(here and there) and max(there) >= ENOUGH_IN_ALL and max(there) - max(here) >= ELSEWHERE


def _parts(source: Witness) -> list[Said]:
    return [part for one in source.sentences for part in one.parts]


def _is_on_other_side(date: Date, is_before: bool, source: Witness) -> bool:
    sides = {side for one in source.sentences for other, side in one.figures.sides if is_one_of(date, (other,))}
    return bool(sides) and is_before not in sides


def _has(figure: Figure, one: Said, *, counted: bool = False) -> bool:
    return any(figure.values & each.values and (each.unit or not counted) for each in one.figures.numbers)


def _of_figure(figure: Figure, one: Said) -> str | None:
    """Against those that count something too, when there are such."""
    alike = [each for each in one.figures.numbers if figure.values & each.values]
    alike = [each for each in alike if each.unit and figure.unit] or alike
    faults = [figure.fault_against(each) for each in alike]
    return None if None in faults else next(found for found in faults if found)


def _belongs_elsewhere(part: Said, source: Witness) -> bool:
    """The words beside a figure or date stand beside another one, and hardly beside it."""
    beside = matter(part.terms)
    figured = [figure for figure in part.figures.numbers if figure.unit]
    if len(beside) < FEWEST_BESIDE:
        return False
    parts = [(share(beside, other.terms), other) for one in source.sentences for other in one.parts]
    most = max((each for each, _ in parts), default=0.0)
    if len(figured) + len(part.figures.dates) > 1:  # told in other words together, they may stand in several parts
        parts = [(share(beside, one.terms), one) for one in source.sentences]
    here = [[each for each, other in parts if _has(one, other)] for one in figured]
    here += [[each for each, other in parts if is_one_of(one, other.figures.dates)] for one in part.figures.dates]
    return most >= ENOUGH and any(each and max(each) < ABOUT and most - max(each) >= ELSEWHERE for each in here)
