"""What kind of document it is, by its caption, its title and its usual words; not said where they do not agree."""

import re
from dataclasses import dataclass

from elenchus.library.analysing.models import AnalysisType
from elenchus.library.analysing.rules.captions import is_of_court
from elenchus.library.analysing.rules.lines import Line

TITLE_LINES = 25  # the title stands among the first of them
SAMPLE = 40_000  # characters; usual words come early and often
FEWEST = 4  # usual words that confirm a title
MANY = 12  # that tell a contract without one
#: What titles are called, and of which kind that makes a document.
_TITLES: tuple[tuple[AnalysisType | None, str], ...] = (
    (
        AnalysisType.CONTRACT,
        r"agreement|contract|lease|licen[cs]e|deed|charter|guarant(?:y|ee)|promissory note|amendment|settlement",
    ),
    (AnalysisType.BRIEF, r"brief|motion|petition|complaint|answer|memorandum of (?:law|points)|stipulation|opposition"),
    (AnalysisType.CASE_LAW, r"opinion|judge?ment|order|decision|ruling|decree"),
    (AnalysisType.STATUTE, r"act|statute|regulations?|code|ordinance|bill|directive"),
    (None, r"bylaws|memorandum|policy|terms|notice|letter|will|plan|treaty|convention"),
)
_TITLED = tuple((type_, re.compile(rf"\b(?:{words})\b".replace(" ", r"\s+"), re.I)) for type_, words in _TITLES)
_WORDS = {
    AnalysisType.CONTRACT: "agreement|the parties|party|shall pay|hereinafter|governed by|terminat\\w+|hereto|hereby",
    AnalysisType.CASE_LAW: (
        "affirmed|reversed|we hold|the court|plaintiff|defendant|appell\\w+|opinion|judge|judgment|certiorari|"
        "(?:supreme|district|appeals?) court|dissent\\w*"
    ),
    AnalysisType.STATUTE: (
        "this act|this section|subsection|no person|enacted|regulations?|penalt\\w+|commencement|the secretary|"
        "comes into force"
    ),
    AnalysisType.BRIEF: (
        "respectfully|this court should|argument|motion|counsel|memorandum of law|relief|summary judgment|plaintiffs?|"
        "defendants?"
    ),
}
_DECIDES = re.compile(
    r"\bwe\s+(?:therefore\s+)?(?:hold|affirm|reverse|vacate|remand|conclude)\b|\bper\s+curiam\b|\bit\s+is\s+so\s+ordered\b|"
    r"\bdelivered\s+the\s+opinion\b",
    re.I,
)
_NAMES = {
    AnalysisType.CONTRACT: "A contract",
    AnalysisType.CASE_LAW: "A court's decision or order",
    AnalysisType.STATUTE: "A statute or regulation",
    AnalysisType.BRIEF: "A brief, motion or other paper of a party before a court",
}
_OF_COURT = (AnalysisType.BRIEF, AnalysisType.CASE_LAW)


@dataclass(frozen=True, slots=True)
class Kind:
    """`type` is None when it is not sure; `title` is the line that says it, if there is one."""

    type: AnalysisType | None
    title: Line | None
    is_of_court: bool

    @property
    def name(self) -> str:
        unknown = "A paper of a case before a court" if self.is_of_court else "A document"
        name = _NAMES[self.type] if self.type else unknown
        if self.title:
            return f"{name}: {self.title.shown}"
        return name if self.type or self.is_of_court else f"{name} of a kind that its usual words do not tell"


def kind_of(text: str, lines: list[Line]) -> Kind:
    of_court, title = is_of_court(text), _title(lines)
    called = _called(title.text) if title else None
    type_ = _of_court(text, called) if of_court else _by_words(text, called)
    return Kind(type_, title, of_court)


def _of_court(text: str, called: AnalysisType | None) -> AnalysisType | None:
    if called in _OF_COURT:
        return called
    return AnalysisType.CASE_LAW if _DECIDES.search(text[:SAMPLE]) else None


def _by_words(text: str, called: AnalysisType | None) -> AnalysisType | None:
    """A title with the words that go with it; a contract also without a title, if there are far more of its words."""
    sample = text[:SAMPLE].lower()
    counts = {type_: len(re.findall(rf"\b(?:{words})\b", sample)) for type_, words in _WORDS.items()}
    best, second, *_ = sorted(counts, key=counts.__getitem__, reverse=True)
    if called and counts[called] >= FEWEST and (called not in _OF_COURT or called is best):
        return called
    prevails = counts[best] >= MANY and counts[best] >= 2 * counts[second]
    return best if prevails and best is AnalysisType.CONTRACT else None


def _called(title: str) -> AnalysisType | None:
    """By whichever word comes first: "motion to stay the decision"."""
    found = [(match.start(), type_) for type_, words in _TITLED if (match := words.search(title))]
    return min(found, key=lambda one: one[0])[1] if found else None


def _title(lines: list[Line]) -> Line | None:
    """The first line that names a kind and is no sentence; capitals before others."""
    short = [line for line in lines[:TITLE_LINES] if len(line.text) <= 160 and line.is_heading]
    titles = [line for line in short if any(words.search(line.text) for _, words in _TITLED)]
    return next((line for line in titles if line.text.isupper()), titles[0] if titles else None)
