"""Which parties a sentence names, which of them act, and whom something goes to."""

import re
from collections.abc import Iterator
from typing import Final

ANY: Final = frozenset({"any party"})
_ANY: Final = re.compile(r"(?:either|each|both|all|any|neither|no)(?: of the)?$|^part(?:y|ies)$", re.IGNORECASE)
WORD: Final = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
#: Before one who does not act here: "with the consent of the Landlord".
_NOT_ACTING: Final = frozenset(
    "of to by from with against for on upon between towards behalf de du des à au von an gegen durch zu para por del "
    "al con not "
    "par avec sans sin".split()
)
_ARTICLES: Final = frozenset(
    "the a each either any both neither no such said der die das dem den des le la les l el los".split()
)
_THIRD: Final = (["third"], ["Third"])  # "third party" is none of them
_TOWARD: Final = re.compile(
    r"\b(to|from|against|for|(?:property|benefit|cost|expense|option|discretion|risk) of)\s+"
    r"(?:(?:the|a|each|such)\s+)?(\w+)",
    re.IGNORECASE,
)


def mentions(text: str, roles: frozenset[str]) -> Iterator[tuple[int, frozenset[str]]]:
    for place, one, _, _ in acting(text, roles):
        yield place, one


def acting(text: str, roles: frozenset[str]) -> Iterator[tuple[int, frozenset[str], bool, bool]]:
    """Each party that is named: at which word, who, whether as the one that acts, whether "only" he."""
    words = WORD.findall(text)
    for place, word in enumerate(words):
        if word.lower() not in roles or words[place - 1 : place] in _THIRD:
            continue
        first = place
        while first and words[first - 1].lower() in _ARTICLES | {"only", "solely", "of"} and first > place - 3:
            if words[first - 1].lower() == "of" and words[max(first - 2, 0)].lower() not in {"each", "either", "both"}:
                break
            first -= 1
        lead = " ".join(words[first:place])
        is_any = word.lower() in {"party", "parties", "partei", "parteien", "partie", "parte", "partes"}
        who = ANY if is_any and _is_any(lead) else frozenset({word.lower()})
        acts = not first or words[first - 1].lower() not in _NOT_ACTING
        yield place, who, acts, "only" in lead.lower().split() or "solely" in lead.lower().split()


def _is_any(lead: str) -> bool:
    return not lead or _ANY.search(lead) is not None or lead.lower() in {"the", "les", "die", "las"}


def named(text: str, roles: frozenset[str]) -> Iterator[str]:
    for _, one in mentions(text, roles):
        yield from one


def toward(text: str, roles: frozenset[str]) -> frozenset[tuple[str, str]]:
    """By which way to whom: "to the Buyer", "property of the Seller"."""
    found = ((way.lower(), who.lower()) for way, who in _TOWARD.findall(text))
    return frozenset((way, who) for way, who in found if who in roles)
