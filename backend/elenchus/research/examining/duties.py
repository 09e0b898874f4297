"""Who must, may, must not or need not do what, as a sentence says it, and whether two sentences contradict."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from elenchus.core.llm.terms import related
from elenchus.research.examining.parties import ANY, WORD, acting, mentions, named, toward
from elenchus.research.examining.tongues import Mode, Tongue

_LITTLE: Final = frozenset("also then only always be not have has been not promptly immediately duly to".split())
#: Bounds, which `figures` compares: no negation of the act.
_BOUND: Final = re.compile(
    r"\b(?:(?:shall|may|must|will|does|do|should) )?not (?:to )?(?:in any event )?(?:be )?(?:exceed\w*|more|less|"
    r"later|earlier|fewer|"
    r"longer|greater)\b|\bno (?:more|less|later|earlier|fewer|longer|greater) than\b|\bin no event\b|"
    r"\bwhether or not\b|"
    r"\bnot only\b|\b(?:nothing|no(?:body| one)) else\b|\bno other\b|\bnicht (?:mehr|weniger|später|länger) als\b|"
    r"\bpas plus\b|\bno más de\b",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(
    r"\bit is (?:not (?:true|correct|the case)|(?:untrue|false|incorrect)) that\b", re.IGNORECASE
)
_YES: Final = re.compile(r"^\W*(?:yes|no|ja|nein|oui|non|sí)\b\s*[,.:;–—]", re.IGNORECASE)
#: Whether a rule says yes or no is not told by its condition: "is deemed accepted if the Buyer does not object".
_CONDITION: Final = re.compile(r"\b(?:if|where|when|unless|wenn|falls|sofern|si)\b[^,;]*", re.IGNORECASE)
_DENIED: Final = re.compile(
    r"\bexcludes?\b|\b(?:is|are|being) (?:\w+ )?excluded\b|\bnon-?(?:compet|solicit)\w*|\bprohibition\b", re.IGNORECASE
)
_STRONG: Final = re.compile(
    r"\b(?:requires?|only|subject to|needs|nur|erst|seulement|qu['’]\w+|solo|sólo)\b", re.IGNORECASE
)
_BUT_NOT: Final = re.compile(r"\b(?:but|and|though) not\b", re.IGNORECASE)
_BARE: Final = "without|ohne|sans|sin"
_EXCEPT: Final = "unless|except(?: for| to)?|but not|excluding|außer|sauf|salvo"
_BARRIER: Final = re.compile(
    rf"\b(?:{_BARE}|{_EXCEPT}|until|before|prior to|other than|except|vor|bevor|avant|antes|a menos que|à moins)\b",
    re.IGNORECASE,
)
_WITH: Final = "with|mit|avec|con"
_PASSIVE: Final = re.compile(
    r"\W*(?:not |only )?(?:be|être|ser|been)\s+(?:\w+(?:ly|ment) )?[^\W\d_]+|[^.;,]{0,80}\b(?:werden|worden)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Duty:
    """`agent` is empty when the sentence does not say who."""

    mode: Mode
    agent: frozenset[str]
    act: str
    is_only_his: bool = False


@dataclass(frozen=True, slots=True)
class Duties:
    """`roles` in the order in which they are named. "May not … without consent" is barred, "may … with consent" lifted:
    together they say the same."""

    found: tuple[Duty, ...]
    roles: tuple[str, ...]
    is_barred: bool
    is_lifted: bool
    is_strict: bool
    without: frozenset[str]
    having: frozenset[str]
    terms: frozenset[str]
    toward: frozenset[tuple[str, str]]


#: What each cannot stand beside.
_AGAINST: Final = {
    Mode.IS: frozenset({Mode.MUST_NOT, Mode.IS_NOT, Mode.NEED_NOT}),
    Mode.IS_NOT: frozenset({Mode.MUST, Mode.MAY, Mode.IS}),
    Mode.MUST: frozenset({Mode.MUST_NOT, Mode.IS_NOT, Mode.NEED_NOT}),
    Mode.MUST_NOT: frozenset({Mode.MUST, Mode.MAY, Mode.IS}),
    Mode.MAY: frozenset({Mode.MUST_NOT, Mode.IS_NOT}),
    Mode.NEED_NOT: frozenset({Mode.MUST, Mode.MUST_NOT, Mode.IS}),
}


def contradict(ours: Mode, theirs: Mode) -> str | None:
    if theirs in _AGAINST[ours]:
        return "negation"
    return "modal" if {ours, theirs} == {Mode.MUST, Mode.MAY} else None


@lru_cache(maxsize=2_048)
def duties(text: str, tongue: Tongue, roles: frozenset[str]) -> Duties:
    """`roles` are words for parties beyond those of the language, in small letters."""
    plain = _BUT_NOT.sub(" except ", _BOUND.sub(" ", _YES.sub("", text)))
    known = tongue.roles | roles
    found = tuple(_found(plain, tongue, known)) or (_plain(plain, tongue, known),)
    return Duties(
        found,
        tuple(named(plain, known)),
        _BARRIER.search(text) is not None,
        tongue.lifting.search(text) is not None,
        _STRONG.search(text) is not None and "without" not in text,
        _after(text, f"{_BARE}|{_EXCEPT}", tongue, known),
        _after(text, _WITH, tongue, known),
        frozenset(tongue.terms(text)),
        toward(text, known),
    )


def _after(text: str, words: str, tongue: Tongue, roles: frozenset[str]) -> frozenset[str]:
    """What a sentence says is there, or is not: "without the prior written consent"."""
    said = " ".join(re.findall(rf"\b(?:{words})\b((?:\s+[\w’']+){{1,5}})", text, re.IGNORECASE))
    return frozenset(tongue.terms(said)) - frozenset(tongue.terms(" ".join(roles)))


def _found(text: str, tongue: Tongue, roles: frozenset[str]) -> Iterator[Duty]:
    last = 0
    turned = _DOUBT.search(text) is not None
    for mark in tongue.modes.finditer(text):
        mode = Mode[str(mark.lastgroup)]
        before, after = text[last : mark.start()], text[mark.end() :]
        mode = _negated(mode, before, tongue)
        agent, is_only = _agent(before, after, tongue, roles)
        yield Duty(_turned(mode) if turned else mode, agent, _act(after, tongue), is_only)
        last = mark.end()


def _negated(mode: Mode, before: str, tongue: Tongue) -> Mode:
    """ "No party may"; and "neither party shall not" is what each shall."""
    clause = re.split(r"[;:]|, (?=and |but )", before)[-1]
    if not re.search(r"\b(?:no|neither|nor|keine?|aucune?|ning[uú]n\w*|never)\b", clause, re.I):
        return mode
    return {Mode.MUST: Mode.MUST_NOT, Mode.MAY: Mode.MUST_NOT, Mode.MUST_NOT: Mode.MUST}.get(mode, mode)


def _turned(mode: Mode) -> Mode:
    opposite = {Mode.IS: Mode.IS_NOT, Mode.IS_NOT: Mode.IS, Mode.MUST: Mode.NEED_NOT, Mode.NEED_NOT: Mode.MUST,
                Mode.MAY: Mode.MUST_NOT, Mode.MUST_NOT: Mode.MAY}  # fmt: skip
    return opposite[mode]


def _agent(before: str, after: str, tongue: Tongue, roles: frozenset[str]) -> tuple[frozenset[str], bool]:
    if _PASSIVE.match(after):
        by = tongue.by.search(after)
        agent = next(mentions(after[by.end() :], roles), None) if by else None
        return (agent[1], False) if agent and agent[0] <= 3 else (frozenset(), False)
    they = [(one, is_only) for _, one, acts, is_only in acting(before, roles) if acts]
    if they:
        return they[-1]
    behind = next((one for place, one in mentions(after, roles) if place <= 1), frozenset[str]())
    return (behind, False) if tongue.verb_last else (frozenset(), False)


def _act(after: str, tongue: Tongue) -> str:
    """The verb: the next word that carries matter, or the clause's last."""
    clause = re.split(r"[;:]|,(?= (?:unless|if|wenn|sofern|sauf|si)\b)", after)[0]
    clause = re.sub(r"^(?:,[^,]{0,120},)", " ", clause)  # "shall, without consent, assign"
    clause = re.split(r"[.](?:\s|$)", clause)[0]
    said = [term for term in tongue.terms(clause) if term not in _LITTLE and not term[0].isdigit()]
    if not said:
        return ""
    return said[-1] if tongue.verb_last else said[0]


def _plain(text: str, tongue: Tongue, roles: frozenset[str]) -> Duty:
    """Without "shall" or "may": "The Tenant pays", "Neither party is liable"."""
    rule = _CONDITION.sub(" ", text)
    count = (
        len(tongue.negation.findall(rule))
        + len(_DENIED.findall(rule))
        + (_DOUBT.search(text) is not None and not re.search(r"\bnot true\b", text))
    )
    first = next(
        ((place, one, is_only) for place, one, acts, is_only in acting(text, roles) if acts and place <= 3), None
    )
    words = WORD.findall(text)
    act = ""
    if first and (said := tongue.terms(" ".join(words[first[0] + 1 :][:4]))):
        act = said[-1] if tongue.verb_last else said[0]
    mode = Mode.IS_NOT if count % 2 else Mode.IS
    return Duty(mode, first[1] if first else frozenset(), act, bool(first and first[2]))


def fault_between(ours: Duties, near: Sequence[Duties]) -> str | None:
    """ "negation", "modal" or "party"; None when for each duty of ours one of theirs agrees."""
    theirs = [(one, they) for they in near for one in they.found]
    for duty in ours.found:
        alike = [each for each in theirs if duty.act and duty.act == each[0].act]
        alike = alike or [each for each in theirs if duty.act and same(duty.act, each[0].act)] or theirs
        faults = [_fault(duty, one, ours, they) for one, they in alike]
        if faults and all(faults):
            return faults[0]
    if all(_lacks(ours, they) for they in near):
        return "negation"
    return "party" if all(_are_swapped(ours, they) or _goes_to_another(ours, they) for they in near) else None


def same(ours: str, theirs: str) -> bool:
    return ours == theirs or theirs in related(ours)


def _fault(ours: Duty, theirs: Duty, we: Duties, they: Duties) -> str | None:
    found = contradict(ours.mode, theirs.mode)
    is_forbidden = bool({ours.mode, theirs.mode} & {Mode.MUST_NOT, Mode.IS_NOT})
    if found and not (is_forbidden and (_is_lifted(we, they) or _is_lifted(they, we))):
        return found
    return "party" if _is_another(ours, theirs) else None


def _is_lifted(one: Duties, other: Duties) -> bool:
    is_open = one.is_lifted and not one.is_barred
    return other.is_barred and (is_open or (one.is_strict and not other.is_strict))


def _is_another(ours: Duty, theirs: Duty) -> bool:
    if ours.is_only_his and not theirs.is_only_his and ours.agent:
        return True
    if not ours.agent or not theirs.agent or theirs.agent == ANY:
        return False
    is_same_act = same(ours.act, theirs.act) if ours.act and theirs.act else True
    return is_same_act and not any(same(a, b) for a in ours.agent for b in theirs.agent)


def acts_another(ours: Duties, theirs: Duties) -> bool:
    """The same act is another one's, whichever of the acts of both is looked at."""
    pairs = [(one, other) for one in ours.found for other in theirs.found if one.act and same(one.act, other.act)]
    return bool(pairs) and all(_is_another(one, other) for one, other in pairs)


def _lacks(ours: Duties, theirs: Duties) -> bool:
    """ "Without notice" where theirs has notice, "with consent" where theirs forbids it without."""
    if not {one.mode for one in ours.found} & {one.mode for one in theirs.found}:
        return False
    there = theirs.terms - theirs.without
    is_there = ours.without & there and not ours.without & theirs.without
    return bool(is_there) or bool(ours.having & theirs.without - there - ours.without)


def _goes_to_another(ours: Duties, theirs: Duties) -> bool:
    """ "Passes to the Seller" where theirs has "to the Buyer", and nothing goes to the Seller."""
    ways = {way for way, _ in ours.toward} & {way for way, _ in theirs.toward}
    mine = {(way, who) for way, who in ours.toward if way in ways}
    return bool(mine) and not any(way == w and same(who, other) for way, who in mine for w, other in theirs.toward)


def _are_swapped(ours: Duties, theirs: Duties) -> bool:
    """The same two parties in another order, though the one who acts is the same."""
    mine, its = list(dict.fromkeys(ours.roles)), list(dict.fromkeys(theirs.roles))
    if len(mine) < 2 or set(mine) != set(its) or mine == its:
        return False
    first = {one.agent for one in ours.found} & {one.agent for one in theirs.found}
    return bool(first) and frozenset() not in first and mine[0] == its[0]
