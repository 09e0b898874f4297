"""Spain: rulings by number, ROJ and repertory; laws and decrees; articles of codes and of the Constitution."""

from typing import Final

from elenchus.library.citing.form import Form, form, hints_of
from elenchus.library.citing.values import Kind, Parts

RULING_SOURCE: Final = "CENDOJ, Identificadores ROJ y ECLI; Tribunal Constitucional, forma de cita de sus resoluciones"
LAW_SOURCE: Final = (
    "Directrices de técnica normativa (Acuerdo del Consejo de Ministros de 22 de julio de 2005), 73 to 77"
)

NO: Final = r"(?:(?:n\.?º|n°|núm\.|n\.o|número) ?)?"
DAY: Final = r"\d{1,2} de [a-z]{4,10}(?: de \d{4})?"
BOOKS: Final = {
    "Código Civil": r"[Cc]ódigo [Cc]ivil|CC|C\.[Cc]\.",
    "Código Penal": r"[Cc]ódigo [Pp]enal|CP",
    "Código de Comercio": r"[Cc]ódigo de [Cc]omercio|C\.?[Cc]om\.?",
    "Ley de Enjuiciamiento Civil": r"[Ll]ey de [Ee]njuiciamiento [Cc]ivil|LEC",
    "Ley de Enjuiciamiento Criminal": r"[Ll]ey de [Ee]njuiciamiento [Cc]riminal|LECrim|LECr",
    "Ley Orgánica del Poder Judicial": r"[Ll]ey [Oo]rgánica del [Pp]oder [Jj]udicial|LOPJ",
    "Estatuto de los Trabajadores": r"[Ee]statuto de los [Tt]rabajadores|ET",
    "Ley de Sociedades de Capital": r"[Ll]ey de [Ss]ociedades de [Cc]apital|LSC",
    "Ley General Tributaria": r"[Ll]ey [Gg]eneral [Tt]ributaria|LGT",
    "Ley Hipotecaria": r"[Ll]ey [Hh]ipotecaria|LH",
    "Ley de Arrendamientos Urbanos": r"[Ll]ey de [Aa]rrendamientos [Uu]rbanos|LAU",
    "Ley de la Jurisdicción Contencioso-administrativa": r"LJCA",
    "Constitución Española": r"[Cc]onstitución(?: [Ee]spañola)?|CE",
}
ARTICLE: Final = (
    r"[Aa]rt(?:ículos?|s?\.) ?(?P<section>\d{1,4}(?: (?:bis|ter|quáter))?)"
    r"(?P<pin>(?:\.\d{1,2}\.?[ªº]?){0,3}(?: ?[a-z]\))?)"
    r"(?P<also>(?:(?:,| y| a| e) \d{1,4}(?:\.\d{1,2}){0,2}){0,5})"
)
TITLES: Final = {
    "LO": "Ley Orgánica",
    "L.O.": "Ley Orgánica",
    "RD": "Real Decreto",
    "R.D.": "Real Decreto",
    "RDL": "Real Decreto-ley",
    "RDLeg": "Real Decreto Legislativo",
}


def _book(name: str, words: str) -> Form:
    return form(
        name,
        Kind.CONSTITUTION if name.startswith("Constitución") else Kind.STATUTE,
        "es",
        hints=hints_of(words),
        pattern=rf"{ARTICLE},? (?:de la |de el |del |de los )?(?P<code>{words})",
        normal=f"{name} art. {{section}}",
        source=LAW_SOURCE,
    )


def numbered(parts: Parts) -> str:
    title = (
        TITLES.get(parts["title"], parts["title"])
        .replace("Decreto-Ley", "Decreto-ley")
        .replace("legislativo", "Legislativo")
    )
    article = f" art. {parts['section']}" if "section" in parts else ""
    return f"{title} {parts['number']}{article}"


FORMS: Final[tuple[Form, ...]] = (
    form(
        "ruling by its number",
        Kind.CASE,
        "es",
        hints=("STS", "STC", "ATS", "ATC", "SAN", "SAP", "SSTS", "SSTC"),
        pattern=r"(?P<court>S?STS|S?STC|ATS|ATC|SAN|STSJ|SAP)(?P<seat>(?: (?:de"
        r" )?[A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,20}){0,3})(?:,? ?\(?(?:Sala )?[^();/]{1,30}\))?,? "
        rf"{NO}(?P<number>\d{{1,5}}/\d{{4}})(?:,? de (?P<date>{DAY}))?(?:,? (?:FJ|F\.J\.) ?(?P<pin>\d{{1,2}}))?",
        normal=lambda parts: " ".join(
            filter(None, (parts["court"].replace("SS", "S"), parts.get("seat"), parts["number"]))
        ),
        source=RULING_SOURCE,
    ),
    form(
        "ROJ",
        Kind.CASE,
        "es",
        hints=("ROJ", "Roj"),
        pattern=r"(?:ROJ|Roj):? (?P<court>[A-Z]{2,5}(?: [A-Z]{1,3})?) (?P<number>\d{1,6}/\d{4})",
        normal="ROJ {court} {number}",
        source=RULING_SOURCE,
    ),
    form(
        "Aranzadi repertory",
        Kind.CASE,
        "es",
        hints=("RJ", "RTC", "AC ", "JUR"),
        pattern=r"(?P<reporter>RJ|RTC|JUR) ?(?P<year>(?:19|20)\d\d)[/\\] ?(?P<number>\d{1,6})",
        normal="{reporter} {year}/{number}",
        source="Aranzadi, marginal de jurisprudencia",
    ),
    form(
        "law or decree by its number",
        Kind.STATUTE,
        "es",
        hints=("Ley ", "LO ", "L.O. ", "Decreto", "RD", "R.D."),
        pattern=rf"(?:{ARTICLE} (?:de la |del |de el ))?"
        r"(?P<title>Ley Orgánica|Ley|L\.O\.|LO|Real Decreto [Ll]egislativo|Real Decreto-[Ll]ey|Real Decreto|R\.D\."
        r"|RDLeg|RDL|RD) "
        rf"{NO}(?P<number>\d{{1,4}}/(?:19|20)\d\d)(?:, de (?P<date>{DAY}))?",
        normal=lambda parts: numbered(parts),
        source=LAW_SOURCE,
    ),
    *(_book(name, words) for name, words in BOOKS.items()),
)
