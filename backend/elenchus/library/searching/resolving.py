"""Which documents a question names, and what it asks about them.

"Does the Alder promotion agreement limit liability?" names a document by words that are rare in the library and
stand in its title, file name or opening; left in the question, these words would find its signature page instead of
the clause (recall@8 of 47 against 80 % on 40 contracts). So the document is resolved first, then its chunks are
searched with the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elenchus.library.searching.block import Numbers
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.segment import IN_NAME, Bytes, term_ids
from elenchus.library.searching.terms import terms

RARE_SHARE = 0.1  # a word in a tenth of the documents is vocabulary, not a name
NEAR = 0.8  # of the best evidence: five contracts of one party are all meant
ENOUGH = 2  # one word of the title, one used as a name, or two words of the opening
MOST_GROUPS = 4  # "compare A, B, C and D"
NAME_WEIGHT = 0.05  # of a word that only named the document; zero would leave "the Alder agreement" no words at all

_NOUNS = frozenset(
    terms(
        "contract agreement lease deed deal nda msa sow amendment addendum policy memo memorandum letter brief motion "
        "complaint opinion judgment affidavit deposition transcript case matter file document"
    )
)
_COMPANY_FORMS = frozenset(terms("inc llc lp ltd corp corporation company co limited plc gmbh"))

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """The query's distinct words, and each (word, document) pair where the word is part of the document's identity."""

    words: list[str]
    weights: Floats
    rare: Mask
    called: Mask
    at: Numbers
    documents: Numbers
    evidence: Bytes

    @classmethod
    def of(cls, query: str, index: LibraryIndex, allowed: Mask) -> "Naming":
        words = list(dict.fromkeys(terms(query)))
        ids = term_ids(words)
        found = index.document_frequencies(ids)
        total = len(index.keys)
        lettered = np.array([not word[:1].isdigit() for word in words], bool)
        at, documents, flags = index.named(ids)
        open_to_us = allowed[documents]
        at, documents, flags = at[open_to_us], documents[open_to_us], flags[open_to_us]
        names = _called_terms(query)
        called = np.array([word in names for word in words], bool)
        return cls(
            words=words,
            weights=rarity(found, total),
            rare=(found > 0) & (found <= max(1, RARE_SHARE * total)) & lettered,
            called=called,
            at=at,
            documents=documents,
            evidence=np.where(called[at] | (flags & IN_NAME > 0), ENOUGH, 1).astype(np.uint8),
        )

    def groups(self, order: Numbers) -> list[Numbers]:
        """Document numbers, one array for each thing named; empty when nothing is named clearly.

        `order` settles ties, so that it does not matter how the documents came to be numbered.
        """
        groups: list[Numbers] = []
        left = self.rare.copy()
        whole = self._weighed(np.ones(len(self.at), bool), len(order))
        while len(groups) < MOST_GROUPS:
            live = left[self.at]
            named = self._weighed(live, len(order))
            named[np.bincount(self.documents[live], self.evidence[live], len(order)) < ENOUGH] = 0
            if not named.any():
                break
            best = np.lexsort((order, -named))[0]
            shared = live & np.isin(self.at, self.at[live & (self.documents == best)])
            named = np.where(named > 0, self._weighed(shared, len(order)), 0)
            group = np.flatnonzero(named >= NEAR * named[best])
            groups.append(group[whole[group] >= NEAR * whole[group].max()])
            left[self.at[shared]] = False
        return groups

    def _weighed(self, chosen: Mask, total: int) -> Floats:
        """How much of the query each document's identity says, counting only the chosen pairs."""
        return np.asarray(np.bincount(self.documents[chosen], self.weights[self.at[chosen]], total), np.float64)

    def name(self, groups: Sequence[Numbers]) -> "Name":
        inside = np.unique(self.at[np.isin(self.documents, np.concatenate(groups))]).tolist()
        return Name(
            words=frozenset(self.words[at] for at in inside),
            rare=frozenset(self.words[at] for at in inside if self.rare[at]),
            called=frozenset(self.words[at] for at in inside if self.called[at]),
        )


@dataclass(frozen=True, slots=True)
class Name:
    """The query's words that the documents meant have in their identity; the rare ones did the naming."""

    words: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()

    def within(self, run: Sequence[str]) -> range:
        """From "supply agreement" or the first rare word to the last that is rare, used as a name, "lease", or "Inc."

        What stands outside is the question, though the title may say it too: "does Alder grant a license?"
        """
        rares = [at for at, word in enumerate(run) if word in self.rare]
        if not rares:
            return range(0)
        first = 0 if not _NOUNS.isdisjoint(run[: rares[0]]) else rares[0]
        ending = self.rare | self.called | _NOUNS | _COMPANY_FORMS
        return range(first, max(at for at, word in enumerate(run) if word in ending) + 1)


def rarity(occurrences: Numbers, total: int) -> Floats:
    """BM25's inverse document frequency; what occurs nowhere weighs nothing."""
    known = np.log1p((total - occurrences + 0.5) / (occurrences + 0.5))
    return np.where(occurrences > 0, known, 0.0)


def asked(words: Sequence[str], name: Name) -> dict[str, float]:
    """The words with their weights; a name is what lies unbroken around a rare word of it."""
    weights: dict[str, float] = {}
    for run in _runs(words, name.words):
        named = name.within(run)
        for at, word in enumerate(run):
            weights[word] = weights.get(word, 0.0) + (NAME_WEIGHT if at in named else 1.0)
    return weights


def _runs(words: Sequence[str], naming: frozenset[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    inside = False
    for word in words:
        if word in naming and inside:
            runs[-1].append(word)
        else:
            runs.append([word])
        inside = word in naming
    return runs


def _called_terms(query: str) -> frozenset[str]:
    """Terms of words written or used like names: capitalised, or right before a noun for a document."""
    words = query.split()
    return frozenset(terms(" ".join(_capitalised(words)))) | frozenset(terms(" ".join(_before_nouns(words))))


def _capitalised(words: Sequence[str]) -> list[str]:
    """The first word says nothing, and neither does a question all in capitals."""
    if not any(word.islower() for word in words):
        return []
    return [word for word in words[1:] if word.lstrip("\"'“”‘’([{«")[:1].isupper()]


def _before_nouns(words: Sequence[str]) -> list[str]:
    """ "the alder promotion agreement" calls a document by two words; "the buyer under this agreement" does not."""
    called: list[str] = []
    phrase: list[str] = []
    for word in words:
        if not _NOUNS.isdisjoint(terms(word)):
            called += phrase
        phrase = [*phrase, word] if terms(word) and word[-1] not in ";:?!" else []
    return called
