"""The United Kingdom: neutral citations, law reports, Acts and instruments."""

from typing import Final

from elenchus.library.citing.form import DASH, NOT_A_REPORT, YEAR, Form, Names, form
from elenchus.library.citing.values import Kind, Parts

NEUTRAL_SOURCE: Final = "Practice Direction (Judgments: Form and Citation) [2001] 1 WLR 194 and [2002] 1 WLR 346"
REPORTS_SOURCE: Final = "OSCOLA, 4th edition, 2.1 and appendix 4.2"
ACTS_SOURCE: Final = "OSCOLA, 4th edition, 2.4 and 2.5"

PIN: Final = (
    rf"(?:,? (?:at )?(?P<pin>\[\d{{1,4}}\](?: ?{DASH} ?\[\d{{1,4}}\])?{NOT_A_REPORT}|paras? \d{{1,4}}(?:"
    rf" ?{DASH} ?\d{{1,4}})?))?"
)
PAGE_PIN: Final = (
    rf"(?:,? (?:at )?(?P<pin>\d{{1,5}}(?: ?{DASH} ?\d{{1,5}})?(?: ?[A-H](?:{DASH}[A-H])?)?)(?!\w){NOT_A_REPORT})?"
)

DIVISIONS: Final = "Admin|Admlty|Ch|Comm|Costs|Fam|IPEC|KB|QB|Mercantile|Pat|SCCO|TCC"
CHAMBERS: Final = "AAC|IAC|LC|TCC|TC|GRC|HESC|PC|SEC|B"
COURTS: Final = (
    r"UKSC|UKPC|UKHL|UKUT|UKFTT|UKEAT|EAT|UKIPTrib|UKAIT|EWCA Civ|EWCA Crim|EWCOP|EWFC|EWCC|EWMC|CAT"
    rf"|EWHC(?: (?:{DIVISIONS}))?"
    r"|CSIH|CSOH|HCJAC|HCJ|HCJT|SAC \(?(?:Civ|Crim)\)?|NICA|NIQB|NIKB|NICh|NIFam|NICC|NIMaster"
)

BRACKETED: Final = Names(
    "AC,QB,KB,Ch,Fam,P,WLR,All ER,All ER (Comm),All ER (EC),All ER (D),Lloyd's Rep,BCLC,BCC,Cr App R,Cr App R (S),"
    "ICR,IRLR,FLR,FCR,FSR,RPC,EMLR,STC,HLR,BLR,EGLR,PNLR,Med LR,ELR,CMLR,Env LR,L & TR,Costs LR,Imm AR,INLR,SC,SLT,"
    "SCLR,NI,TCLR,WTLR,ECC,LGR,TLR".split(",")
)
ROUND: Final = Names(
    "App Cas,Ch App,Ch D,QBD,KBD,PD,Ex D,CPD,LR HL,LR QB,LR Ch,LR Eq,LR Ex,LR CP,TLR,LT,Cr App R,Cr App R (S),EHRR,"
    "P & CR,BMLR,Con LR,LGR,HLR,TC,BCLC,Ll L Rep,M & W,Exch,E & B,H & N,Bing,Burr,B & S,My & K".split(",")
)


def neutral(parts: Parts) -> str:
    """The division belongs to it: those of the High Court have counted each for itself."""
    court, _, inside = parts["court"].replace("(", "").replace(")", "").partition(" ")
    if court != "EWHC":
        court, inside = f"{court} {inside}".strip(), ""
    division = parts.get("division") or inside
    return f"[{parts['year']}] {court} {int(parts['number'])}" + (f" ({division})" if division else "")


def report(names: Names, brackets: str) -> Form:
    square = brackets == "[]"
    volume = r"(?:(?P<volume>\d{1,2}) )?" if square else r"(?P<volume>\d{1,3}) "

    def normal(parts: Parts) -> str:
        series = names.named(parts["reporter"])
        return " ".join(
            filter(None, [brackets[0] + parts["year"] + brackets[1], parts.get("volume"), series, parts["page"]])
        )

    return form(
        f"law report, year in {brackets}",
        Kind.CASE,
        "gb",
        hints=["]"] if square else [f") {digit}" for digit in range(10)],
        pattern=rf"\{brackets[0]}(?P<year>{YEAR})\{brackets[1]},? {volume}(?P<reporter>{names.pattern}) "
        rf"(?P<page>\d{{1,5}})(?!/\d){PAGE_PIN}",
        normal=normal,
        source=REPORTS_SOURCE,
    )


FORMS: Final = (
    form(
        "neutral citation",
        Kind.CASE,
        "gb",
        hints=("UK", "EW", "CSIH", "CSOH", "HCJ", "SAC ", "NI", "EAT", "CAT"),
        pattern=rf"\[(?P<year>(?:19|20)\d\d)\] (?P<court>{COURTS}) (?P<number>\d{{1,5}})"
        rf"(?: ?\((?P<division>{DIVISIONS}|{CHAMBERS})\))?{PIN}",
        normal=neutral,
        source=NEUTRAL_SOURCE,
    ),
    report(BRACKETED, "[]"),
    report(ROUND, "()"),
    form(
        "English Reports",
        Kind.CASE,
        "gb",
        hints=(" ER ", " E.R. ", " E. R. "),
        # two letters that mean much else: only behind another report of the case
        pattern=r"(?<=\d[,;] )(?P<volume>1?\d{1,2}) (?P<reporter>E\. ?R\.|ER) (?P<page>\d{1,4})",
        normal="{volume} ER {page}",
        source=REPORTS_SOURCE,
    ),
    form(
        "Act by its short title",
        Kind.STATUTE,
        None,  # all of the Commonwealth names its Acts so
        hints=(" Act 1", " Act 2"),
        pattern=r"(?:(?:[Ss]ections?|ss?\.?) ?(?P<section>\d{1,4}[A-Z]{0,3})(?P<pin>(?:\(\w{1,4}\)){0,4}) (?:of"
        r"|to) (?:the )?)?"
        r"(?P<title>(?!(?:The|UK|U\.K\.|In|Under|By|See|Of|And|An?|This|That|Section|Schedule|Part) )[A-Z][\w'&-]{1,30}"
        r"(?: (?:[A-Z(][\w'&()-]{1,30},?|of|and|(?<!, )the|for|to|in|on|etc\.?)){0,9} Act) "
        rf"(?P<year>{YEAR})"
        r"(?:,? (?:s|ss|section|sections)\.? ?(?P<section_2>\d{1,4}[A-Z]{0,3})(?P<pin_2>(?:\(\w{1,4}\)){0,4}))?",
        normal=lambda parts: act(parts),
        source=ACTS_SOURCE,
    ),
    form(
        "statutory instrument",
        Kind.REGULATION,
        "gb",
        hints=("SI ", "S.I. ", "SSI "),
        pattern=rf"(?P<title>S?SI|S\.S?I\.) (?P<year>{YEAR})(?:/| No\.? )(?P<number>\d{{1,5}})",
        normal=lambda parts: f"{parts['title'].replace('.', '')} {parts['year']}/{parts['number']}",
        source=ACTS_SOURCE,
    ),
)


def act(parts: Parts) -> str:
    return f"{parts['title']} {parts['year']}" + (f" s {parts['section']}" if "section" in parts else "")
