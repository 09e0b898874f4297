"""What the rules know of four languages: words that carry no matter, and how each says must, may, must not, need not.

Any other language is read by its words alone, and its duties are not compared.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import Stemmer

from elenchus.core.llm import terms as english


class Mode(StrEnum):
    """What a clause says of an act. `IS` and `IS_NOT` carry no "shall" or "may"."""

    MUST = "must"
    MAY = "may"
    MUST_NOT = "must not"
    NEED_NOT = "need not"
    IS = "is"
    IS_NOT = "is not"


@dataclass(frozen=True)
class Tongue:
    """`modes` are tried in order at each place. `exception` are words that take something out of a rule, `lifting`
    those that make "may" out of "may not … without"."""

    name: str
    small_words: frozenset[str]
    modes: re.Pattern[str]
    negation: re.Pattern[str]
    exception: re.Pattern[str]
    lifting: re.Pattern[str]
    by: re.Pattern[str]  # who acts, in a passive
    roles: frozenset[str]
    verb_last: bool = False

    def terms(self, text: str) -> list[str]:
        """Stems of the words that carry meaning."""
        if self.name == "english":
            return english.terms(text)
        kept = [word for word in english.words(_ELIDED.sub("", text)) if word not in self.small_words]
        stems: list[str] = _stemmer(self.name).stemWords(kept)
        return stems


_ELIDED: Final = re.compile(r"\b(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


def _modes(**by_mode: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?P<{mode}>\b(?:{words})\b)" for mode, words in by_mode.items()), re.IGNORECASE)


_BE: Final = r"(?:is|are|was|were|be|being|been)"
_HAVE: Final = r"(?:has|have|had)"
_LY: Final = r"(?:(?!not\b)\w+ )?"  # "is expressly permitted", and never "is not permitted"
_FREE: Final = r"entitled|permitted|allowed|free to|authori[sz]ed|at liberty"
_BARRED: Final = r"prohibited|forbidden|barred|precluded|prevented|restrained"
_NO_ACT: Final = r"(?<!can )(?<!may )(?<!shall )(?<!must )(?<!to )"  # whoever may prevent something is not forbidden it

ENGLISH: Final = Tongue(
    "english",
    frozenset(
        "the of and to in is that it for on with as by shall may be this any or not a an are from which at such has if "
        "its no must".split()
    ),
    _modes(
        NEED_NOT=rf"need not|needn['’]t|{_BE} not (?:required|obliged|obligated|bound|compelled)(?: to)?|"
        rf"(?:do|does|did) not (?:have|need) to|(?:don|doesn)['’]t (?:have|need) to|"
        rf"(?:under|{_HAVE}) no (?:obligation|duty)|"
        r"not (?:under|have) any (?:obligation|duty)|(?:shall|will|may) not be (?:required|obliged|obligated)(?: to)?",
        MAY=r"(?:nothing|no provision)\b[^.;]{0,80}?\b(?:prevents?|prohibits?|precludes?|restricts?|limits?|stops?)|"
        rf"(?:(?:shall|will) )?{_BE} {_LY}(?:{_FREE})|{_HAVE} the (?:right|option)|(?:may|can|could)(?! not\b)|"
        rf"{_BE} not {_LY}(?:{_BARRED})",
        MUST_NOT=rf"(?:shall|will|may|must) not be {_LY}(?:{_FREE})|"
        rf"(?:shall|may|must|can|could|should) (?:\w+ly )?not|cannot|(?:can|mustn|shan|couldn)['’]t|"
        rf"(?:(?:shall|will) )?{_BE} {_LY}(?:{_BARRED})|{_BE} not {_LY}(?:{_FREE})|{_HAVE} no right|"
        rf"(?:{_NO_ACT})prevents?|prohibits?|forbids?|precludes?|(?:shall|must) refrain|"
        r"(?:neither|no) (?:\w+ ){1,3}(?:shall|may|can|must)",
        MUST=rf"(?:shall|must)(?! not\b)|{_BE} (?:\w+ )?(?:required|obliged|obligated|bound|compelled)(?: to)?|"
        rf"{_HAVE} to|under (?:an?|the) (?:obligation|duty)|{_HAVE} (?:an?|the) (?:obligation|duty)|agrees? to|"
        rf"undertakes? to",
        IS_NOT=r"will (?:\w+ly )?not|won['’]t",
        IS="will(?! not\\b)",
    ),
    _pattern("not", "no", "never", "neither", "none", "nothing", "nobody", r"\w+n['’]t"),
    _pattern(
        "unless", "except(?:ing|ions?)?", "without", "save (?:for|that|as)", "other than",
        "provided(?:,? however,?)? that",
        "but not", "excluding", "subject to", "only(?: if| with| when)?", "until", "before",
        "notwithstanding", "(?<!even )if",
        "where", "when", "in case", "in the event", "upon", "with", "however", "apart from", "does not (?:apply|cover)",
        "requires?", "exempt(?:ed|ion)?",
    ),
    _pattern("only", "requires?", "required", "provided", "with", "if", "unless", "except", "subject to",
             "after", "other than"),
    re.compile(r"\bby (?:the |each |either |any )?(?=\w)", re.IGNORECASE),
    frozenset(
        "tenant lessee landlord lessor buyer purchaser seller vendor supplier customer client licensor licensee "
        "borrower "
        "lender guarantor employer employee company contractor subcontractor consultant agent principal owner manager "
        "discloser recipient assignor assignee franchisor franchisee distributor manufacturer insurer insured "
        "plaintiff "
        "defendant claimant respondent appellant trustee beneficiary bank carrier shareholder director partner "
        "developer "
        "provider user publisher author artist sponsor party parties".split()
    ),
)  # fmt: skip

GERMAN: Final = Tongue(
    "german",
    frozenset(
        "der die das und ist nicht ein eine einer einem einen den dem des zu mit von im in für auf bei nach vor bis "
        "oder als "
        "wird werden hat haben kann können darf dürfen muss müssen soll sollen sind sich nur erst auch aus an am zum "
        "zur "
        "durch ohne über es er sie wenn diese dieser dieses so dass kein keine innerhalb sein".split()
    ),
    _modes(
        NEED_NOT=r"(?:muss|müssen|braucht|brauchen)\b[^.;,]{0,120}?\bnicht|nicht verpflichtet|keine (?:Pflicht|"
        r"Verpflichtung)",
        MUST_NOT=r"(?:darf|dürfen|kann|können)\b[^.;,]{0,120}?\b(?:nicht(?! nur)|kein\w*)|nicht berechtigt|(?:ist|"
        r"sind) untersagt|verboten",
        MAY=r"darf|dürfen|kann|können|(?:ist|sind)\b[^.;,]{0,60}?\bberechtigt|hat das Recht",
        MUST=r"muss|müssen|soll|sollen|(?:ist|sind)\b[^.;,]{0,60}?\bverpflichtet|(?:hat|"
        r"haben)\b(?=[^.;,]{0,120}? zu )|verpflichtet sich",
    ),
    _pattern("nicht", r"kein\w*", "nie", "niemals"),
    _pattern("es sei denn", "außer", "ausser", "ohne", "sofern", "soweit", "wenn", "falls", "nur", "erst",
             "vorbehaltlich",
             "ausgenommen", "bis", "vor", "mit", "bei", "jedoch"),
    _pattern("nur", "erst", "mit", "wenn", "sofern", "nach"),
    re.compile(r"\b(?:von|durch) (?:de[mnr] |die |das )?(?=\w)", re.IGNORECASE),
    frozenset(
        "mieter vermieter käufer verkäufer arbeitgeber arbeitnehmer auftraggeber auftragnehmer lieferant kunde "
        "besteller "
        "lizenzgeber lizenznehmer darlehensgeber darlehensnehmer bürge gläubiger schuldner unternehmer verbraucher "
        "kläger beklagte beklagter pächter verpächter dienstleister gesellschaft parteien partei".split()
    ),
    verb_last=True,
)  # fmt: skip

FRENCH: Final = Tongue(
    "french",
    frozenset(
        "le la les de des du un une et est à au aux en dans par pour sur ne pas que qui il elle ils ce cette ces son "
        "sa ses se "
        "ou avec sans plus peut doit sont être tenu après avant tout toute si cas".split()
    ),
    _modes(
        NEED_NOT=r"n['’]est pas (?:tenue?|obligée?)|n['’]a pas (?:à|l['’]obligation)|ne sont pas tenus",
        MAY=r"ne peu(?:t|vent)\b(?!\s+pas)(?=[^.;]{0,80}\bqu['’e])|(?<!ne )peu(?:t|vent)|a le droit|est (?:en droit|"
        r"autorisée?|libre)",
        MUST_NOT=r"ne (?:peu(?:t|vent)|doi(?:t|vent)|saurait)(?: pas)?|n['’]a pas le droit|n['’]est pas autorisée?|"
        r"(?:est|sont) interdit\w*",
        MUST=r"doi(?:t|vent)|est (?:tenue?|obligée?)|s['’]engage|s['’]oblige|est tenu",
    ),
    _pattern("ne", r"n['’]\w+", r"aucun\w*", "jamais", "ni"),
    _pattern("sauf", "sans", "à moins", "excepté", "hormis", "sous réserve", r"si(?:non)?",
             "en cas", r"qu['’]avec", "seulement",
             "avant", "avec", "lorsque"),
    _pattern("seulement", r"qu['’]\w+", "que", "avec", "si", "sauf", "après"),
    re.compile(r"\bpar (?:le |la |les |l['’])?(?=\w)", re.IGNORECASE),
    frozenset(
        "prestataire client bailleur preneur locataire vendeur acheteur acquéreur employeur salarié fournisseur "
        "emprunteur "
        "prêteur garant caution licencié concédant mandant mandataire société demandeur défendeur parties "
        "partie".split()
    ),
)  # fmt: skip

SPANISH: Final = Tongue(
    "spanish",
    frozenset(
        "el la los las de del un una y es a al en por para con sin que se no su sus o lo como más este esta puede "
        "podrá debe "
        "deberá antes después dentro cada ha ser son si cuando".split()
    ),
    _modes(
        NEED_NOT=r"no (?:está|están) obligad\w+|no tiene (?:obligación|que)|sin obligación",
        MUST_NOT=r"no (?:se )?(?:puede|pueden|podrá|podrán|debe|deben|deberá|deberán)|(?:está|queda) prohibid\w+|"
        r"no tiene derecho",
        MAY=r"(?:puede|pueden|podrá|podrán)|tiene derecho|está (?:autorizad|facultad)\w+",
        MUST=r"(?:debe|deben|deberá|deberán)|(?:está|están) obligad\w+|se obliga|tiene que|se compromete",
    ),
    _pattern("no", "nunca", "jamás", r"ning[uú]n\w*", "ni"),
    _pattern("salvo", "excepto", "sin", "a menos que", "siempre que", "si", "solo", "sólo", "antes", "con",
             "cuando", "en caso"),
    _pattern("solo", "sólo", "solamente", "con", "si", "siempre que", "después"),
    re.compile(r"\bpor (?:el |la |los |las )?(?=\w)", re.IGNORECASE),
    frozenset(
        "arrendador arrendatario comprador vendedor prestador cliente empleador trabajador proveedor prestamista "
        "prestatario "
        "fiador licenciante licenciatario sociedad demandante demandado parte partes".split()
    ),
)  # fmt: skip

TONGUES: Final = (ENGLISH, GERMAN, FRENCH, SPANISH)
_PLAIN: Final = 3  # small words that make a language out; with fewer it stays open


@cache
def _small_words_of_one() -> tuple[tuple[Tongue, frozenset[str]], ...]:
    """Those that no other language of the four has."""
    return tuple(
        (one, one.small_words.difference(*(other.small_words for other in TONGUES if other is not one)))
        for one in TONGUES
    )


def tongue_of(text: str) -> Tongue | None:
    """None when it has too few small words to say."""
    said = english.words(text)
    counts = [(sum(word in own for word in said), one) for one, own in _small_words_of_one()]
    most, best = max(counts, key=lambda each: each[0])
    others = sum(count for count, one in counts if one is not best)
    return best if most >= _PLAIN and most > 2 * others else None
