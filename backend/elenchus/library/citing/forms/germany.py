"""Germany: file numbers of the federal courts and, behind a court's name, of all others; collections; provisions."""

import re
from typing import Final

from elenchus.library.citing.form import DASH, Form, form
from elenchus.library.citing.values import Kind, Parts

FILE_SOURCE: Final = "Aktenordnung and the federal courts' lists of register signs (Registerzeichen)"
CITING_SOURCE: Final = "Bundesministerium der Justiz, Handbuch der Rechtsförmlichkeit, 3rd edition, B 4"
REPORTS_SOURCE: Final = "Kirchner, Abkürzungsverzeichnis der Rechtssprache"

COURT_OF: Final = {
    "BGH": "ZR ZB ZA StR StB ARZ ARs BLw AnwZ NotZ KZR KZB KVR KVZ EnZR EnVR RiZ ZVB AK BGs".split(),
    "BVerfG": "BvR BvE BvF BvL BvC BvG BvH BvQ BvB BvN BvM PBvU".split(),
    "BAG": "AZR ABR AZB AZN ABN AZA AS".split(),
}
COURT_BY_REGISTER: Final = {register: court for court, registers in COURT_OF.items() for register in registers}
REGISTERS: Final = "|".join(sorted(COURT_BY_REGISTER, key=len, reverse=True))
SENATE: Final = r"(?:[IVX]{1,5}a?|\d{1,2}|[A-Z])"

PLACED: Final = (
    r"(?:(?:OLG|LG|AG|LAG|ArbG|VG|VGH|OVG|FG|SG|LSG|BayObLG|KG)(?: (?:Berlin|[A-ZÄÖÜ][\wäöüß-]{2,24}"
    r"(?: (?:am|an der|a\.) ?[A-Z][\w.]{1,12})?))?)"
)
COURTS: Final = rf"(?:BGH|BVerfG|BVerwG|BAG|BSG|BFH|BPatG|RG|BayObLG|{PLACED})"
RULING: Final = (
    r"(?:(?:Versäumnis|Teil|Schluss|End|Grund)?[Uu]rteil|Urt\.|U\.|Beschluss|Beschluß|Beschl\.|B\.|Verfügung|Vfg\.)"
)
DAY: Final = r"\d{1,2}\. ?(?:\d{1,2}\.|[A-Z][a-zä]{2,8}\.?) ?(?:\d{4}|\d\d)"
NUMBER: Final = (
    rf"(?:(?:[IVXL]{{1,5}}a?{DASH})?(?:B )?{SENATE} ?[A-Z][A-Za-z]{{0,4}}(?: \([A-Za-z]{{2,6}}\))?"
    rf" \d{{1,5}}[/.]\d\d(?: [A-Z]{{1,2}})?)"
)

PIN: Final = (
    rf"(?:,? (?:Rn|Rz|Rdnr|Tz)\. ?(?P<pin>\d{{1,4}}(?: ?{DASH} ?\d{{1,4}})?(?: ff?\.)?)"
    rf"| ?[(<\[](?P<pin_2>\d{{1,4}}(?: ?{DASH} ?\d{{1,4}})?(?: ff?\.)?)[)>\]]|,? (?P<pin_3>\d{{1,4}}) ?ff?\.)?"
)

CODES: Final = (
    "BGB HGB StGB StPO ZPO InsO VwGO FGO AO BauGB KSchG BetrVG ArbGG GVG FamFG BDSG WEG AktG GmbHG UWG GWB UrhG"
    " MarkenG "
    "PatG ProdHaftG StVG StVO TKG TMG TTDSG TzBfG AGG AGBG EGBGB EStG KStG UStG GewStG UmwG WpHG WpÜG KWG VAG VVG"
    " VwVfG "
    "SGB GewO GBO BGB-InfoV RVG GKG BRAO BNotO EntgFG MuSchG BUrlG ArbZG NachwG MiLoG NetzDG GeschGehG VerbrKrG"
    " PflVG BImSchG"
).split()
# ends in a capital G, O, B or V: GmbHG, VwGO, BGB, BImSchV; a word with a single capital is none
CODE: Final = (
    rf"(?:SGB (?:[IVX]{{1,4}}|\d{{1,2}})|{'|'.join(sorted(CODES, key=len, reverse=True))}"
    rf"|[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{{1,14}}(?:G|GB|O|V))"
)
PART: Final = (
    r"(?:,? ?(?:Abs(?:atz|\.)|S(?:atz|\.)|Nr\.|Nummer|Hs\.|Halbs\.|Alt\.|Var\.|lit\.|Buchst\.|UAbs\.|Unterabs\.) ?"
    r"(?:\d{1,3}[a-z]?|[a-z]{1,2}\)?)|,? (?:[IVX]{1,4}|\d{1,2})(?= ))"
)
PROVISION: Final = (
    rf"(?P<section>\d{{1,4}} ?[a-z]?)(?!\w)(?P<pin>{PART}{{0,5}})"
    rf"(?P<also>(?:(?:,|;| und| u\.| i\. ?V\. ?m\.|{DASH}| bis)(?: §§?)? ?\d{{1,4}} ?[a-z]?"
    rf"(?!\w){PART}{{0,4}}){{0,5}})(?: ?ff?\.)?"
)
BASIC_LAW: Final = "GG|Grundgesetz(?:es)?"


def with_court(court: str, number: str) -> str:
    number = re.sub(r"[‐–]", "-", number)
    return f"{court} {' '.join(number.split())}"


def _provision(code: str, parts: Parts, sign: str) -> str:
    return f"{sign} {parts['section'].replace(' ', '')} {code}"


FORMS: Final[tuple[Form, ...]] = (
    form(
        "file number of a federal court",
        Kind.CASE,
        "de",
        hints=tuple(f"{register} " for register in COURT_BY_REGISTER),
        pattern=rf"(?:(?:BGH|BVerfG|BAG),? (?:{RULING} (?:vom|v\.) {DAY},? ?(?:[-–,] ?)?)?(?:Az\.:? ?)?)?"
        rf"(?P<number>(?:{SENATE} )?(?P<register>{REGISTERS})(?: \([A-Za-z]{{2,6}}\))? \d{{1,5}}/\d\d){PIN}",
        normal=lambda parts: with_court(COURT_BY_REGISTER[parts["register"]], parts["number"]),
        source=FILE_SOURCE,
    ),
    form(
        "ruling of a court with its file number",
        Kind.CASE,
        "de",
        hints=("rteil", "Urt.", "U. v", "eschlu", "Beschl.", "B. v", "Az.", "BVerwG", "BSG", "BFH"),
        pattern=rf"(?P<court>{COURTS})(?: ?\([^()]{{1,30}}\))?,? (?:{RULING} (?:vom|v\.) (?P<date>{DAY}),? ?"
        rf"(?:[-–,] ?)?(?:Az\.:? ?)?|Az\.:? ?)?"
        rf"(?P<number>{NUMBER}){PIN}",
        normal=lambda parts: with_court(parts["court"], parts["number"]),
        source=FILE_SOURCE,
    ),
    form(
        "official collection",
        Kind.CASE,
        "de",
        hints=(
            "BGHZ",
            "BGHSt",
            "BVerfGE",
            "BVerfGK",
            "BVerwGE",
            "BAGE",
            "BSGE",
            "BFHE",
            "RGZ",
            "RGSt",
            "BPatGE",
            "OLGZ",
        ),
        pattern=rf"(?P<reporter>BGHZ|BGHSt|BVerfGE|BVerfGK|BVerwGE|BAGE|BSGE|BFHE|RGZ|RGSt|BPatGE|OLGZ) "
        rf"(?P<volume>\d{{1,3}}), (?P<page>\d{{1,4}})"
        rf"(?!\w)(?:, (?P<pin_4>\d{{1,4}})(?!\w))?{PIN}",
        normal="{reporter} {volume}, {page}",
        source=REPORTS_SOURCE,
    ),
    form(
        "periodical",
        Kind.JOURNAL,
        "de",
        hints=(" 19", " 20"),
        pattern=r"(?P<reporter>NJW-RR|NJW|NZA-RR|NZA|NVwZ-RR|NVwZ|GRUR(?:-RR|-RS)?|MDR|WM|ZIP|JZ|NStZ(?:-RR)?"
        r"|FamRZ|VersR|DB|BB|NZG|NZM|"
        r"NZI|NZBau|MMR|DVBl|DÖV|JuS|DStR|ZUM|StV|wistra|BeckRS|AP|ZInsO|WRP|CR|K&R) (?P<year>(?:19|20)\d\d), "
        r"(?P<page>\d{1,6})"
        rf"(?!\w)(?:, (?P<pin_4>\d{{1,5}})(?!\w))?{PIN}",
        normal="{reporter} {year}, {page}",
        source=REPORTS_SOURCE,
    ),
    form(
        "provision of an act",
        Kind.STATUTE,
        "de",
        hints=("§",),
        pattern=rf"§§? ?{PROVISION} (?:des |der )?(?P<code>{CODE})",
        normal=lambda parts: _provision(parts["code"], parts, "§"),
        source=CITING_SOURCE,
    ),
    form(
        "article of the Basic Law",
        Kind.CONSTITUTION,
        "de",
        hints=("GG", "Grundgesetz"),
        pattern=rf"Art(?:ikel|\.) ?{PROVISION} (?:des |der )?(?P<code>{BASIC_LAW})",
        normal=lambda parts: _provision("GG", parts, "Art."),
        source=CITING_SOURCE,
    ),
    form(
        "article of an introductory act",
        Kind.STATUTE,
        "de",
        hints=("EGBGB", "EGStGB", "EGZPO", "EGHGB"),
        pattern=rf"Art(?:ikel|\.) ?{PROVISION} (?P<code>EG(?:BGB|StGB|ZPO|HGB|GVG|InsO))",
        normal=lambda parts: _provision(parts["code"], parts, "Art."),
        source=CITING_SOURCE,
    ),
    form(
        "federal law gazette",
        Kind.STATUTE,
        "de",
        hints=("BGBl",),
        pattern=r"BGBl\. ?(?P<year>\d{4} )?(?P<volume>II?)(?: (?:S\. )?(?P<page>\d{1,5})|(?:,| "
        r"(?P<year_2>\d{4}),?)? (?:S\. |Nr\. )(?P<number>\d{1,5}))",
        normal=lambda parts: " ".join(
            filter(
                None,
                ("BGBl", parts.get("year"), parts["volume"], parts.get("page") or parts["number"]),
            )
        ),
        source=CITING_SOURCE,
    ),
)
