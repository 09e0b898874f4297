"""Words as the answering side compares them: stems of what carries meaning, and what lawyers call by two names."""

import re
from collections.abc import Iterable
from functools import cache

import Stemmer

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_FUNCTION_WORDS = frozenset(
    "a about above according after all also although an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each else ever few for from further had has have "
    "having he her here hers him his how i if in into is it its itself just me more most my no nor not of off on "
    "once only or other our ours out over own per same she should so some such than that the their theirs them "
    "then there these they this those though through to too under until up upon us very was we were what when "
    "where whether which while who whom whose why will with within without would you your shall must may might "
    "hereby herein hereof hereto thereof therein thereto said".split()
)
#: Words that frame a question and name no matter: an answer is not better for repeating them.
_FRAME_WORDS = (
    "agreement agreements answer clause clauses concern concerning consider contain contains contract contracts "
    "describe detail details document documents explain file find give given include included includes list "
    "happen happens mention mentioned many much often please provide provided provides provision provisions "
    "regarding relate section sections show source sources specified specify state stated states summarise "
    "summarize tell text"
)
_FAMILIES = (
    "terminate cancel expire end cease",
    "term duration period last long",
    "assign transfer delegate convey",
    "renew extend renewal extension",
    "rent lease tenancy",
    "tenant lessee",
    "landlord lessor",
    "pay payment payable remit",
    "price cost fee charge amount rate",
    "buyer purchaser buy purchase",
    "seller vendor sell sale",
    "breach default violate violation",
    "liable liability",
    "indemnify indemnity hold harmless",
    "limit cap maximum exceed limitation",
    "minimum least",
    "law govern governing construe",
    "dispute controversy claim",
    "arbitration arbitrate arbitrator",
    "confidential secret proprietary nondisclosure",
    "notify notice inform",
    "repair maintain maintenance upkeep",
    "deposit security",
    "start begin commence effective commencement",
    "date day",
    "permit allow consent permission approval authorise authorize",
    "forbid prohibit restrict",
    "employee staff personnel",
    "salary wage compensation remuneration",
    "own title ownership",
    "compete competition competitor competing",
    "exclusive sole exclusively",
    "insure insurance coverage",
    "audit inspect examine",
    "refund reimburse repay",
    "amend modify change amendment",
    "warrant warranty guarantee",
    "license licence grant",
)
#: Verb forms that no stemmer leads back.
_IRREGULAR = {
    form: verb
    for verb, forms in {
        "begin": "began begun", "bind": "bound", "break": "broke broken", "bring": "brought", "buy": "bought",
        "give": "gave given", "hold": "held", "keep": "kept", "know": "knew known", "leave": "left", "lend": "lent",
        "lose": "lost", "make": "made", "pay": "paid", "sell": "sold", "send": "sent", "take": "took taken",
        "withdraw": "withdrew withdrawn", "write": "wrote written",
    }.items()
    for form in forms.split()
}  # fmt: skip


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order and with repeats."""
    kept = [word.removesuffix("'s") for word in words(text) if word not in _FUNCTION_WORDS]
    stems: list[str] = _stemmer().stemWords([_IRREGULAR.get(word, word) for word in kept])
    return stems


@cache
def frame_terms() -> frozenset[str]:
    """Terms of a question that say nothing about its matter."""
    return frozenset(terms(_FRAME_WORDS))


@cache
def _relations() -> dict[str, frozenset[str]]:
    relations: dict[str, frozenset[str]] = {}
    for family in _FAMILIES:
        members = frozenset(terms(family))
        for member in members:
            relations[member] = relations.get(member, frozenset()) | members
    return relations


def related(term: str) -> frozenset[str]:
    """Other terms for the same thing."""
    return _relations().get(term, frozenset()) - {term}


def folded(text: str) -> str:
    """Every run of white space as one blank: how a passage reads in running text."""
    return " ".join(text.split())


def overlap(wanted: Iterable[str], present: Iterable[str]) -> float:
    """The share of the wanted terms that are present, between 0 and 1."""
    needed = frozenset(wanted)
    return len(needed & frozenset(present)) / len(needed) if needed else 0.0
