"""Words that say the opposite of each other, and names."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from elenchus.core.llm.terms import words

_PAIRS: Final = """
advance/arrears written,writing,schriftlich,écrit,escrito/oral,orally,oral,verbal,verbally,mündlich,oralement
first/last first-ranking/second-ranking,third-ranking gross/net include,includes,including/exclude,excludes,excluding
increase,increases,rise,rises,increased/decrease,decreases,reduce,reduces,falls,fall,decreased,reduced
minimum/maximum direct/indirect revocable/irrevocable valid/invalid,void debtor/creditor plaintiff/defendant
appellant/respondent
affirmed,upheld/reversed,overturned,vacated granted,allowed/denied,dismissed,refused
accept,accepts,accepted/reject,rejects,rejected
public/private temporary/permanent mandatory/optional,voluntary domestic/foreign fixed/variable full/partial,half
guilty/innocent
whole/none higher,greater/lower,lesser earlier/later material/immaterial approve,approved/disapprove,disapproved
monthly,mensual,mensuel,monatlich/annual,yearly,anual,annuel,jährlich,weekly,quarterly joint/several
beginnt,commence,commences,commenced,begin,begins,began,start,starts,started/endet,end,ends,ended,expire,expires,expired
once/twice,thrice beforehand/afterwards,afterward,subsequently unlimited,uncapped/limited,maximum,cap,capped
sole/additional,addition,cumulative cease,ceases,stop,stops/continue,continues included/excluded
exceed,exceeds/fall,falls same,equal/different,higher,lower whole,entire,entirety/part,parts,partly
"""
_PREFIXED: Final = ("non", "un", "ir")
_SHORTEST: Final = 5  # letters: "it" is no opposite of "unit"
_NAME: Final = re.compile(r"(?<=[\w,;’')] )([A-Z][^\W\d_]{2,})")
_LABEL: Final = re.compile(r"^\W*(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__)\W*|^[^.!?]{1,60}:\s")
_TITLES: Final = frozenset("mr mrs ms miss dr prof sir dame usd eur gbp chf yes no accordingly hence thus also "
                           "january february march april may june july august september october november "
                           "december".split())  # fmt: skip
_COUNTRIES: Final = dict(
    pair.split("/")
    for pair in "irish/ireland english/england scottish/scotland welsh/wales french/france german/germany "
    "scots/scotland spanish/spain "
    "italian/italy dutch/netherlands swiss/switzerland austrian/austria belgian/belgium danish/denmark swedish/sweden "
    "norwegian/norway finnish/finland polish/poland portuguese/portugal canadian/canada australian/australia "
    "indian/india chinese/china japanese/japan american/america british/britain".split()
)


@lru_cache(maxsize=1)
def _sides() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    both = [pair.split("/") for pair in _PAIRS.split()]
    found = [(frozenset(one.split(",")), frozenset(other.split(","))) for one, other in both]
    return tuple(found + [(other, one) for one, other in found])


def differ(ours: str, theirs: str) -> bool:
    """Ours says one of a pair where theirs says the other."""
    mine, its = _words(ours), _words(theirs)
    for one, other in _sides():
        if mine & one and its & other and not mine & other and not its & one:
            return True
    return _is_prefixed(mine, its) or _is_prefixed(its, mine)


def is_unheard(ours: str, near: Iterable[str], known: frozenset[str]) -> bool:
    """Ours says one of a pair that stands nowhere, where one of theirs says the other."""
    mine, its = _words(ours), frozenset[str]().union(*map(_words, near))
    return any(mine & one and its & other and not mine & other and not known & one for one, other in _sides())


def _is_prefixed(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Ours has "nonexclusive" and theirs "exclusive" alone."""
    bare = [word[len(p) :] for word in ours - theirs for p in _PREFIXED if word.startswith(p)]
    return any(len(word) >= _SHORTEST and word in theirs - ours for word in bare)


@lru_cache(maxsize=2_048)
def _words(text: str) -> frozenset[str]:
    joined = re.sub(r"\b(first|second|third)-(?=rank)", r"\1", text.lower())
    return frozenset(words(joined)) | frozenset(re.findall(r"\b(?:first|second|third)-ranking\b", text.lower()))


def names(text: str) -> Iterator[str]:
    """Capital words within the sentence, with the country of a people's."""
    for name in _NAME.findall(_LABEL.sub(" ", text)):
        if name.lower() not in _TITLES:
            yield f"{name} {_COUNTRIES.get(name.lower(), '')}".rstrip()
