"""When something is done, on what condition and with whose consent, and whether two sentences say otherwise."""

import re
from functools import lru_cache
from typing import Final

from elenchus.core.llm.terms import related, terms
from elenchus.research.examining.witnesses import formal

_TIMES: Final = {
    "before": r"before|prior to|until",
    "during": r"during|throughout",
    "after": r"after|following|upon|on|since",
}
_TIME: Final = re.compile(
    r"\b(?:" + "|".join(f"(?P<{time}>{form})" for time, form in _TIMES.items()) + r")\s+(?P<what>(?:[\w’'-]+\s*){1,4})",
    re.IGNORECASE,
)
_EACH: Final = re.compile(
    r"\b(?:per|each|every)\s+(?:(?:calendar|full)\s+)?(day|week|month|quarter|year|annum)\b", re.IGNORECASE
)
_FAILS: Final = re.compile(
    r"\b(?:fail(?:s|ed|ing|ure)?\s+to|if\s+[^.,;]{1,60}\bdo(?:es)?\s+not)\s+(?P<act>\w+)", re.IGNORECASE
)
_NOT: Final = re.compile(r"\b(?:no|not|never|without|fail\w*|refus\w+|omit\w*|default\w*)\b|n['’]t\b", re.I)
_AGREEING: Final = "consent|approval|permission|agreement|authori[sz]ation"
_CONSENT: Final = re.compile(
    rf"(?P<his>\b\w+(?: \w+){{0,2}})[’']s?\s+(?:(?:prior|express|written|and)\s+){{0,4}}(?:{_AGREEING})\b"
    rf"|\b(?:{_AGREEING})\s+(?:in writing\s+)?(?:of|by|from)\s+(?:the\s+)?(?P<of>\w+(?: \w+){{0,2}})",
    re.IGNORECASE,
)
_UNLESS: Final = re.compile(r"\bunless\s+(?P<what>[^,;.]{3,200})", re.IGNORECASE)
_IF: Final = re.compile(r"\b(?:if|where|when|provided that)\s+(?P<what>[^,;.]{3,200})", re.IGNORECASE)
_SAME: Final = 0.75  # of a condition's words


def fault_between(ours: str, theirs: str) -> str | None:
    """ "bound", "period", "party" or "negation". Ask of sentences whose duties agree."""
    if _is_another_time(ours, theirs):
        return "bound"
    if _differ(_periods(ours), _periods(theirs)):
        return "period"
    if _is_anothers_consent(ours, theirs):
        return "party"
    if _is_done_where_failed(ours, theirs) or _is_done_where_failed(theirs, ours):
        return "negation"
    return "negation" if _is_turned(ours, theirs) or _is_turned(theirs, ours) else None


def _differ(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours and theirs) and not ours & theirs


def _is_another_time(ours: str, theirs: str) -> bool:
    """ "After the term" where theirs has "during the term", and nowhere the same of it."""
    mine, its = _times(ours), _times(theirs)
    return any({time for time, other in its if other == what} and (time, what) not in its for time, what in mine)


@lru_cache(maxsize=2_048)
def _times(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (time, what)
        for found in _TIME.finditer(text)
        for time in _TIMES
        if found[time]
        for what in terms(found["what"])
        if not what[0].isdigit()
    )


@lru_cache(maxsize=2_048)
def _periods(text: str) -> frozenset[str]:
    return frozenset("year" if one == "annum" else one for one in map(str.lower, _EACH.findall(text)))


def _is_anothers_consent(ours: str, theirs: str) -> bool:
    mine, its = _consenting(ours), _consenting(theirs)
    return _differ(mine, its) and not any(related(one) & its for one in mine)


@lru_cache(maxsize=2_048)
def _consenting(text: str) -> frozenset[str]:
    found = " ".join(one["his"] or one["of"] for one in _CONSENT.finditer(text))
    return frozenset(terms(found)) - formal()


def _is_done_where_failed(ours: str, theirs: str) -> bool:
    """ "Pays" where theirs has "fails to pay"."""
    if _NOT.search(ours):
        return False
    failed = frozenset(term for one in _FAILS.finditer(theirs) for term in terms(one["act"]))
    return bool(failed & frozenset(terms(ours)))


def _is_turned(ours: str, theirs: str) -> bool:
    """ "If he objects" where theirs has "unless he objects"."""
    rule, its_rule = _IF.sub(" ", ours), _UNLESS.sub(" ", theirs)
    if _UNLESS.search(ours) or len(_NOT.findall(rule)) != len(_NOT.findall(its_rule)):
        return False
    conditions = [frozenset(terms(one["what"])) for one in _IF.finditer(ours)]
    exceptions = [frozenset(terms(one["what"])) for one in _UNLESS.finditer(theirs)]
    return any(len(one & other) >= _SAME * len(one) for one in conditions if one for other in exceptions)
