"""Reporters, short forms and codes of the United States, as eyecite knows them.

eyecite (with its lists of 1,300 reporters and 400 codes) takes 0.25 s and 47 MB when first imported, so it is imported
by the first text, in the process that reads it. Its pin cites come without places; they are read again here.
"""

import logging
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar, Final

from elenchus.library.citing.courts import court_by_paren
from elenchus.library.citing.form import BEFORE, NOT_A_REPORT, SUBSECTION, YEAR
from elenchus.library.citing.states import jurisdiction_of
from elenchus.library.citing.values import Kind, Parts, Sighting

if TYPE_CHECKING:
    from eyecite.models import CitationBase, FullLawCitation, ResourceCitation

ITEM: Final = r"(?:¶¶? ?|\*|nn?\. ?)?\d{1,6}(?: ?[-–] ?\*?\d{1,6})?"
PIN: Final = re.compile(
    rf"(?:,? (?:at )|, ?)(?:pp?\. )?(?P<pin>{ITEM}(?:(?:, | & | and ){ITEM}){{0,5}}(?: (?:& )?nn?\. ?\d{{1,4}})?)"
    rf"""(?=[.;:)\]"”']|,(?!\d)| ?[(\[]| [a-zA-Z]| ?$){NOT_A_REPORT}"""
)
COURT_AND_YEAR: Final = re.compile(
    rf",? ?(?:\((?P<court>[^()\[\]]{{0,60}}?)(?P<year>{YEAR})\)|\[(?P<bracketed>{YEAR})\])"
)
ID_PIN: Final = re.compile(
    rf",? ?at (?:pp?\. )?(?P<pin>{ITEM}(?:(?:, | & | and ){ITEM}){{0,5}})(?!\w)|,? §§? ?(?P<section>\d{{1,5}}[a-z]?)"
)
SUBSECTIONS: Final = re.compile(rf"(?:{SUBSECTION}){{1,7}}")

# "Id." begins a sentence or follows a signal; behind other words it is an identity number ("Tax Id. No.")
ID_CONTEXT: Final = re.compile(
    r"(?:^|[.;:,(\[\"“”)—–]\s?|\b(?:see|See|Cf\.|cf\.|and|also|citing|quoting|in|at|e\.g\.,|accord|Accord|with) )$"
)
ID_NUMBER: Final = re.compile(r" ?(?:[Nn]os?\b|[Nn]r\b|#|[Nn]umber|:)")
CONTEXT: Final = 12  # characters in which a signal ends

# "360 NE 75 St", "1 App. 7": letters that are also directions, countries or an appendix need a year or parties beside
WEAK_REPORTER: Final = re.compile(r"(?!WL)[A-Z]{1,3}|[A-Z]\.|[NS]\. ?[EW]\.|So\.|Abs\.|App\.|Taxes")
AT_ITS_BEGIN: Final = re.compile(BEFORE)
ADMINISTRATIVE: Final = ("admin_compilation", "admin_register")
LAWS: Final = ("leg_statute", "leg_act", "leg_session", *ADMINISTRATIVE)
OWN_CODES: Final = re.compile(
    r"U\.?S\.?C|C\.?F\.?R|Fed\. ?Reg|F\.?R$|Stat\.$|Pub|Public|P\.L"
)  # in forms/united_states.py
# a volume, a name and a page; a section sign; a state's code; a back reference: three contract pages in four have none
WORTH_READING: Final = re.compile(
    r"(?<![\w$.,])\d{1,4} (?=[A-Z])[A-Za-z0-9.&' ()]{1,45}?[ ,](?:at )?(?:\d|_)|§"
    r"|[A-Z]\w{1,9}\. (?:\w{1,9}\. ){0,3}(?:Code|Stat|Law)|(?<!\w)[Ii](?:d\.|bid)|[Ss]upra"
)
LONGEST_PARTY: Final = 100
DATABASE: Final = re.compile(r"WL|LEXIS")
MOST_VOLUMES: Final = 2_020  # years up to it number neutral citations; later ones as often patents and terms


def sightings(text: str) -> Iterator[Sighting]:
    if not WORTH_READING.search(text):
        return
    found = sorted(_eyecite()(text), key=lambda one: one.token.start)
    for number, citation in enumerate(found):
        limit = found[number + 1].token.start if number + 1 < len(found) else len(text)
        if sighting := _sighting(citation, text, limit):
            yield sighting


@cache
def _eyecite() -> Callable[[str], "list[CitationBase]"]:
    """eyecite logs the words around what it wonders about, and a log never holds a client's text.

    It tries its extractors in the order of a set, which differs between processes; here that of its list counts.
    """
    from eyecite import get_citations, helpers
    from eyecite.models import TokenExtractor
    from eyecite.tokenizers import EXTRACTORS, Tokenizer, default_tokenizer

    class Ordered(Tokenizer):
        places: ClassVar = {id(extractor): place for place, extractor in enumerate(EXTRACTORS)}

        def get_extractors(self, text: str) -> list[TokenExtractor]:
            return sorted(default_tokenizer.get_extractors(text), key=lambda one: self.places[id(one)])

    logging.getLogger("eyecite").setLevel(logging.CRITICAL)
    helpers.get_court_by_paren = court_by_paren
    return partial(get_citations, tokenizer=Ordered(extractors=[]))


def _sighting(citation: "CitationBase", text: str, limit: int) -> Sighting | None:
    from eyecite import models

    if not AT_ITS_BEGIN.match(text, citation.token.start):
        return None
    match citation:
        case models.FullCaseCitation() | models.FullJournalCitation():
            return _report(citation, text, limit)
        case models.ShortCaseCitation():
            return _short(citation, text, limit)
        case models.FullLawCitation():
            return _law(citation, text, limit)
        case models.IdCitation():
            return _id(citation, text)
        case models.SupraCitation():
            return _supra(citation, text, limit)
    return None


def _report(citation: "ResourceCitation", text: str, limit: int) -> Sighting | None:
    from eyecite.models import FullJournalCitation

    start, end = citation.token.start, _trimmed(text, citation.token.start, citation.token.end)
    groups, is_journal = citation.groups, isinstance(citation, FullJournalCitation)
    if not groups.get("page") or not groups.get("volume"):
        return None
    parts = _parts(volume=groups["volume"], reporter=_reporter(citation), page=groups["page"])
    end = _tail(text, end, limit, parts)
    parts |= {} if is_journal else _parties(citation, text)
    if year := citation.metadata.year:
        parts.setdefault("year", year)
    if (is_journal or _is_weak(citation)) and not {"year", "plaintiff"} & parts.keys():
        return None
    if court := getattr(citation.metadata, "court", None):
        parts["court"] = court
    kind = Kind.JOURNAL if is_journal else Kind.CASE
    normal = f"{parts['volume']} {parts['reporter']} {parts['page']}"
    return Sighting(start, end, kind, jurisdiction_of(parts["reporter"]), normal, parts)


def _reporter(citation: "ResourceCitation") -> str:
    return str(citation.corrected_reporter()).strip()  # type: ignore[no-untyped-call]


def _is_weak(citation: "ResourceCitation") -> bool:
    written, volume = citation.groups["reporter"].strip(), citation.groups["volume"]
    is_late_year = volume.isdecimal() and int(volume) > MOST_VOLUMES and not DATABASE.search(written)
    return is_late_year or WEAK_REPORTER.fullmatch(written) is not None


def _short(citation: "ResourceCitation", text: str, limit: int) -> Sighting:
    start = citation.token.start
    end = _trimmed(text, start, citation.token.end)
    groups = citation.groups
    parts = _parts(volume=groups.get("volume"), reporter=_reporter(citation), pin=groups.get("page"))
    return Sighting(start, end, Kind.SHORT_FORM, jurisdiction_of(parts["reporter"]), None, parts)


def _law(citation: "FullLawCitation", text: str, limit: int) -> Sighting | None:
    edition = citation.edition_guess or (citation.all_editions[0] if citation.all_editions else None)
    written = citation.groups.get("reporter", "")
    if edition is None or edition.reporter.cite_type not in LAWS or OWN_CODES.match(written):
        return None
    start, end = citation.token.start, _trimmed(text, citation.token.start, citation.token.end)
    parts = _parts(code=written, title=citation.groups.get("title"), section=citation.groups.get("section"))
    normal = " ".join(
        re.sub(r" Ann\.?", "", text[start:end]).replace("§§", "§").replace("§ ", "§").replace("§", "§ ").split()
    )
    if below := SUBSECTIONS.match(text, end, limit):
        parts["pin"], end = below[0].strip(), below.end()
    end = _tail(text, end, limit, parts, pins=False)
    kind = Kind.REGULATION if edition.reporter.cite_type in ADMINISTRATIVE else Kind.STATUTE
    return Sighting(start, end, kind, jurisdiction_of(edition.reporter.short_name), normal, parts)


def _id(citation: "CitationBase", text: str) -> Sighting | None:
    start, end = citation.token.start, citation.token.end
    written = text[start:end]
    if written.isupper() or not ID_CONTEXT.search(text[max(0, start - CONTEXT) : start]) or ID_NUMBER.match(text, end):
        return None
    end = _trimmed(text, start, end)
    parts: Parts = {}
    if pin := ID_PIN.match(text, end):
        parts, end = _parts(**pin.groupdict()), pin.end()
    return Sighting(start, end, Kind.ID, None, None, parts)


def _supra(citation: "CitationBase", text: str, limit: int) -> Sighting:
    start, end = citation.token.start, _trimmed(text, citation.token.start, citation.token.end)
    parts = _parts(antecedent=citation.metadata.antecedent_guess)
    if note := re.compile(r",? (?:note|n\.) ?\d{1,4}").match(text, end, limit):
        end = note.end()
    return Sighting(start, _tail(text, end, limit, parts), Kind.SHORT_FORM, None, None, parts)


def _tail(text: str, end: int, limit: int, parts: Parts, *, pins: bool = True) -> int:
    """Past the pin cite and the court with its year, up to the next citation."""
    if pins and (pin := PIN.match(text, end, limit)):
        parts["pin"], end = pin["pin"], pin.end()
    if year := COURT_AND_YEAR.match(text, end, limit):
        parts["year"], end = year["year"] or year["bracketed"], year.end()
    return end


def _parties(citation: "ResourceCitation", text: str) -> Parts:
    """Both or none: one name alone is often the end of a sentence."""
    names = [getattr(citation.metadata, side, None) or "" for side in ("plaintiff", "defendant")]
    if not all(name[:1].isupper() and len(name) <= LONGEST_PARTY and name in text for name in names):
        return {}
    return dict(zip(("plaintiff", "defendant"), names, strict=True))


def _parts(**parts: str | None) -> Parts:
    return {name: value for name, value in parts.items() if value}


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ,;:"))
