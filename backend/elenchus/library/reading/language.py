"""In which language of law a document is written, told by its small words.

Small words (articles, prepositions, pronouns) are a third to a half of every text in these languages, so a page tells
as well as a book. Detectors for all languages cost a worker 16 to 75 MB of memory, or the image 96 MB, to answer the
same for a document; here other languages are not named, only told apart.
"""

import re
from collections import Counter
from typing import Final

WORDS: Final = re.compile(r"[^\W\d_]+")
SAMPLES: Final = 5  # places of a long text that are read: its title page and its annexes may differ from its body
SAMPLE: Final = 4_000  # characters of each
ENOUGH: Final = SAMPLES * SAMPLE  # whoever reads page by page may stop collecting here
FEWEST_WORDS: Final = 20  # fewer are a title or a stamp
SMALLEST_SHARE: Final = 0.30  # of small words: tables, lists of names and other languages have fewer
SMALLEST_IN_LATIN: Final = 0.20  # which has no articles
LEAD: Final = 1.4  # over the next language, which shares some of the words
LEAD_OVER_STRANGER: Final = 1.25

SMALL_WORDS: Final[dict[str, str]] = {
    "en": "the of and to in a is that for it as was with be by on not or this are from at which have an any such shall "
    "has its all been other may no will if upon under these their they he his but hereby each every who were would",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum haben nur oder aber vor zur bis "
    "durch kein gegen vom können wenn hatte jeder jede ihre seiner sowie soll darf diese dieser ohne unter gemäß",
    "fr": "le la les de des du et à un une en que qui dans pour par sur au aux ne pas plus est ce cette son sa ses "
    "il elle se ou avec sont être ont été leur leurs dont tout toute toutes tous sans entre comme ces même lui nous "
    "mais où sous l d qu s n c",
    "es": "el la los las de del y en que a un una por con para no se su sus al lo como más o pero este esta estos "
    "estas ser es son ha han sin sobre entre todo toda todos todas cuando muy hasta desde le les ni si sino también "
    "e contra tiene derecho cualquier",
    "it": "il lo la i gli le di del della dei delle dello degli e in che un una per con non si da dal dalla al alla "
    "alle ai nel nella nei su sul sulla come più o ma anche sono è ha essere ogni questo questa quale quali suo sua "
    "suoi loro se tra ad ed od cui l d dell all nell sull",
    "nl": "de het een en van in op te dat die voor met is zijn niet aan er om ook als door bij naar uit over dan nog "
    "wordt worden of tot hij zij werd heeft hebben deze dit geen kan maar al zal moet onder tegen ieder zich zonder "
    "tussen zoals indien haar hun eigen welke",
    "pt": "o a os as de do da dos das e em no na nos nas que um uma para por pelo pela com não se ao à aos às mais "
    "como mas ou foi ser é são sua seu suas seus sem sobre entre também até isso ele ela este esta toda todo todos "
    "todas qualquer nem tem têm sob quando direito",
    "la": "et in est non ad ut cum quod qui de quae ex si sed per ab aut esse nec enim sunt ac atque etiam autem "
    "quam pro hoc vel quo ea id eius quid nisi sine inter quoque apud omnes omnis homo ius iure suum sua sui se "
    "quisque eorum neque",
}
# Their nearest neighbours, told apart and not named
STRANGERS: Final[dict[str, str]] = {
    "af": "die van en nie het in is vir dat wat om met op word sy hulle of te deur aan ook as ander moet hierdie kan "
    "enige elke se nie ʼn n was sal wees tot na by teen",
    "ca": "el la els les de del dels i a en que un una per amb no és al als o seva seu seus són ha tot tota tots totes "
    "aquest aquesta sense té dret l d s ni més com entre ser o pels",
    "gl": "o a os as de do da dos das e en no na nos nas que un unha para por polo pola con non se ao á aos ás máis "
    "como mais ou ser é son súa seu seus sen sobre entre tamén ten toda todo dereito calquera",
}

PROFILES: Final = {name: frozenset(words.split()) for name, words in (SMALL_WORDS | STRANGERS).items()}


def language_of(text: str) -> str | None:
    """`en`, `de`, `fr`, `es`, `it`, `nl`, `pt` or `la`; None when the text is short, mixed or in another language."""
    words = _words(text)
    if len(words) < FEWEST_WORDS:
        return None
    counts = Counter(words)
    shares = {name: sum(counts[word] for word in profile) / len(words) for name, profile in PROFILES.items()}
    first = max(SMALL_WORDS, key=shares.__getitem__)
    rivals = [share * _lead(name) for name, share in shares.items() if name != first]
    smallest = SMALLEST_IN_LATIN if first == "la" else SMALLEST_SHARE
    return first if shares[first] >= max(smallest, *rivals) else None


def _words(text: str) -> list[str]:
    """Those that begin small, when there are enough: lists of parties and cases are of no language."""
    words = [word for sample in _samples(text) for word in WORDS.findall(sample)]
    small = [word for word in words if word[0].islower()]
    return [word.casefold() for word in (small if len(small) >= FEWEST_WORDS else words)]


def _lead(rival: str) -> float:
    return LEAD_OVER_STRANGER if rival in STRANGERS else LEAD


def _samples(text: str) -> list[str]:
    if len(text) <= ENOUGH:
        return [text]
    step = (len(text) - SAMPLE) // (SAMPLES - 1)
    return [text[place * step : place * step + SAMPLE] for place in range(SAMPLES)]
