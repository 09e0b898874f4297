"""The United States beyond case reporters: constitutions, codes, regulations, court rules, session laws."""

import re
from typing import Final

from elenchus.library.citing.form import DASH, SUBSECTION, Form, form
from elenchus.library.citing.states import ABBREVIATIONS, state_of
from elenchus.library.citing.values import Kind, Parts

BLUEBOOK: Final = "The Bluebook, 21st edition, "

SUBSECTIONS: Final = rf"(?P<pin>(?:{SUBSECTION}){{0,7}})"
ET_SEQ: Final = r"(?:,? et\.? seq\.?)?"
SECTION_SIGN: Final = r"(?:§§? ?|[Ss]ec(?:tions?|s?\.) |ss?\. )"
NUMBER: Final = r"\d{1,5}[a-zA-Z]{0,4}(?:(?:[-–] ?|\.)\d{1,4}[a-zA-Z]{0,3}(?!\w|\.\d)){0,3}"
CFR_NUMBER: Final = (
    rf"\d{{1,4}}[a-z]?(?:\.\d{{1,5}}[a-zA-Z]{{0,2}}(?:{DASH} ?\d{{1,4}}[a-zA-Z]{{0,2}}(?!\w|\.\d)){{0,3}}T?)?"
)
MORE: Final = (
    rf"(?P<also>(?:(?:,| and|, and| &| ?{DASH}| to| through) ?(?:§§? ?)?(?:\d{{1,5}}[a-z]{{0,2}}(?:\.\d{{1,5}})?[a-z]?"
    rf"(?:{DASH}\d{{1,4}}[a-z]?)?)(?:\(\w{{1,4}}\)){{0,4}}(?![\w(]|[-–.]\d| [A-Z][\w.& ]{{0,12}}(?:§|\d))){{0,6}})"
)
ROMAN: Final = "[IVXLC]{1,7}"
STATES: Final = "|".join(map(re.escape, sorted(ABBREVIATIONS, key=len, reverse=True)))
DIVISION: Final = (
    rf"(?:art(?:icle|\.) (?P<article>{ROMAN}|\d{{1,2}})|amend(?:ment|s?\.) (?P<amendment>{ROMAN}|\d{{1,2}})|"
    rf"(?P<preamble>pmbl\.|preamble))"
    r"(?:,? (?:§§? ?|sec(?:tion|\.) )(?P<section>\d{1,3}(?:\.\d{1,2})?)(?P<pin>(?:\(\w{1,4}\)){0,3}(?:, cl\."
    r" \d{1,2})?))?"
)

RULES: Final = {
    "Fed. R. Civ. P.": ("Civ(?:il|\\.)", "Civil Procedure", "FRCP"),
    "Fed. R. Crim. P.": ("Crim(?:inal|\\.)", "Criminal Procedure", "FRCrP|FRCrimP"),
    "Fed. R. App. P.": ("App(?:ellate|\\.)", "Appellate Procedure", "FRAP"),
    "Fed. R. Bankr. P.": ("Bankr(?:uptcy|\\.)", "Bankruptcy Procedure", "FRBP"),
    "Fed. R. Evid.": ("Evid(?:ence|\\.)", "Evidence", "FRE"),
}


def section_of(parts: Parts) -> str:
    """A number may be divided by a line's end behind its dash."""
    return parts["section"].replace("–", "-").replace(" ", "")


def federal_section(parts: Parts) -> str:
    """Of "2000cc-2000cc-5", which repeats its number and so is a range, the first; "1320a-7b" is one section."""
    section = section_of(parts)
    first, _, last = section.partition("-")
    number = re.match(r"\d+", first)
    is_range = number is not None and len(number[0]) > 1 and last.startswith(number[0])
    return f"{parts['title']} U.S.C. § {first if is_range else section}"


def constitution(parts: Parts) -> str:
    name = "U.S." if state_of(parts["state"]) == "us" else parts["state"]
    place = (
        f"art. {parts['article']}" if "article" in parts
        else f"amend. {parts['amendment']}" if "amendment" in parts
        else "pmbl."
    )  # fmt: skip
    section = f", § {parts['section']}" if "section" in parts else ""
    return f"{name} Const. {place}{section}"


def _rule(name: str, abbreviated: str, full: str, letters: str) -> Form:
    return form(
        name,
        Kind.RULE,
        "us",
        hints=("Fed", *letters.split("|")),
        pattern=rf"(?:(?:F\.|Fed\.|Federal) ?(?:R\.|Rules?|Rs\.) ?(?:of )?(?:{abbreviated}|{full})(?:,? ?P"
        rf"(?:roc)?\.)?|(?:{letters}))"
        rf"(?: [Rr]ules?)? ?(?P<number>\d{{1,4}}(?:\.\d{{1,2}})?){SUBSECTIONS}"
        rf"|[Rr]ules? (?P<number_2>\d{{1,4}}(?:\.\d{{1,2}})?)(?P<pin_2>(?:\([0-9A-Za-z]{{1,4}}\)){{0,5}}),? (?:of "
        rf"|under )?(?:the )?(?:Federal Rules of {full}|(?:Fed\. ?R\. ?{abbreviated}(?: ?P\.)?))",
        normal=lambda parts: f"{name} {parts['number']}",
        source=BLUEBOOK + "rule 12.9.3",
    )


def regulation(parts: Parts) -> str:
    number = section_of(parts)
    return f"{parts['title']} C.F.R. {'§' if '.' in number and 'part' not in parts else 'pt.'} {number}"


def _code(shape: str, state: str, *, hints: tuple[str, ...], pattern: str, kind: Kind = Kind.STATUTE) -> Form:
    """`shape` is the normal form up to the section."""
    return form(
        shape,
        kind,
        f"us-{state}",
        hints=hints,
        pattern=pattern + SUBSECTIONS,
        normal=lambda parts: f"{shape.format(**parts)} {section_of(parts)}",
        source=BLUEBOOK + "table T1.3",
    )


# those that eyecite does not know
STATE_CODES: Final = (
    _code(
        "{title} Del. C. §",
        "de",
        hints=("Del. C", "Del.C"),
        pattern=rf"(?P<title>\d{{1,2}}) Del\. ?C(?:ode)?\. ?(?:Ann\. )?§§? ?(?P<section>{NUMBER})",
    ),
    _code(
        "Mass. Gen. Laws ch. {title}, §",
        "ma",
        hints=("G.L", "GL", "Gen. Laws"),
        pattern=r"(?:M\.?G\.?L\.?|Mass\. Gen\. Laws(?: Ann\.)?),? ch?\. ?(?P<title>\d{1,3}[A-Z]?),? §§? ?"
        rf"(?P<section>{NUMBER})",
    ),
    _code(
        "N.J. Stat. Ann. §",
        "nj",
        hints=("N.J.",),
        pattern=r"N\.J\. ?(?:S\.A\.|Stat\. Ann\.)(?: §)? ?"
        rf"(?P<section>\d{{1,2}}[A-Z]?:\d{{1,3}}[A-Z]?(?:{DASH}\d{{1,4}}(?:\.\d{{1,3}})?)?)",
    ),
    _code(
        "{title} Pa. C.S. §",
        "pa",
        hints=("Pa. C", "Pa.C"),
        pattern=r"(?P<title>\d{1,2}) Pa\. ?(?:C\. ?S\. ?(?:A\.)?|Cons\. Stat\.(?: Ann\.)?) ?§§? ?"
        rf"(?P<section>{NUMBER})",
    ),
    _code(
        "{title} ILCS",
        "il",
        hints=("ILCS", "Ill. Comp. Stat"),
        pattern=r"(?P<title>\d{1,3}) (?:ILCS|Ill\. Comp\. Stat\.(?: Ann\.)?) "
        rf"(?P<section>\d{{1,4}}/\d{{1,4}}[A-Z]?(?:{DASH}\d{{1,4}}(?:\.\d{{1,2}})?)?)",
    ),
    _code(
        "N.Y. Comp. Codes R. & Regs. tit. {title}, §",
        "ny",
        hints=("N.Y. Comp",),
        pattern=rf"N\.Y\. Comp\. Codes R\. & Regs\. tit\. (?P<title>\d{{1,2}}),? §§? ?(?P<section>{NUMBER})",
        kind=Kind.REGULATION,
    ),
)

FORMS: Final[tuple[Form, ...]] = (
    form(
        "constitution",
        Kind.CONSTITUTION,
        lambda parts: state_of(parts["state"]),
        hints=("Const", "CONST"),
        pattern=rf"(?P<state>U\. ?S\.|US|United States|{STATES}) (?:Const\.|CONST\.|Constitution),? {DIVISION}",
        normal=constitution,
        source=BLUEBOOK + "rule 11",
    ),
    form(
        "article of the constitution",
        Kind.CONSTITUTION,
        "us",
        hints=("Const",),
        pattern=rf"Art(?:icle|\.) (?P<article>{ROMAN})(?:,? (?:§§? ?|[Ss]ec(?:tion|\.) )(?P<section>\d{{1,2}})"
        rf"(?P<pin>(?:, (?:cl\.|[Cc]lause) \d{{1,2}})?))?,? "
        r"of the (?P<state>U\. ?S\.|United States) Constitution",
        normal=constitution,
        source=BLUEBOOK + "rule 11",
    ),
    form(
        "United States Code",
        Kind.STATUTE,
        "us",
        hints=("U.S.C", "USC", "U. S. C"),
        pattern=rf"(?P<title>\d{{1,2}}) (?P<code>U\. ?S\. ?C\. ?(?:A\.|S\.)?|USC[AS]?),? ?(?:app\."
        rf" )?{SECTION_SIGN}?(?P<section>{NUMBER}){SUBSECTIONS}{MORE}{ET_SEQ}",
        normal=federal_section,
        source=BLUEBOOK + "rule 12.3",
    ),
    form(
        "United States Code in words",
        Kind.STATUTE,
        "us",
        hints=("United States Code",),
        pattern=rf"Title (?P<title>\d{{1,2}}),? (?:of the )?United States Code,? {SECTION_SIGN}"
        rf"(?P<section>{NUMBER}){SUBSECTIONS}{ET_SEQ}",
        normal=federal_section,
        source="Manual of the Department of Justice, form of indictments",
    ),
    form(
        "Internal Revenue Code",
        Kind.STATUTE,
        "us",
        hints=("I.R.C", "IRC", "Internal Revenue Code"),
        pattern=rf"(?:I\.R\.C\.|IRC|Internal Revenue Code(?: of 19(?:54|86))?),? {SECTION_SIGN}"
        rf"(?P<section>{NUMBER}){SUBSECTIONS}"
        rf"|[Ss]ections? (?P<section_2>{NUMBER})(?P<pin_2>(?:\([0-9A-Za-z]{{1,5}}\)){{0,6}}) of the (?:U\.S\."
        rf" )?Internal Revenue Code(?: of 19(?:54|86))?",
        normal=lambda parts: f"26 U.S.C. § {parts['section']}",
        source=BLUEBOOK + "rule 12.9.1",
    ),
    form(
        "Code of Federal Regulations",
        Kind.REGULATION,
        "us",
        hints=("C.F.R", "CFR", "C. F. R"),
        pattern=rf"(?P<title>\d{{1,2}}) (?:C\. ?F\. ?R\.|CFR),? ?(?:(?P<part>[Pp]arts?|pts?\.) |{SECTION_SIGN})?"
        rf"(?P<section>{CFR_NUMBER}){SUBSECTIONS}{MORE}{ET_SEQ}",
        normal=regulation,
        source=BLUEBOOK + "rule 14.2",
    ),
    form(
        "Code of Federal Regulations in words",
        Kind.REGULATION,
        "us",
        hints=("Code of Federal Regulations",),
        pattern=rf"Title (?P<title>\d{{1,2}}),? (?:of the )?Code of Federal Regulations,? (?:(?P<part>[Pp]arts?) "
        rf"|{SECTION_SIGN})(?P<section>{CFR_NUMBER}){SUBSECTIONS}",
        normal=regulation,
        source=BLUEBOOK + "rule 14.2",
    ),
    form(
        "Treasury regulations",
        Kind.REGULATION,
        "us",
        hints=("Treas. Reg", "Treasury Reg"),
        pattern=rf"(?:Temp\. )?Treas(?:\.|ury) Reg(?:\.|ulations?)(?: [Ss]ections?)? ?(?:§§? ?)?"
        rf"(?P<section>{CFR_NUMBER}){SUBSECTIONS}",
        normal=lambda parts: regulation(parts | {"title": "26"}),
        source=BLUEBOOK + "rule 14.5.1",
    ),
    form(
        "Federal Register",
        Kind.REGULATION,
        "us",
        hints=("Fed. Reg.", "Fed.Reg.", " FR "),
        pattern=r"(?P<volume>\d{1,2}) (?P<reporter>Fed\. ?Reg\.|FR) (?P<page>\d{1,3},\d{3}|\d{1,6})(?![\d/])(?:, "
        r"(?P<pin>\d{1,3},\d{3}|\d{4,6})(?!\d))?"
        r"(?: \((?P<date>(?:[A-Z][a-z]{2,8}\.? \d{1,2}, )?(?P<year>(?:19|20)\d\d))\))?",
        normal=lambda parts: f"{parts['volume']} Fed. Reg. {parts['page'].replace(',', '')}",
        source=BLUEBOOK + "rule 14.2",
    ),
    form(
        "Statutes at Large",
        Kind.STATUTE,
        "us",
        hints=(" Stat. ",),
        pattern=r"(?P<volume>\d{1,3}) (?P<reporter>Stat\.) (?P<page>\d{1,4})(?:, (?P<pin>\d{1,4}(?:[-–]\d{1,4})?)"
        r"(?=[ ;.)]))?(?: \((?P<year>\d{4})\))?",
        normal="{volume} Stat. {page}",
        source=BLUEBOOK + "rule 12.4",
    ),
    form(
        "public law",
        Kind.STATUTE,
        "us",
        hints=("Pub. L", "Pub.L", "Public Law", "P.L. "),
        pattern=rf"(?:Pub\. ?L\.|Public Law|P\.L\.)(?: No\.| Number)? ?(?P<number>\d{{2,3}}{DASH}\d{{1,4}})(?:, §"
        rf" ?(?P<section>\d{{1,5}}[A-Z]?){SUBSECTIONS})?",
        normal=lambda parts: (
            f"Pub. L. {parts['number'].replace('–', '-')}" + (f" § {parts['section']}" if "section" in parts else "")
        ),
        source=BLUEBOOK + "rule 12.4",
    ),
    *(_rule(name, *words) for name, words in RULES.items()),
    form(
        "rules of the Supreme Court",
        Kind.RULE,
        "us",
        hints=("Sup. Ct. R.", "S. Ct. R.", "Supreme Court Rule"),
        pattern=rf"(?:Sup\. Ct\. R\.|S\. Ct\. R\.|Supreme Court Rule) (?P<number>\d{{1,2}}"
        rf"(?:\.\d{{1,2}})?){SUBSECTIONS}",
        normal="Sup. Ct. R. {number}",
        source=BLUEBOOK + "rule 12.9.3",
    ),
    *STATE_CODES,
)
