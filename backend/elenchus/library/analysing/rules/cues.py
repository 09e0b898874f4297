"""The usual words of clauses, in English legal prose."""

import re
from dataclasses import dataclass

from elenchus.library.analysing.models import AnalysisType


@dataclass(frozen=True, slots=True)
class ClauseCue:
    """`heading` is looked for in titles, `sentence` in prose."""

    kind: str
    heading: re.Pattern[str]
    sentence: re.Pattern[str]


def any_of(*patterns: str) -> re.Pattern[str]:
    """Blanks stand for any white space."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})".replace(" ", r"\s+"), re.I)


def _clause(kind: str, heading: str, *sentence: str) -> ClauseCue:
    return ClauseCue(kind, any_of(heading), any_of(*sentence))


CONTRACT = (
    _clause(
        "governing_law",
        r"governing law|choice of law|applicable law",
        r"governed by(?:,)? (?:and |the |\w+ )*(?:construed|interpreted|law)",
        r"construed in accordance with the laws",
        r"governed by (?:and \w+ (?:under|in accordance with) )?the laws?\b",
    ),
    _clause(
        "disputes",
        r"dispute|arbitration|jurisdiction|venue|forum",
        r"(?:non-)?exclusive jurisdiction",
        r"submits? to the (?:\w+ )?jurisdiction",
        r"(?:settled|resolved) by (?:\w+ )?arbitration",
        r"binding arbitration",
        r"venue (?:shall|for|of)",
    ),
    _clause(
        "term",
        r"(?:initial |lease )?term\b(?! sheet)|duration",
        r"(?:initial )?term of (?:this|the) \w+",
        r"shall (?:commence|begin) on",
        r"(?:continue|remain) in (?:full )?(?:force|effect)",
    ),
    _clause(
        "termination",
        r"terminat|cancellation",
        r"may (?:also )?(?:immediately )?(?:terminate|cancel)",
        r"right to (?:terminate|cancel)",
        r"(?:terminated?|cancel(?:led)?) (?:\w+ ){0,8}(?:upon|by|on|without|with) (?:\w+[ ,-]+){0,8}notice",
    ),
    _clause(
        "renewal",
        r"renewal|extension",
        r"automatically (?:be )?(?:renew|extend)",
        r"renew(?:ed|s)? (?:automatically )?for (?:\w+ )*(?:successive|additional)",
        r"option to (?:renew|extend)",
    ),
    _clause(
        "payment",
        r"payments?\b|fees?\b|rent\b|(?:purchase )?price|compensation|royalt|consideration|invoic|remuneration",
        r"shall pay\b",
        r"agrees? to pay",
        r"(?:due and )?payable (?:within|on|by|in|upon|monthly|quarterly|annually)",
        r"(?:monthly|annual|base) rent",
        r"purchase price (?:shall|is|of)",
    ),
    _clause(
        "liability",
        r"(?:limitation (?:of|on) )?liabilit(?:y|ies)",
        r"in no event (?:shall|will)",
        r"(?:aggregate|total|maximum) liability",
        r"liab(?:le|ility) (?:\w+ ){0,10}(?:not )?exceed",
        r"(?:consequential|indirect|punitive)(?:,| or| and) (?:\w+,? ){0,6}damages",
        r"shall not be liable",
    ),
    _clause("indemnity", r"indemni", r"indemnif\w+(?:,| and| or)", r"indemnify", r"hold harmless"),
    _clause(
        "warranty", r"warrant(?:y|ies)|representations", r"represents? and warrants?", r"warrants? that", r"as[- ]is\b"
    ),
    _clause(
        "confidentiality",
        r"confidential|non-?disclosure|secrecy",
        r"confidential information",
        r"(?:keep|hold|maintain) (?:\w+ ){0,5}(?:confidential|in confidence)",
    ),
    _clause(
        "intellectual_property",
        r"intellectual property|licen[cs]e|ownership|proprietary rights",
        r"grants? (?:to )?(?:\w+ ){0,6}(?:licen[cs]e|right to use)",
        r"intellectual property rights?",
        r"works? made for hire",
    ),
    _clause(
        "assignment",
        r"assign|transfer|sublet",
        r"(?:may|shall) not (?:be )?(?:assign|transfer|sublet)",
        r"(?:assign|transfer)\w* (?:\w+ ){0,10}without (?:\w+ ){0,4}consent",
        r"successors and (?:permitted )?assigns",
    ),
    _clause("change_of_control", r"change (?:of|in) control", r"change (?:of|in) control"),
    _clause(
        "exclusivity",
        r"exclusiv",
        r"exclusive (?:right|licen[cs]e|distributor|supplier|agent|basis|territory)",
        r"exclusively (?:from|to|with|through)",
    ),
    _clause(
        "non_competition",
        r"non-?compet|restrictive covenant",
        r"(?:shall|will|may) not (?:\w+ ){0,8}compete",
        r"non-?compet\w+",
        r"non-?solicit\w+",
    ),
    _clause(
        "insurance", r"insurance", r"(?:maintain|carry|procure|keep) (?:\w+ ){0,8}insurance", r"policy of insurance"
    ),
    _clause(
        "force_majeure",
        r"force majeure|excusable delay",
        r"force majeure",
        r"acts? of god",
        r"beyond (?:its|their|the) (?:\w+ )*control",
    ),
    _clause(
        "audit",
        r"audit|inspection|records",
        r"right to (?:audit|inspect)",
        r"may (?:audit|inspect)",
        r"books and records",
    ),
    _clause(
        "data_protection",
        r"data protection|privacy|personal data",
        r"personal (?:data|information)",
        r"data protection",
    ),
    _clause(
        "notices",
        r"notices?\b",
        r"notices? (?:\w+ ){0,8}(?:shall|must) be (?:given |sent )?(?:in writing|delivered|sent)",
    ),
    _clause(
        "amendment",
        r"amendment|modification|variation|waiver",
        r"(?:amended|modified|varied) (?:only|except) (?:by|in)",
        r"no (?:amendment|modification|waiver)",
    ),
    _clause("entire_agreement", r"entire agreement|integration|merger", r"entire (?:agreement|understanding)"),
)
DECISION = (
    _clause(
        "issue",
        r"issues?\b|questions? presented",
        r"(?:question|issue)s? (?:presented|before (?:us|the court)|is whether|for decision)",
        r"we must decide whether",
    ),
    _clause(
        "holding",
        r"holding|conclusion",
        r"we (?:therefore )?(?:hold|conclude)",
        r"(?:this|the) court (?:holds|finds|concludes)",
        r"accordingly, we",
    ),
    _clause(
        "disposition",
        r"disposition|judgment|order\b",
        r"(?:is|are) (?:hereby )?(?:affirmed|reversed|vacated|remanded|dismissed|granted|denied|allowed)",
        r"we (?:affirm|reverse|vacate|remand)",
        r"appeal (?:is|was) (?:allowed|dismissed)",
        r"it is (?:so )?ordered",
    ),
    _clause(
        "procedural_history",
        r"procedural|proceedings below",
        r"(?:district|trial|lower|superior) court (?:\w+ ){0,4}(?:granted|denied|held|dismissed|entered|found)",
        r"(?:circuit|high) court (?:\w+ ){0,4}(?:granted|denied|held|dismissed|entered|found)",
        r"appeal(?:s|ed)? from",
        r"petition(?:ed|s)? for",
    ),
    _clause(
        "standard_of_review",
        r"standard of review",
        r"review(?:ed)? (?:\w+ ){0,8}(?:de novo|for (?:an )?abuse of discretion|for clear error)",
    ),
    _clause("facts", r"facts?\b|background", r"the (?:undisputed |following )?facts (?:are|were)"),
    _clause("dissent", r"dissent|concurr", r"(?:i|we) (?:respectfully )?dissent", r", (?:dissenting|concurring)\b"),
)
STATUTE = (
    _clause(
        "definition",
        r"definitions?|interpretation",
        r"in this (?:act|section|part|chapter|regulation|article|title)[^.]{0,60}means",
        r"the term [\"“]",
    ),
    _clause(
        "scope",
        r"scope|application\b|applicability",
        r"this (?:act|section|part|chapter|regulation|title) (?:applies|shall apply|does not apply)",
    ),
    _clause(
        "prohibition",
        r"prohibit|unlawful",
        r"no person (?:shall|may)",
        r"it (?:is|shall be) unlawful",
        r"is prohibited",
        r"(?:must|shall) not\b",
    ),
    _clause(
        "duty",
        r"duty|duties|obligations?|requirements?",
        r"(?:every|any|each|a) (?:person|employer|operator|owner|company)[^.;]{0,80}(?:shall|must)\b(?! not)",
    ),
    _clause(
        "exception",
        r"exce?mp|exception",
        r"(?:does|shall) not apply (?:to|if|where|in)",
        r"except (?:as|that|where|when)",
        r"notwithstanding",
    ),
    _clause(
        "enforcement",
        r"enforce|powers?\b|inspection",
        r"(?:commission|authority|secretary|minister|attorney general|court) may\b",
    ),
    _clause(
        "penalty",
        r"penalt|offen[cs]e|sanction|fine",
        r"guilty of",
        r"liable (?:on|to) (?:\w+ ){0,6}(?:fine|imprisonment|penalty|conviction)",
        r"civil penalty",
        r"punish\w+ by",
        r"imprison\w+",
    ),
    _clause(
        "commencement",
        r"commencement|effective date|entry into force",
        r"comes? into (?:force|operation|effect)",
        r"(?:shall )?takes? effect",
        r"shall be effective",
    ),
    _clause(
        "amendment",
        r"amendment|repeal",
        r"is (?:hereby )?(?:amended|repealed)",
        r"are (?:hereby )?(?:amended|repealed)",
    ),
)
BRIEF = (
    _clause("issue", r"issues?\b|questions? presented", r"(?:question|issue)s? (?:presented|is whether)"),
    _clause(
        "facts",
        r"(?:statement of )?(?:the )?facts?\b|background|statement of (?:the )?case",
        r"the (?:undisputed |following )?facts (?:are|were)",
    ),
    _clause(
        "standard_of_review",
        r"(?:legal )?standard|standard of review",
        r"summary judgment is (?:appropriate|proper)",
        r"review(?:ed|s)? (?:\w+ ){0,8}de novo",
    ),
    _clause(
        "argument",
        r"argument|discussion",
        r"(?:plaintiffs?|defendants?|petitioners?) (?:argues?|contends?|submits?|cannot|has failed|failed)",
        r"(?:appellants?|appellees?|respondents?) (?:argues?|contends?|submits?|cannot|has failed|failed)",
    ),
    _clause(
        "relief",
        r"relief|prayer|conclusion|wherefore",
        r"(?:respectfully )?(?:requests?|asks?|urges?|prays?) (?:that )?(?:this|the) (?:honorable )?court",
        r"for (?:the foregoing|these|all these) reasons",
        r"wherefore",
    ),
)
CLAUSES = {
    AnalysisType.CONTRACT: CONTRACT,
    AnalysisType.RISK: CONTRACT,
    AnalysisType.CASE_LAW: DECISION,
    AnalysisType.STATUTE: STATUTE,
    AnalysisType.BRIEF: BRIEF,
}
#: Whoever signs a contract looks for these; that one is missing is worth a look.
EXPECTED = {
    AnalysisType.CONTRACT: (
        "governing_law disputes term termination payment liability confidentiality assignment notices".split()
    ),
    AnalysisType.RISK: "liability indemnity termination insurance force_majeure disputes governing_law".split(),
    AnalysisType.CASE_LAW: "issue holding disposition procedural_history".split(),
    AnalysisType.STATUTE: "definition scope penalty commencement".split(),
    AnalysisType.BRIEF: "issue facts argument relief".split(),
}
