"""The European Union and the Council of Europe: ECLI, cases, acts, treaties, Convention applications."""

from typing import Final

from elenchus.library.citing.form import DASH, Form, form, hints_of
from elenchus.library.citing.values import Kind, Parts

ECLI_SOURCE: Final = "Council conclusions 2011/C 127/01, annex, paragraph 1"
CASES_SOURCE: Final = "Court of Justice of the European Union, Method of citing the case-law (ECLI), and case numbers"
ACTS_SOURCE: Final = "Interinstitutional style guide, 1.2.2 and 2.3: numbering of acts, since 2015 year/number"
TREATIES_SOURCE: Final = "Interinstitutional style guide, 3.1; the abbreviations of the official languages"
STRASBOURG_SOURCE: Final = "European Court of Human Rights, Note explaining the mode of citation"

EUROPEAN: Final = {"EU": "eu", "CE": "coe"}
MEMBERS: Final = "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK XX".split()

ARTICLE: Final = r"(?:[Aa]rt(?:icles?|\.|ikel|ículos?|igo|icolo)? ?(?P<section>\d{1,3}[a-z]?)(?!\w)"
BELOW: Final = (
    rf"(?P<pin>(?:(?:\(\w{{1,4}}\)){{1,4}}|(?:\.\d{{1,2}}){{1,3}}|,? (?:Abs\.|paragraph|§|apartado) ?\d{{1,2}})?)"
    rf"(?:{DASH}\d{{1,3}}|(?:,| and| und| et| y) \d{{1,3}}){{0,3}}"
)
ACT: Final = {
    "Regulation": r"[Rr]egulation|[Vv]erordnung|VO|[Rr]èglement|[Rr]eglamento|[Rr]egolamento|[Vv]erordening"
    r"|[Rr]egulamento",
    "Directive": r"[Dd]irective|[Rr]ichtlinie|RL|[Dd]irectiva|[Dd]irettiva|[Rr]ichtlijn|[Dd]iretiva",
    "Decision": r"[Dd]ecision|[Bb]eschluss|[Dd]écision|[Dd]ecisión|[Dd]ecisione|[Bb]esluit|[Dd]ecisão",
}
DOMAIN: Final = r"EU|EC|EEC|EG|EWG|UE|CE|CEE|Euratom|JHA|ECSC"
PRIVACY: Final = "GDPR|RGPD|DSGVO|DS-GVO|AVG"
TREATIES: Final = {
    "TFEU": "TFEU|AEUV|TFUE|VWEU",
    "TEU": "TEU|EUV|TUE|VEU",
    "EC Treaty": "EC Treaty|EC|EGV|TCE",
    "EU Charter": "CFREU|CFR|GRCh|GRC|CDFUE",
    "ECHR": "ECHR|EMRK|CEDH|CESDH|EVRM",
}
TREATY_NAMES: Final = {
    "TFEU": "Treaty on the Functioning of the European Union",
    "TEU": "Treaty on European Union",
    "EU Charter": r"(?:EU )?Charter(?: of Fundamental Rights(?: of the European Union)?)?",
    "ECHR": r"(?:European )?Convention (?:on|for the Protection of) Human Rights(?: and Fundamental Freedoms)?",
}


def _ecli(country: str) -> Form:
    return form(
        f"ECLI of {country}",
        Kind.CASE,
        EUROPEAN.get(country, None if country == "XX" else country.lower()),
        hints=("ECLI:",),
        pattern=rf"ECLI: ?{country}: ?(?P<court>[A-Z0-9]{{1,7}}): ?(?P<year>\d{{4}}): ?"
        r"(?P<number>[A-Z0-9](?:[A-Z0-9.]{0,23}[A-Z0-9])?)(?:, (?:paragraphs?|paras?\.?|points?|Rn\.|apartados?) "
        r"(?P<pin>\d{1,4}))?",
        normal=f"ECLI:{country}:{{court}}:{{year}}:{{number}}",
        source=ECLI_SOURCE,
    )


def _case(parts: Parts) -> str:
    return parts["number"].replace("–", "-")


def _act(name: str, words: str) -> Form:
    return form(
        name.lower(),
        Kind.EU_ACT,
        "eu",
        hints=hints_of(words),
        pattern=rf"{ARTICLE}{BELOW} (?:of |de |du |del |der |des |della |do |da |van )?(?:the |la |le |l'|el |lo )?)?"
        rf"(?:(?:Council|Commission|Implementing|Delegated|Framework) ){{0,3}}(?:{words})"
        rf"(?: \((?:{DOMAIN})(?:, Euratom)?\))?(?: (?:No|Nr|n°|nº|n\.º|n\.|núm\.)\.?)? ?"
        rf"(?P<number>\d{{1,4}}/\d{{1,4}})(?P<domain>/(?:{DOMAIN}))?",
        normal=lambda parts: _numbered_act(name, parts),
        source=ACTS_SOURCE,
    )


def _numbered_act(name: str, parts: Parts) -> str | None:
    """Of its two numbers one is a year, of four figures or of the twentieth century's last fifty."""
    numbers = parts["number"].split("/")
    if not any((len(number) == 4 and number[:2] in {"19", "20"}) or number in LAST_CENTURY for number in numbers):
        return None
    return _provision(f"{name} {parts['number']}", parts)


def _provision(act: str, parts: Parts) -> str:
    return f"{act} art. {parts['section']}" if "section" in parts else act


LAST_CENTURY: Final = {str(year) for year in range(58, 100)}


def _treaty(name: str, words: str) -> Form:
    named = f"|(?:of|to) (?:the )?(?:{TREATY_NAMES[name]})" if name in TREATY_NAMES else ""
    return form(
        name,
        Kind.TREATY,
        "coe" if name == "ECHR" else "eu",
        hints=(*hints_of(words), "Treaty", "Charter", "Convention"),
        pattern=rf"{ARTICLE}{BELOW}) (?:(?:of the |du |de la |del |der |des )?(?:{words}){named})",
        normal=f"{name} art. {{section}}",
        source=TREATIES_SOURCE,
    )


FORMS: Final = (
    *map(_ecli, [*EUROPEAN, *MEMBERS]),
    form(
        "short ECLI of the Court of Justice",
        Kind.CASE,
        "eu",
        hints=("EU:C:", "EU:T:", "EU:F:"),
        pattern=r"(?<!:)EU:(?P<court>[CTF]):(?P<year>\d{4}):(?P<number>\d{1,5})(?:, (?:paragraphs?|paras?\.?"
        r"|points?) (?P<pin>\d{1,4}))?",
        normal="ECLI:EU:{court}:{year}:{number}",
        source=CASES_SOURCE,
    ),
    form(
        "case before the Court of Justice, the General Court or the Civil Service Tribunal",
        Kind.CASE,
        "eu",
        hints=("C-", "T-", "F-", "C–", "T–", "F–"),
        pattern=r"(?:(?:[Jj]oined )?[Cc]ases?|(?:[Vv]erbundene )?Rechtssachen?|Rs\.|verb\. Rs\.|[Aa]ff(?:aires?"
        r"|\.)(?: jointes)?"
        r"|[Aa]suntos?(?: acumulados)?|[Cc]aus[ae]|[Zz]aak|[Zz]aken|[Pp]rocessos?) "
        rf"(?P<number>[CTF]{DASH}\d{{1,4}}/\d\d)(?P<suffix> (?:P|R|PPU|RENV|RX|DEP|INTP|SA|AJ)(?:\(R\))?)?"
        rf"(?P<joined>(?:(?:,| and| und| et| y| to| bis| à| a) (?:{DASH}|[CTF]{DASH}\d{{1,4}}/\d\d)){{0,9}})",
        normal=_case,
        source=CASES_SOURCE,
    ),
    form(
        "case of the Court of Justice before 1989",
        Kind.CASE,
        "eu",
        hints=("Case", "Rs", "aff", "Aff", "Rechtssache"),
        pattern=r"(?:(?:[Jj]oined )?Cases?|Rechtssache|Rs\.|[Aa]ffaire|[Aa]ff\.) (?P<number>\d{1,3}/(?:5[3-9]"
        r"|[67]\d|8[0-8]))",
        normal="{number}",
        source=CASES_SOURCE,
    ),
    form(
        "European Court Reports",
        Kind.CASE,
        "eu",
        hints=("ECR", "E.C.R.", "Slg", "Rec"),
        pattern=rf"\[?(?P<year>(?:19|20)\d\d)\]?,? (?P<reporter>ECR|E\.C\.R\.)(?:{DASH}SC)? ?(?:"
        rf"(?P<part>II?){DASH})?(?P<page>\d{{1,5}})",
        normal=lambda parts: f"[{parts['year']}] ECR {parts['part'] + '-' if 'part' in parts else ''}{parts['page']}",
        source=CASES_SOURCE,
    ),
    *(_act(name, words) for name, words in ACT.items()),
    form(
        "General Data Protection Regulation",
        Kind.EU_ACT,
        "eu",
        hints=PRIVACY.split("|"),
        pattern=rf"{ARTICLE}{BELOW}) (?:of the |du |del |der )?(?P<title>{PRIVACY})",
        normal="Regulation 2016/679 art. {section}",
        source="Regulation (EU) 2016/679 by the names in use",
    ),
    *(_treaty(name, words) for name, words in TREATIES.items()),
    form(
        "application to the European Court of Human Rights",
        Kind.CASE,
        "coe",
        hints=("pplication", "App", "requête", "req.", "Beschwerde"),
        pattern=r"(?:[Aa]pplications?|[Aa]ppl?\.?|[Rr]equête|Beschwerde) ?(?:[Nn]os?\.?|n°|Nr\.) ?"
        r"(?P<number>\d{1,5}/\d\d)",
        normal="ECHR {number}",
        source=STRASBOURG_SOURCE,
    ),
    form(
        "United Nations Treaty Series",
        Kind.TREATY,
        "int",
        hints=("UNTS", "U.N.T.S.", "U. N. T. S."),
        pattern=r"(?P<volume>\d{1,4}) (?P<reporter>U\. ?N\. ?T\. ?S\.|UNTS) (?P<page>\d{1,5})",
        normal="{volume} UNTS {page}",
        source="OSCOLA, 4th edition, 4.1; The Bluebook, 21st edition, rule 21.4.5",
    ),
)
