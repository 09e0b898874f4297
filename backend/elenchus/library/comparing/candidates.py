"""Which clauses may belong together, found without comparing each with each.

Clauses of the same letters are one lookup. For the others, runs of three words that few clauses have vote; the few with
most votes are compared word by word. So the work grows with the length of the texts and not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from elenchus.library.comparing.words import Shingle, Worded, alike, are_titled_alike

NEAR: Final = 2  # places up and down among clauses of the same letters
MOST_OF_A_SHINGLE: Final = 20  # clauses; what more of them say tells nothing
CLOSE_LOOKS: Final = 5  # for each clause
ALIKE: Final = 0.5  # what two clauses have in common, wherever they stand
ALIKE_BY_TITLE: Final = 0.2  # under one title
CONTAINED: Final = 0.6  # of the smaller one's runs of words: it may be a part that was cut otherwise
LEAST_PART: Final = 12  # words of such a part
WORDS_THAT_COUNT: Final = 400  # of a clause, towards how much its pair weighs


class Candidate(NamedTuple):
    """`left` and `right` are indexes; `weight` is what the pair counts for when they are put in order."""

    left: int
    right: int
    alike: float
    weight: float


def candidates(left: Sequence[Worded], right: Sequence[Worded]) -> list[Candidate]:
    exact = list(_of_same_letters(left, right))
    here, there = Counter(each.key for each in left), Counter(each.key for each in right)
    loose_left = [index for index, each in enumerate(left) if here[each.key] > there[each.key]]
    loose_right = [index for index, each in enumerate(right) if there[each.key] > here[each.key]]
    return [*exact, *_of_like_words(left, right, loose_left, loose_right)]


def _of_same_letters(left: Sequence[Worded], right: Sequence[Worded]) -> Iterator[Candidate]:
    places = defaultdict[str, list[int]](list)
    for index, each in enumerate(right):
        places[each.key].append(index)
    seen = Counter[str]()
    for index, each in enumerate(left):
        there = places.get(each.key, [])
        number = seen[each.key]
        seen[each.key] += 1
        for other in there[max(number - NEAR, 0) : number + NEAR + 1]:
            yield Candidate(index, other, 1.0, _weight(each, right[other], 1.0))


def _of_like_words(
    left: Sequence[Worded], right: Sequence[Worded], loose_left: Sequence[int], loose_right: Sequence[int]
) -> Iterator[Candidate]:
    saying, titled = defaultdict[Shingle, list[int]](list), defaultdict[str, list[int]](list)
    for index in loose_right:
        titled[right[index].title].append(index)
        for shingle in right[index].shingles:
            saying[shingle].append(index)
    for index in loose_left:
        each = left[index]
        for other in _likely(each, saying, titled):
            if found := _looked_at(index, other, each, right[other]):
                yield found


def _likely(each: Worded, saying: dict[Shingle, list[int]], titled: dict[str, list[int]]) -> list[int]:
    votes = Counter[int]()
    for shingle in each.shingles:
        there = saying.get(shingle, ())
        if len(there) <= MOST_OF_A_SHINGLE:
            votes.update(there)
    likely = [index for index, _ in votes.most_common(CLOSE_LOOKS)]
    same_title = titled.get(each.title, [])[:CLOSE_LOOKS] if each.title else []
    return list(dict.fromkeys([*likely, *same_title]))


def _looked_at(index: int, other: int, ours: Worded, theirs: Worded) -> Candidate | None:
    share = alike(ours.ids, theirs.ids)
    if share >= ALIKE or (are_titled_alike(ours, theirs) and share >= ALIKE_BY_TITLE):
        return Candidate(index, other, share, _weight(ours, theirs, share))
    fewest = min(len(ours.ids), len(theirs.ids))
    if fewest < LEAST_PART:
        return None
    contained = len(ours.shingles & theirs.shingles) / max(min(len(ours.shingles), len(theirs.shingles)), 1)
    if contained < CONTAINED:
        return None
    return Candidate(index, other, share, contained * min(fewest, WORDS_THAT_COUNT))


def _weight(ours: Worded, theirs: Worded, share: float) -> float:
    """A long clause that stayed holds more than a short one; one that is half alike holds a quarter."""
    size = min(len(ours.key), len(theirs.key)) / 5  # letters of a word; the words themselves may not be needed
    return share * share * (4 + min(size, WORDS_THAT_COUNT))
