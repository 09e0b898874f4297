"""The usual words of risks, in English legal prose, and what to check where they stand."""

import re
from dataclasses import dataclass

from elenchus.library.analysing.models import AnalysisType
from elenchus.library.analysing.rules.cues import any_of
from elenchus.library.analysing.schemas import Severity


@dataclass(frozen=True, slots=True)
class RiskCue:
    kind: str
    severity: Severity
    sentence: re.Pattern[str]
    check: str


def _risk(kind: str, severity: Severity, check: str, *sentence: str) -> RiskCue:
    return RiskCue(kind, severity, any_of(*sentence), check)


RISKS = (
    _risk(
        "unlimited_liability",
        "high",
        "whether a cap can be agreed",
        r"unlimited liability",
        r"without (?:any )?limit(?:ation)? (?:of|on|as to) (?:\w+ )?(?:liability|amount)",
        r"liability (?:\w+ ){0,4}(?:shall|will) (?:not be limited|be unlimited)",
    ),
    _risk(
        "penalty",
        "high",
        "the amount, and whether it would be upheld",
        r"liquidated damages",
        r"(?:contractual |late )?penalt(?:y|ies) of",
        r"shall forfeit",
        r"forfeiture of",
    ),
    _risk(
        "broad_indemnity",
        "high",
        "what it covers, for whose fault, and whether it is capped",
        r"indemnif\w+ (?:[\w,]+ ){0,12}(?:any and all|all (?:claims|losses|liabilities|damages))",
    ),
    _risk(
        "immediate_termination",
        "high",
        "what sets it off, and whether there is time to cure",
        r"(?:terminate|cancel)\w* (?:\w+ ){0,8}(?:immediately|without (?:prior )?notice|with immediate effect)",
        r"immediately terminate",
    ),
    _risk(
        "acceleration",
        "high",
        "what sets it off",
        r"(?:become|declared?) (?:\w+ ){0,4}immediately due and payable",
        r"cross[- ]default",
    ),
    _risk(
        "guarantee",
        "high",
        "who is bound, for how much and for how long",
        r"(?:personal|unconditional|irrevocable) guarant(?:y|ee)",
        r"jointly and severally",
    ),
    _risk(
        "unilateral_change",
        "high",
        "whether notice and a right to leave follow",
        r"may (?:\w+ ){0,5}(?:amend|modify|change|increase) (?:[\w']+ ){0,10}(?:at any time|in its (?:sole|absolute))",
        r"may (?:\w+ ){0,5}(?:amend|modify|change|increase) (?:[\w']+ ){0,10}without (?:prior )?(?:notice|consent)",
    ),
    _risk(
        "waiver_of_rights",
        "medium",
        "which rights are given up",
        r"waives? (?:[\w,]+ ){0,6}(?:right|claim|defen[cs]e|jury)",
        r"jury trial",
    ),
    _risk(
        "sole_discretion",
        "medium",
        "whether a standard such as reasonableness can be agreed",
        r"(?:sole|absolute|unfettered|exclusive) (?:and \w+ )?discretion",
    ),
    _risk(
        "automatic_renewal",
        "medium",
        "by when notice must be given to stop it",
        r"automatically (?:be )?(?:renew|extend)\w*",
    ),
    _risk(
        "termination_for_convenience",
        "medium",
        "whether both sides have it, and what is owed then",
        r"terminat\w+ (?:[\w,]+ ){0,8}(?:for convenience|for any reason|without cause|at any time)",
    ),
    _risk(
        "exclusivity",
        "medium",
        "its scope, territory and time",
        r"exclusive (?:right|licen[cs]e|distributor|supplier|agent|basis)",
        r"shall not (?:\w+ ){0,8}compete",
        r"non-?compet\w+",
    ),
    _risk(
        "perpetual",
        "medium",
        "whether it should end with the agreement",
        r"irrevocabl[ey]",
        r"perpetual\b",
        r"in perpetuity",
    ),
    _risk(
        "no_warranty",
        "medium",
        "what the other side still answers for",
        r"as[- ]is\b",
        r"disclaims? (?:[\w,]+ ){0,6}warrant",
    ),
    _risk("change_of_control", "medium", "whether a sale or merger needs consent", r"change (?:of|in) control"),
    _risk(
        "no_liability",
        "medium",
        "which losses stay with your side",
        r"in no event (?:shall|will)",
        r"shall not be liable",
    ),
    _risk(
        "favoured_terms",
        "medium",
        "what must be matched and who watches it",
        r"most[- ]favou?red",
        r"no less favou?rable than",
    ),
    _risk(
        "late_charge",
        "low",
        "the rate and from when it runs",
        r"(?:late (?:charge|fee|payment)|default interest|interest at (?:the|a) rate)",
    ),
    _risk("strict_time", "low", "the dates, and who keeps them", r"time is of the essence"),
    _risk(
        "consent_needed",
        "low",
        "whether consent may be unreasonably withheld",
        r"without the (?:prior )?(?:written )?consent",
    ),
)
RISKS_OF_LAW = (
    _risk(
        "penalty",
        "high",
        "the elements and the maximum",
        r"guilty of",
        r"civil penalty",
        r"imprison\w+",
        r"liable (?:on|to) (?:\w+ ){0,6}(?:fine|conviction|penalty)",
    ),
    _risk(
        "time_limit",
        "high",
        "when the time runs out",
        r"within \S+ ?(?:\(\d+\) )?(?:days?|months?|years?)",
        r"not later than",
        r"time[- ]barred",
        r"statute of limitations",
    ),
    _risk("waiver", "medium", "whether the point is preserved", r"(?:waived|forfeited|not preserved|conced\w+)"),
    _risk(
        "narrow_holding",
        "medium",
        "whether your facts are within it",
        r"we (?:need not|do not) (?:decide|reach|address)",
        r"limited to (?:the|its) facts",
        r"express no (?:view|opinion)",
    ),
    _risk(
        "disagreement", "medium", "how later decisions have followed it", r"dissent\w*", r"overrul\w+", r"abrogat\w+"
    ),
    _risk(
        "strict_duty",
        "medium",
        "who is meant and from when",
        r"no person (?:shall|may)",
        r"it (?:is|shall be) unlawful",
    ),
)


def risks_for(type_: AnalysisType) -> tuple[RiskCue, ...]:
    of_law = {AnalysisType.CASE_LAW, AnalysisType.STATUTE, AnalysisType.BRIEF}
    return RISKS_OF_LAW if type_ in of_law else RISKS
