"""A word that a scanner read wrong: "rnonths" on the page where "months" is quoted.

It is the one difference in letters that is forgiven, and only where the document itself proves it: what stands there
is no word, what is quoted is one that the document says elsewhere, more often, and is the only such word; and the
document has several words that nobody writes ("re1ated"), so it was scanned. A number is never read otherwise, nor is a
name ("Horner"), nor the number at a word's end ("clause5").
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from elenchus.library.quoting.nearest import Change, Token
from elenchus.library.quoting.source import Source

SCANNED: Final = 2  # different words that nobody writes
MOST_MISREAD: Final = 3  # places in one word
SHORTEST: Final = 5  # letters of a word of letters alone; shorter ones are too often another word

_READ_AS: Final = {"rn": "m", "c": "e", "1": "li", "0": "o", "5": "s"}  # what stands there → what it may have been
_PLACE: Final = re.compile("|".join(_READ_AS))
_IMPOSSIBLE: Final = re.compile(r"[^\W\d_]{2,}(?:[015][^\W\d_]+|[01])|[^\W\d_][015][^\W\d_]{2,}|[015][^\W\d_]{4,}")
#: Real words, in four languages, that would be another real word if they were read so: "modern" is no "modem".
_REAL: Final = frozenset(
    """absicht academics achtern acrobatic acrobatics acrodrome acrophobia altern ansicht aparcar aufsicht aussicht
    basic bechre boucs burns cager caloric cancro carca cared caring carlene carline carly carnada carnal carnaza
    carne carnero carnuza carnée carnées cased casement casements cases casing caster casters casting casts cater
    caters caves cercus chancla chancy check checked checking checks checky churn churns ciclo cider ciders cither
    civics clastic clement clements colic colonics conics contramarca corca cornal corner corners cornet corneta
    cornets corning corno cornus crick crics cuerno cólica cólico darne darnes darns descarnar dichtern dictar
    dominic doorn dorna dorne dornen dornes dorns ducts ebonics economics einsicht encarnación encarnada encarnado
    encarnar escarnar eugenic ferne fernsicht fertigern fixern flicht flocs forschern freiern fulcro garner garners
    gedicht genic gläubigern harmonics heilern herne hinsicht horne horned horney hornier horniest horniness horns
    horny indern indic indics isometrics klammern kühlern larne lauern licht lichtern lindern liturgics macaronics
    manca mancar marca marcador marcar marco marcs melancholics melanic melodics micra mildern modern moderns morns
    muscler musclé musclée musclées musclés musco muscs narcs oscille oscilles parco parcs parsec parsecs pasco
    pecked pecking pecks phonics planco polca politics porcs postmodern psychometrics public publics rance reichern
    relics rescaled rescaling revolcar roscar sarna scalable scaled scaler scaling scams scared scaring scars scats
    scher scherin scherinnen scheuern schlichtern scrape scrapes scrum scrums sicht significs sorna sparc specifics
    spics spurned spurning stern sterns sternson strategics sucra sucraient sucrais sucrait sucrez sucriez sucrions
    sucrons tarns terna ternerona ternerón torco torna tornada tornadero tornado tornadura tornamiento tornar
    tornillo torno trägern turno turns umsicht unscaled vainc vaincs valeric veganern verzicht volcar vorsicht vosco
    wilderern wildern wundern yarns zincs übersicht""".split()
)


def explains(changes: Sequence[Change], source: Source) -> bool:
    """Whether each change is one word for one word of the source that was misread."""
    if not changes or any(len(change.quote) != len(change.source) for change in changes):
        return False
    pairs = [pair for change in changes for pair in zip(change.quote, change.source, strict=True)]
    return (
        all(_may_be(*pair) for pair in pairs) and _is_scanned(source) and all(_proved(*pair, source) for pair in pairs)
    )


def _may_be(quoted: Token, there: Token) -> bool:
    same_case = quoted.text[0].isupper() == there.text[0].isupper() or there.text[0].isdigit()
    return same_case and quoted.text.isalpha() and quoted.text.lower() in _otherwise(there.text.lower())


def _proved(quoted: Token, there: Token, source: Source) -> bool:
    """What stands there is no word, and what is quoted is the only one in the document that it may have been."""
    word = there.text.lower()
    is_odd = _IMPOSSIBLE.fullmatch(word) or (
        len(word) >= SHORTEST and word.isalpha() and there.text.islower() and word not in _REAL
    )
    said = {each for each in _otherwise(word) if source.words[each] > source.words[word]}
    return bool(is_odd) and said == {quoted.text.lower()}


def _is_scanned(source: Source) -> bool:
    odd = (word for word in source.words if _IMPOSSIBLE.fullmatch(word))
    return sum(any(source.words[each] for each in _otherwise(word)) for word in odd) >= SCANNED


def _otherwise(word: str) -> Iterator[str]:
    places = list(_PLACE.finditer(word))[: 2 * MOST_MISREAD]
    choices = [(place[0], *_READ_AS[place[0]]) for place in places]
    edges = [0, *(edge for place in places for edge in place.span()), len(word)]
    between = [word[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    for chosen in product(*choices):
        misread = sum(now != place[0] for now, place in zip(chosen, places, strict=True))
        if 0 < misread <= MOST_MISREAD:
            yield "".join(piece for pair in zip(between, (*chosen, ""), strict=True) for piece in pair)
