"""Without a language model: what usual words give away, and no word more."""

import pytest

from elenchus.core.ids import new_id
from elenchus.library.analysing.models import AnalysisType
from elenchus.library.analysing.paper import Paper, Passage
from elenchus.library.analysing.rules import captions
from elenchus.library.analysing.rules.captions import is_of_court
from elenchus.library.analysing.rules.dates import days
from elenchus.library.analysing.rules.extracting import _extract
from elenchus.library.analysing.rules.lines import Line
from elenchus.library.analysing.rules.parties import parties
from elenchus.library.analysing.schemas import AnalysisResult
from elenchus.library.quoting.source import Source
from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.values import PageText
from tests.library.analysing.support import LEASE


def paper(text: str, language: str | None = "en") -> Paper:
    pages, at = [], 0
    for number, page in enumerate(text.split("\f"), 1):
        pages.append(PageText(number, page, 612, 792, at, at + len(page)))
        at += len(page) + 1
    passages = [
        Passage(new_id(), one.start_char, one.end_char, one.page_start, one.page_end, one.section, one.text)
        for one in chunk(pages)
    ]
    row = {"_id": new_id(), "generation": 1, "title": "a", "language": language}
    return Paper(row, passages, Source(text.split("\f")))


def extract(text: str, type_: AnalysisType = AnalysisType.CONTRACT) -> AnalysisResult:
    return _extract(paper(text), type_)


class TestContract:
    result = extract(LEASE)

    def test_kind_and_parties(self):
        assert self.result.document_type.text == "A contract: COMMERCIAL LEASE AGREEMENT"
        found = {(party.name, party.role) for party in self.result.parties}
        assert found == {("Harbour Estates Ltd.", "Landlord"), ("Maria Svensson", "Tenant")}

    def test_dates_and_what_happens_on_them(self):
        found = {(str(one.date), one.text.split(":")[0]) for one in self.result.dates}
        assert found == {("2024-03-01", "signature"), ("2024-04-01", "effect"), ("2026-03-31", "expiry")}

    def test_terms(self):
        assert {"Premises", "Landlord", "Tenant"} <= {term.term for term in self.result.key_terms}

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("governing_law", "laws of the State of Maine"),
            ("term", "shall commence on April 1, 2024"),
            ("renewal", "automatically renew"),
            ("payment", "$4,200 per month"),
            ("termination", "may terminate this Lease immediately"),
            ("indemnity", "indemnify and hold harmless"),
        ],
    )
    def test_clauses(self, kind, words):
        assert any(words in clause.text for clause in self.result.clauses if clause.kind == kind)

    def test_risks_by_weight(self):
        found = {(risk.kind, risk.severity) for risk in self.result.risks}
        assert {
            ("broad_indemnity", "high"),
            ("immediate_termination", "high"),
            ("automatic_renewal", "medium"),
        } <= found

    def test_recommendations_are_pointers_to_what_was_found_or_is_missing(self):
        for one in self.result.recommendations:
            assert one.text.startswith("Check ")
            assert bool(one.citations) == (one.basis == "found")
        missing = {one.about for one in self.result.recommendations if one.basis == "missing"}
        assert {"liability", "confidentiality", "disputes"} <= missing
        assert "payment" not in missing

    def test_every_citation_is_a_verified_slice(self):
        whole = paper(LEASE)
        for statements in (self.result.parties, self.result.dates, self.result.clauses, self.result.risks):
            for one in statements:
                assert one.supported
                for citation in one.citations:
                    assert citation.verified
                    assert whole.text[citation.start_char : citation.end_char] == citation.quote

    def test_it_says_what_it_is(self):
        assert "without a language model" in self.result.notes[0]
        assert len(_extract(paper(LEASE, "de"), AnalysisType.CONTRACT).notes) == 2


DECISION = """SUPREME COURT

Ada Miller, Appellant,
v.
Harbour Estates Ltd., Respondent.

Decided June 3, 2019

The district court granted summary judgment for the landlord. The question presented is whether notice by e-mail is
notice in writing under the lease. We hold that it is, because the parties agreed to it. The judgment of the district
court is reversed.
"""
STATUTE = """HARBOUR SAFETY ACT

1. Scope. This Act applies to every port that is open to the public.

2. Prohibition. No person shall moor a vessel without a licence of the harbour authority.

3. Penalties. Whoever moors without a licence is guilty of an offence and liable to a fine of up to $5,000.

4. Commencement. This Act comes into force on 1 July 2020.
"""


class TestOtherTypes:
    def test_a_decision(self):
        result = extract(DECISION, AnalysisType.CASE_LAW)
        kinds = {clause.kind for clause in result.clauses}
        assert {"issue", "holding", "disposition", "procedural_history"} <= kinds
        assert [(one.name, one.role) for one in result.parties] == [
            ("Ada Miller", "Appellant"),
            ("Harbour Estates Ltd.", "Respondent"),
        ]

    def test_a_statute(self):
        result = extract(STATUTE, AnalysisType.STATUTE)
        assert {"scope", "prohibition", "penalty", "commencement"} <= {clause.kind for clause in result.clauses}
        assert [str(one.date) for one in result.dates] == ["2020-07-01"]

    def test_a_general_analysis_takes_the_words_of_the_kind_that_it_finds(self):
        assert "holding" in {clause.kind for clause in extract(DECISION, AnalysisType.GENERAL).clauses}
        assert "payment" in {clause.kind for clause in extract(LEASE, AnalysisType.GENERAL).clauses}

    def test_a_text_that_says_nothing_gets_nothing(self):
        result = extract("The sea was calm and the gulls were quiet on that long morning.", AnalysisType.GENERAL)
        assert (result.parties, result.dates, result.risks, result.key_terms) == ([], [], [], [])
        assert result.recommendations == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("on March 1, 2024 it", "2024-03-01"),
        ("on the 1st day of March, 2024", "2024-03-01"),
        ("on 2024-03-01 it", "2024-03-01"),
        ("am 1. März 2024", "2024-03-01"),
        ("le 1er mars 2024", "2024-03-01"),
        ("el 1 de marzo de 2024", "2024-03-01"),
        ("am 31.12.2023 endet", "2023-12-31"),
        ("Sept. 30, 1999", "1999-09-30"),
    ],
)
def test_ways_to_write_a_day(written, day):
    assert [str(one.day) for one in days([Line(0, len(written), written, None, is_heading=False)])] == [day]


@pytest.mark.parametrize("written", ["June 31, 2024", "Section 3.12.1 of 2024", "in March 2024", "99.99.2024"])
def test_what_is_no_day(written):
    assert days([Line(0, len(written), written, None, is_heading=False)]) == []


@pytest.mark.parametrize(
    ("recital", "names"),
    [
        (
            'between ACME, Inc., a Delaware corporation ("Seller"), and Bob Jones ("Buyer").',
            ["ACME, Inc.", "Bob Jones"],
        ),
        ("This Agreement is made between Alpha GmbH and Beta plc.", ["Alpha GmbH", "Beta plc"]),
        ('between the parties named below. The "Effective Date" is May 1.', []),
        (
            'between Ash Ltd. ("Ash"), an Irish company, and Oak and Elm Holdings LLC ("Oak").',
            ["Ash Ltd.", "Oak and Elm Holdings LLC"],
        ),
        ('by and between Ash Ltd. ("Ash") of 3 Quay Street and Oak plc ("Oak").', ["Ash Ltd.", "Oak plc"]),
        (
            'between Ash Ltd. ("Buyer"), and Oak Company, and Elm Inc., two dealers (together "Sellers").',
            ["Ash Ltd.", "Oak Company", "Elm Inc."],
        ),
        (
            'between Ash Paints (Shanghai) Co Ltd called ("Ash") and Planetary Ltd ("Planet") ("Subcontractor")',
            ["Ash Paints (Shanghai) Co Ltd", "Planetary Ltd"],
        ),
        (
            'is entered into by the City of Elms, Texas, a city ("CE") and Oak Corp. ("Oak")',
            ["City of Elms, Texas", "Oak Corp."],
        ),
        ("Relations between Landlord and Tenant shall be good.", []),
        ('between Ash Ltd. ("Ash"), and ______________ (the "Licensee").', ["Ash Ltd."]),
    ],
)
def test_parties_of_a_recital(recital, names):
    assert [one.name for one in parties(recital)] == names


STACKED = """IN THE COURT OF APPEALS
No. 12-345

ADA MILLER; BEN
MILLER, et al.,
Plaintiffs, Appellants,

v.

JO DOE, in her official capacity as Harbour Master of
the State of Maine,
Defendant, Appellee.
"""
COLUMNS = """IN THE COURT OF APPEALS

ADA MILLER, ) No. 12-345
Appellant, ) Appeal from the Circuit Court of
 ) Quay County, Maine
vs. ) No. 99-1
 )
JO DOE, ) Honorable Eve Judge
Respondent. )
"""
REPORT = "SUPREME COURT\n\nHARBOUR WATER DISTRICT v.\nDOE ET AL.\n\nArgued April 2, 2013\n"
CITING = "SUPERIOR COURT\n\nORDER\n\nThe motion is denied. See\nSmith v. Jones, 1 U.S. 2 (1999).\n"


@pytest.mark.parametrize(
    ("caption", "found"),
    [
        (
            STACKED,
            [
                ("ADA MILLER", "Plaintiffs, Appellants"),
                ("BEN MILLER", "Plaintiffs, Appellants"),
                ("JO DOE", "Defendant, Appellee"),
            ],
        ),
        (COLUMNS, []),
        (REPORT, [("HARBOUR WATER DISTRICT", None), ("DOE", None)]),
        (CITING, []),
        (CITING.replace("See\n", "See\nADA v. BEN 7\n"), []),
    ],
    ids=["stacked", "in columns that ran together", "of a report", "a case that is cited", "one cited in capitals"],
)
def test_parties_of_a_caption(caption, found):
    assert is_of_court(caption)
    assert [(one.name, one.role) for one in captions.parties(caption)] == found


@pytest.mark.parametrize(
    ("sentence", "event"),
    [
        ("This Agreement is made and entered into as of May 1, 2019 by and between them.", "signature"),
        ("AGREEMENT dated as of May 1, 2019, between the two.", "signature"),
        ("Executed on May 1, 2019 in Oakland.", "signature"),
        ("It supersedes the Confidentiality Agreement dated as of May 1, 2019.", None),
        ("This Agreement is made under the Charter dated May 1, 2019.", None),
        ("The term shall commence on May 1, 2019.", "effect"),
        ("It shall remain in force until May 1, 2019.", "expiry"),
        ("It ends with the earlier of (i) May 1, 2019 and (ii) the sale.", None),
        ("Argued May 1, 2019.", "hearing"),
        ("Decided May 1, 2019.", "decision"),
        ("The motion was filed by counsel on May 1, 2019.", None),
        ("Payment is due by May 1, 2019.", "deadline"),
        ("It was approved by the board at its meeting held on May 1, 2019.", None),
    ],
)
def test_what_a_day_is_the_day_of(sentence, event):
    (day,) = days([Line(0, len(sentence), sentence, None, is_heading=False)])
    assert day.event == event


def test_the_day_of_a_citation_is_none_of_the_documents():
    sentence = "See Doe v. Roe, 2020 WL 1 (U.S. Nov. 25, 2020), and the notice (of May 1, 2019)."
    assert [str(one.day) for one in days([Line(0, len(sentence), sentence, None, is_heading=False)])] == ["2019-05-01"]


ORDER = "UNITED STATES DISTRICT COURT\n\nTRANSFER ORDER\n\nThe agreement of the parties is noted; party, party, party."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ORDER, "A court's decision or order: TRANSFER ORDER"),
        (ORDER.replace("TRANSFER ORDER", "MOTION TO STAY THE ORDER"), "A brief, motion or other paper"),
        (ORDER.replace("TRANSFER ORDER\n", ""), "A paper of a case before a court"),
        ("The Secretary of this section made regulations; penalty, penalty, penalty.", "A document of a kind that"),
        ("NOTICE TO ALL\n\nThe gulls are loud.", "A document: NOTICE TO ALL"),
        (
            "PURCHASE ORDER\n\nTen gulls. The party, the party, the party, the party shall pay.",
            "A document: PURCHASE ORDER",
        ),
    ],
)
def test_a_kind_is_said_only_when_it_is_sure(text, said):
    assert extract(text, AnalysisType.GENERAL).document_type.text.startswith(said)


def test_what_was_asked_as_another_kind_says_so():
    assert any("another kind" in note for note in extract(DECISION, AnalysisType.CONTRACT).notes)
    assert not any("another kind" in note for note in extract(LEASE, AnalysisType.CONTRACT).notes)


def test_where_a_party_may_be_missing_it_says_so():
    form = LEASE.replace("Maria Svensson", "________________")
    assert any("there may be others" in note for note in extract(form).notes)
    assert not any("there may be others" in note for note in extract(LEASE).notes)


def test_a_sentence_that_a_page_cuts_in_two_is_one():
    """Its citation has what stands between, its text has not."""
    body = "The tenant keeps the quay clean. " * 9
    pages = [f"HARBOUR LEASE {n}\n\n{body}\n\n{{}}\n\nPage {n} of 4" for n in range(1, 5)]
    ends = ["", "The landlord may terminate this", "", ""]
    begin = "agreement at any time without notice to anybody.\n\n"
    pages = [page.format(end) for page, end in zip(pages, ends, strict=True)]
    pages[2] = pages[2].replace("\n\n", "\n\n" + begin, 1)
    text = "\f".join(pages)
    found = [one for one in _extract(paper(text), AnalysisType.CONTRACT).clauses if one.kind == "termination"]
    assert [one.text for one in found] == [
        "The landlord may terminate this agreement at any time without notice to anybody."
    ]
    (citation,) = found[0].citations
    assert citation.verified
    assert (citation.page_start, citation.page_end) == (2, 3)
    assert citation.quote == text[citation.start_char : citation.end_char]


@pytest.mark.parametrize(
    "piece",
    [
        "A",
        "(A.",
        "between ",
        "this ",
        " ",
        "(((",
        '"',
        "(“A",
        "v.\n",
        "made by ",
        "the court of ",
        "1 May 2019 ",
        "x, and ",
    ],
)
def test_no_text_keeps_the_rules_busy(piece):
    """Each pattern is at most a square of a bounded length: without that one of these would take minutes."""
    text = (piece * 20_000)[:20_000] + " (U.S.A" + "A" * 60 + "! 1 May 2019)"
    extract(text, AnalysisType.GENERAL)
