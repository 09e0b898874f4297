"""France: rulings by their numbers, articles of codes, laws and decrees."""

import re
from typing import Final

from elenchus.library.citing.form import DASH, Form, form, hints_of
from elenchus.library.citing.values import Kind, Parts

COURT_SOURCE: Final = (
    "Cour de cassation, numéro de pourvoi (AA-NN.NNN); SNE, Références, citations et abréviations juridiques"
)
STATE_SOURCE: Final = "Conseil d'État, Vade-mecum sur la rédaction des décisions de la juridiction administrative"
COUNCIL_SOURCE: Final = "Conseil constitutionnel, nature et numéro des décisions"
CODE_SOURCE: Final = "Légifrance, Guide de légistique, 3.4; SNE, Références, citations et abréviations juridiques"

NO_HINTS: Final = ("°", "º", *(f"{no} {digit}" for no in ("no", "nos", "No") for digit in range(10)))
NO: Final = r"(?:[Nn](?:°|º|o|os|°s)\.? ?)"
DAY: Final = r"\d{1,2}(?:er)? (?:[a-zûé]{3,9}|[a-zûé]{3,5}\.) \d{4}"
CHAMBER: Final = (
    r"(?:[Aa]ss\.? ?plén\.|[Aa]ssemblée plénière|[Cc]h(?:\.|ambre) ?(?:mixte|réun\.|[a-z]{5,12})|[Cc]iv(?:\.|ile)"
    r"|[Ss]oc(?:\.|iale)|[Cc]om(?:\.|merciale)"
    r"|[Cc]rim(?:\.|inelle)|[Rr]eq\.)(?: ?(?:[1-3]|1re|1ère|2e|2ème|3e|3ème)(?!\w))?"
)

CODES: Final = {
    "Code civil": r"[Cc]ode civil|C\. ?civ\.",
    "Code pénal": r"[Cc]ode pénal|C\. ?pén\.",
    "Code de commerce": r"[Cc]ode de commerce|C\. ?com\.",
    "Code du travail": r"[Cc]ode du travail|C\. ?trav\.",
    "Code de procédure civile": r"(?:[Nn]ouveau )?[Cc]ode de procédure civile|C\. ?pr\. ?civ\.|NCPC|CPC",
    "Code de procédure pénale": r"[Cc]ode de procédure pénale|C\. ?pr\. ?pén\.|CPP",
    "Code de la consommation": r"[Cc]ode de la consommation|C\. ?consom\.",
    "Code général des impôts": r"[Cc]ode général des impôts|CGI",
    "Code de la propriété intellectuelle": r"[Cc]ode de la propriété intellectuelle|CPI",
    "Code monétaire et financier": r"[Cc]ode monétaire et financier|C\. ?mon\. ?fin\.",
    "Code de la santé publique": r"[Cc]ode de la santé publique|CSP",
    "Code de la sécurité sociale": r"[Cc]ode de la sécurité sociale|CSS",
    "Code des assurances": r"[Cc]ode des assurances|C\. ?assur\.",
    "Code de l'environnement": r"[Cc]ode de l'environnement|C\. ?envir\.",
    "Code de l'urbanisme": r"[Cc]ode de l'urbanisme|C\. ?urb\.",
    "Code de la construction et de l'habitation": r"[Cc]ode de la construction et de l'habitation|CCH",
    "Code de justice administrative": r"[Cc]ode de justice administrative|CJA",
    "Code général des collectivités territoriales": r"[Cc]ode général des collectivités territoriales|CGCT",
    "Code de la commande publique": r"[Cc]ode de la commande publique|CCP",
    "Code de la route": r"[Cc]ode de la route|C\. ?route",
    "Code de l'organisation judiciaire": r"[Cc]ode de l'organisation judiciaire|COJ",
    "Code des procédures civiles d'exécution": r"[Cc]ode des procédures civiles d'exécution|CPCE",
    "Constitution du 4 octobre 1958": r"[Cc]onstitution du 4 octobre 1958",
}
SECTION: Final = rf"(?:[LRDA]\.? ?\*? ?)?\d{{1,4}}(?:{DASH}\d{{1,4}}){{0,4}}(?: (?:bis|ter|quater))?"
ARTICLES: Final = rf"[Aa]rt(?:icles?|s?\.) ?(?P<section>{SECTION})(?P<also>(?:(?:,| et| à| ou) {SECTION}){{0,5}})"
SUBDIVISION: Final = r"(?P<pin>,? (?:alinéas?|al\.) ?\d{1,2}|, (?:I{1,3}|IV|VI{0,3})(?=,| )(?:, \d{1,2}°)?)?"


def article_of(code: str, parts: Parts) -> str:
    """L. 121-1, L 121-1 and L121-1 are one article."""
    section = re.sub(r"[.\s]|\*", "", parts["section"]).replace("–", "-")
    return f"{code} art. {section}"


def _code(name: str, words: str) -> tuple[Form, Form]:
    kind = Kind.CONSTITUTION if name.startswith("Constitution") else Kind.STATUTE
    hints = hints_of(words)
    return (
        form(
            name,
            kind,
            "fr",
            hints=hints,
            pattern=rf"{ARTICLES}{SUBDIVISION},? (?:du |de la )?(?P<code>(?:{words}))",
            normal=lambda parts: article_of(name, parts),
            source=CODE_SOURCE,
        ),
        form(
            f"{name}, named first",
            kind,
            "fr",
            hints=hints,
            pattern=rf"(?P<code>(?:{words})),? {ARTICLES}{SUBDIVISION}",
            normal=lambda parts: article_of(name, parts),
            source=CODE_SOURCE,
        ),
    )


FORMS: Final[tuple[Form, ...]] = (
    form(
        "Cour de cassation by the number of the appeal",
        Kind.CASE,
        "fr",
        hints=NO_HINTS,
        pattern=rf"(?:(?:Cass\.?|Cour de cassation),? ?)?(?:(?P<court>{CHAMBER}),? )?(?:(?P<date>{DAY}),? )?"
        rf"(?:[Pp]ourvois? )?{NO}"
        rf"(?P<number>\d\d{DASH}\d\d\.\d{{3}})",
        normal=lambda parts: f"Cass. {parts['number'].replace('–', '-')}",
        source=COURT_SOURCE,
    ),
    form(
        "Conseil d'État",
        Kind.CASE,
        "fr",
        hints=("CE", "Conseil d'"),
        pattern=rf"(?:CE|Conseil d'[ÉE]tat),? (?:(?P<court>[Aa]ss(?:\.|emblée)|[Ss]ect(?:\.|ion)"
        rf"|\d{{1,2}}[a-zè]{{0,3}}(?:[-/ ][^,;]{{1,40}})?),? )?"
        rf"(?P<date>{DAY}),? (?:[^;0-9]{{1,80}}?, ?)?(?:req\. ?)?{NO}(?P<number>\d{{4,6}})",
        normal="CE {number}",
        source=STATE_SOURCE,
    ),
    form(
        "Conseil constitutionnel",
        Kind.CASE,
        "fr",
        hints=NO_HINTS,
        pattern=rf"(?:(?:Cons\. const\.|Conseil constitutionnel|CC),? )?(?:(?P<date>{DAY}),? )?(?:[Dd]écision )?{NO}"
        rf"(?P<number>\d{{2,4}}{DASH}\d{{1,4}}(?:/\d{{1,4}}){{0,5}}) (?P<court>DC|QPC|LP|L|AN|I|FNR|LOM|RIP)(?: du"
        rf" (?P<date_2>{DAY}))?",
        normal=lambda parts: f"Cons. const. {parts['number'].replace('–', '-')} {parts['court']}",
        source=COUNCIL_SOURCE,
    ),
    form(
        "Cour d'appel",
        Kind.CASE,
        "fr",
        hints=("CA ", "CAA ", "TGI ", "TJ ", "TA ", "Cour d'appel"),
        pattern=rf"(?P<court>(?:CA|CAA|TGI|TJ|TA|Cour d'appel de) [A-ZÀÉ][\w-]{{2,24}}),? (?:[^;0-9]{{1,30}}, )?"
        rf"(?P<date>{DAY}),? (?:RG )?{NO}"
        r"(?P<number>\d\d/\d{4,5}|\d\d[A-Z]{2}\d{4,5}|\d{5,7})",
        normal="{court} {number}",
        source=CODE_SOURCE,
    ),
    *(one for name, words in CODES.items() for one in _code(name, words)),
    form(
        "law, decree or ordinance by its number",
        Kind.STATUTE,
        "fr",
        hints=("oi ", "L. ", "écret ", "rdonnance ", "Ord. "),
        pattern=rf"(?:[Aa]rt(?:icles?|\.) ?(?P<section>\d{{1,3}}) de (?:la |l'))?(?P<title>[Ll]oi(?: organique|"
        rf" constitutionnelle)?|[Dd]écret|[Oo]rdonnance) "
        rf"{NO}(?P<number>\d{{2,4}}{DASH}\d{{1,5}})(?: du (?P<date>{DAY}|\d{{1,2}}(?:er)? [a-zûé]{{3,9}}))?",
        normal=lambda parts: numbered(parts),
        source=CODE_SOURCE,
    ),
)


def numbered(parts: Parts) -> str:
    kind = parts["title"].split()[0].capitalize()
    article = f" art. {parts['section']}" if "section" in parts else ""
    return f"{kind} {parts['number'].replace('–', '-')}{article}"
