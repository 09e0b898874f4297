"""Canada: neutral citations, CanLII, reports, statutes, constitution; in both languages."""

from typing import Final

from elenchus.library.citing.form import DASH, Form, Names, form
from elenchus.library.citing.values import Kind, Parts

NEUTRAL_SOURCE: Final = "Canadian Citation Committee, A Neutral Citation Standard for Case Law (1999)"
GUIDE: Final = "Canadian Guide to Uniform Legal Citation, 9th edition"

FRENCH_COURTS: Final = {"CSC": "SCC", "CAF": "FCA", "CF": "FC", "CCI": "TCC", "TCDP": "CHRT", "CACM": "CMAC"}
PROVINCES: Final = "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YK"
COURTS: Final = (
    rf"SCC|FCA|FC|TCC|CHRT|CMAC|{'|'.join(FRENCH_COURTS)}|(?:{PROVINCES})(?:CA|SC|QB|KB|CJ|PC|CS|CQ|TD|SCTD|DC|LA|BR)"
)
COURT_HINTS: Final = tuple(
    f"{court} "
    for court in "SCC CSC CAF FCA FC CF TCC CCI TCDP CHRT CMAC CACM CA SC QB KB CJ PC CS CQ TD DC LA BR".split()
)
REPORTS: Final = Names(("SCR", "FCR", "FC", "Ex CR"), {"RCS": "SCR", "RCF": "FCR", "CF": "FC"})
SERIES: Final = Names("DLR,OR,OAC,CCC,CR,WWR,BCLR,AR,Alta LR,QR,NSR,RFL,CPC,BLR,CBR,NR,APR,RJQ".split(","))

PIN: Final = (
    rf"(?:,? (?:at|aux|au|à) (?:paras?|par)\.? (?P<pin>\d{{1,4}}(?: ?{DASH} ?\d{{1,4}})?)"
    rf"|,? (?:at|à la|aux) (?:pp?\. )?(?P<pin_2>\d{{1,5}}(?: ?{DASH} ?\d{{1,5}})?)(?!\w))?"
)
SECTION: Final = r"(?:,? (?:ss?|arts?)\.? (?P<section>\d{1,4}(?:\.\d{1,3})?)(?P<pin>(?:\(\w{1,4}\)){0,4}))?"
BEFORE: Final = r"(?:(?:[Ss]ections?|ss?\.?) (?P<section>\d{1,3})(?P<pin>(?:\(\w{1,4}\)){0,3}) of the )"


def with_section(act: str, parts: Parts) -> str:
    return f"{act} s {parts['section']}" if "section" in parts else act


def revised(parts: Parts) -> str:
    statutes = parts["code"].replace(".", "").replace(" ", "").replace("LRC", "RSC").replace("LC", "SC")
    chapter = parts["title"].replace("–", "-")
    return with_section(f"{statutes} {parts['year']}, c {chapter}", parts)


FORMS: Final[tuple[Form, ...]] = (
    form(
        "neutral citation",
        Kind.CASE,
        "ca",
        hints=COURT_HINTS,
        pattern=rf"(?P<year>(?:199[89]|20\d\d)) (?P<court>{COURTS}) (?P<number>\d{{1,5}})(?![/,.]\d){PIN}",
        normal=lambda parts: (
            f"{parts['year']} {FRENCH_COURTS.get(parts['court'], parts['court'])} {int(parts['number'])}"
        ),
        source=NEUTRAL_SOURCE,
    ),
    form(
        "CanLII",
        Kind.CASE,
        "ca",
        hints=("CanLII",),
        pattern=rf"(?P<year>(?:1[89]|20)\d\d) CanLII (?P<number>\d{{1,7}})(?: \((?P<court>[A-Z]{{2}} ?[A-Z]{{1,4}}"
        rf"|SCC|CSC)\))?{PIN}",
        normal="{year} CanLII {number}",
        source=GUIDE + ", 3.5",
    ),
    form(
        "Supreme Court Reports and Federal Courts Reports",
        Kind.CASE,
        "ca",
        hints=("]",),
        pattern=rf"\[(?P<year>(?:18|19|20)\d\d)\] (?:(?P<volume>\d) )?(?P<reporter>{REPORTS.pattern}) "
        rf"(?P<page>\d{{1,5}}){PIN}",
        normal=lambda parts: " ".join(
            filter(None, (f"[{parts['year']}]", parts.get("volume"), REPORTS.named(parts["reporter"]), parts["page"]))
        ),
        source=GUIDE + ", 3.6.1",
    ),
    form(
        "reports in series",
        Kind.CASE,
        "ca",
        hints=("d)", "th)"),
        pattern=rf"(?P<volume>\d{{1,3}}) (?P<reporter>{SERIES.pattern}) \((?P<series>2d|3d|4th|5th|6th)\) "
        rf"(?P<page>\d{{1,5}}){PIN}"
        r"(?: \((?P<court>[A-Z][\w. ]{1,20})\))?",
        normal=lambda parts: f"{parts['volume']} {SERIES.named(parts['reporter'])} ({parts['series']}) {parts['page']}",
        source=GUIDE + ", 3.7",
    ),
    form(
        "statutes of Canada and the provinces",
        Kind.STATUTE,
        "ca",
        hints=(", c", ", ch"),
        pattern=r"(?P<code>R\.?S\.?C\.?|S\.?C\.?|L\.?R\.?C\.?|L\.?C\.?|R\.?S\.?O\.?|S\.?O\.?|R\.?S\.?B\.?C\.?"
        r"|S\.?B\.?C\.?|R\.?S\.?A\.?"
        r"|S\.?A\.?|R\.?S\.?N\.?S\.?|R\.?S\.?M\.?|S\.?M\.?|S\.?S\.?),? (?P<year>(?:18|19|20)\d\d),? ch?\.? "
        rf"(?P<title>[A-Z]{DASH}\d{{1,3}}(?:\.\d{{1,2}})?|[A-Z]\.\d{{1,3}}(?:\.\d{{1,2}})?|\d{{1,3}}){SECTION}",
        normal=revised,
        source=GUIDE + ", 2.1",
    ),
    form(
        "federal regulations",
        Kind.REGULATION,
        "ca",
        hints=("SOR/", "DORS/"),
        pattern=rf"(?:SOR|DORS)/(?P<number>\d{{2,4}}{DASH}\d{{1,4}}){SECTION}",
        normal=lambda parts: with_section("SOR/" + parts["number"].replace("–", "-"), parts),
        source=GUIDE + ", 2.5",
    ),
    form(
        "Charter of Rights and Freedoms",
        Kind.CONSTITUTION,
        "ca",
        hints=("Charter", "Charte"),
        pattern=rf"{BEFORE}Canadian Charter of Rights and Freedoms|Canadian Charter of Rights and Freedoms,? s\.? "
        rf"(?P<section_2>\d{{1,2}})",
        normal=lambda parts: f"Canadian Charter s {parts['section']}",
        source=GUIDE + ", 2.2.1",
    ),
    form(
        "Constitution Act",
        Kind.CONSTITUTION,
        "ca",
        hints=("Constitution Act",),
        pattern=rf"{BEFORE}?Constitution Act, (?P<year>1867|1982)(?:, s\.? (?P<section_2>\d{{1,3}}))?",
        normal=lambda parts: with_section(f"Constitution Act {parts['year']}", parts),
        source=GUIDE + ", 2.2",
    ),
)
