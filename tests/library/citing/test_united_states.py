"""How American authorities are cited, and what is one authority."""

import pytest

from elenchus.library.citing.extraction import citations
from tests.library.citing.support import assert_cites, only

CASES = [
    ("410 U.S. 113 (1973)", "410 U.S. 113"),
    ("410 U. S. 113, 120 (1973)", "410 U.S. 113"),
    ("410 US 113 (1973)", "410 U.S. 113"),
    ("347 U.S. 483, 495 (1954)", "347 U.S. 483"),
    ("5 U.S. (1 Cranch) 137, 177 (1803)", "5 U.S. 137"),
    ("93 S. Ct. 705", "93 S. Ct. 705"),
    ("93 S.Ct. 705, 712", "93 S. Ct. 705"),
    ("35 L. Ed. 2d 147 (1973)", "35 L. Ed. 2d 147"),
    ("123 F.3d 456, 460-61 & n.3 (9th Cir. 1997)", "123 F.3d 456"),
    ("123 F. 3d 456 (9th Cir. 1997)", "123 F.3d 456"),
    ("801 F.2d 1044, 1049 (2d Cir. 1986)", "801 F.2d 1044"),
    ("998 F.4th 12 (5th Cir. 2021)", "998 F.4th 12"),
    ("36 F. Supp. 2d 1118 (E.D. Ark. 1999)", "36 F. Supp. 2d 1118"),
    ("36 F.Supp.2d 1118, 1120", "36 F. Supp. 2d 1118"),
    ("521 B.R. 60 (Bankr. S.D.N.Y. 2014)", "521 B.R. 60"),
    ("191 F.R.D. 25", "191 F.R.D. 25"),
    ("2019 WL 123456, at *3 (S.D.N.Y. Jan. 5, 2019)", "2019 WL 123456"),
    ("248 N.Y. 339 (1928)", "248 N.Y. 339"),
    ("12 NY3d 345, 350 [2009]", "12 N.Y.3d 345"),
    ("162 N.E. 99 (1928)", "162 N.E. 99"),
    ("921 N.W.2d 1, 5 (N.D. 2019)", "921 N.W.2d 1"),
    ("17 Cal. 3d 425, 431 (1976)", "17 Cal. 3d 425"),
    ("174 Cal. App. 2d 651", "174 Cal. App. 2d 651"),
    ("488 A.2d 858 (Del. 1985)", "488 A.2d 858"),
    ("612 S.W.3d 1 (Tex. 2020)", "612 S.W.3d 1"),
    ("110 So. 3d 1 (Fla. 2013)", "110 So. 3d 1"),
    ("2013 IL App (1st) 120001", "2013 IL App (1st) 120001"),
]

LAWS = [
    ("42 U.S.C. § 1983", "statute", "us", "42 U.S.C. § 1983"),
    ("42 USC 1983", "statute", "us", "42 U.S.C. § 1983"),
    ("15 U.S.C. §§ 78a et seq.", "statute", "us", "15 U.S.C. § 78a"),
    ("15 U.S.C.A. § 78j(b)", "statute", "us", "15 U.S.C. § 78j"),
    ("11 U.S.C. Section 101(14)", "statute", "us", "11 U.S.C. § 101"),
    ("18 U.S.C. §§ 1341, 1343", "statute", "us", "18 U.S.C. § 1341"),
    ("42 U.S.C. § 1320a-7b(b)(2)", "statute", "us", "42 U.S.C. § 1320a-7b"),
    ("42 U.S.C. §§ 2000cc-2000cc-5", "statute", "us", "42 U.S.C. § 2000cc"),
    ("Title 18, United States Code, Section 1343", "statute", "us", "18 U.S.C. § 1343"),
    ("I.R.C. § 501(c)(3)", "statute", "us", "26 U.S.C. § 501"),
    ("Section 409A of the Internal Revenue Code", "statute", "us", "26 U.S.C. § 409A"),
    ("26 U.S.C. § 409A", "statute", "us", "26 U.S.C. § 409A"),
    ("116 Stat. 745 (2002)", "statute", "us", "116 Stat. 745"),
    ("Pub. L. No. 107-204", "statute", "us", "Pub. L. 107-204"),
    ("Public Law 111-148", "statute", "us", "Pub. L. 111-148"),
    ("17 C.F.R. § 240.10b-5", "regulation", "us", "17 C.F.R. § 240.10b-5"),
    ("17 CFR 240.10b-5(b)", "regulation", "us", "17 C.F.R. § 240.10b-5"),
    ("17 C.F.R. Part 240", "regulation", "us", "17 C.F.R. pt. 240"),
    ("21 C.F.R. Parts 210 and 211", "regulation", "us", "21 C.F.R. pt. 210"),
    ("17 C.F.R. §§ 229.1100-229.1125", "regulation", "us", "17 C.F.R. § 229.1100"),
    ("Title 12 of the Code of Federal Regulations, Section 571.2(c)(3)", "regulation", "us", "12 C.F.R. § 571.2"),
    ("Treas. Reg. § 1.61-1(a)", "regulation", "us", "26 C.F.R. § 1.61-1"),
    ("26 C.F.R. § 1.61-1(a)", "regulation", "us", "26 C.F.R. § 1.61-1"),
    ("85 Fed. Reg. 12,345 (Mar. 2, 2020)", "regulation", "us", "85 Fed. Reg. 12345"),
    ("85 FR 12345", "regulation", "us", "85 Fed. Reg. 12345"),
    ("Cal. Civ. Code § 1714(a)", "statute", "us-ca", "Cal. Civ. Code § 1714"),
    ("N.Y. Gen. Bus. Law § 349 (McKinney 2012)", "statute", "us-ny", "N.Y. Gen. Bus. Law § 349"),
    ("Del. Code Ann. tit. 8, § 145", "statute", "us-de", "Del. Code tit. 8, § 145"),
    ("8 Del. C. § 145(a)", "statute", "us-de", "8 Del. C. § 145"),
    ("Tex. Bus. & Com. Code Ann. § 17.46", "statute", "us-tx", "Tex. Bus. & Com. Code § 17.46"),
    ("Fla. Stat. § 768.28 (2019)", "statute", "us-fl", "Fla. Stat. § 768.28"),
    ("Mass. Gen. Laws ch. 93A, § 2", "statute", "us-ma", "Mass. Gen. Laws ch. 93A, § 2"),
    ("M.G.L. c. 93A, § 2(a)", "statute", "us-ma", "Mass. Gen. Laws ch. 93A, § 2"),
    ("N.J.S.A. 2A:14-1", "statute", "us-nj", "N.J. Stat. Ann. § 2A:14-1"),
    ("18 Pa. C.S. § 1102", "statute", "us-pa", "18 Pa. C.S. § 1102"),
    ("735 ILCS 5/2-619", "statute", "us-il", "735 ILCS 5/2-619"),
    ("Wash. Rev. Code § 4.16.080", "statute", "us-wa", "Wash. Rev. Code § 4.16.080"),
    ("U.S. Const. art. I, § 8, cl. 3", "constitution", "us", "U.S. Const. art. I, § 8"),
    ("Article I, Section 8, Clause 3 of the U.S. Constitution", "constitution", "us", "U.S. Const. art. I, § 8"),
    ("U.S. Const. amend. XIV, § 1", "constitution", "us", "U.S. Const. amend. XIV, § 1"),
    ("U.S. CONST. amend. IV", "constitution", "us", "U.S. Const. amend. IV"),
    ("Cal. Const. art. I, § 7", "constitution", "us-ca", "Cal. Const. art. I, § 7"),
    ("N.Y. Const. art. VI, § 3", "constitution", "us-ny", "N.Y. Const. art. VI, § 3"),
    ("Fed. R. Civ. P. 12(b)(6)", "rule", "us", "Fed. R. Civ. P. 12"),
    ("Fed.R.Civ.P. 12(b)(6)", "rule", "us", "Fed. R. Civ. P. 12"),
    ("FRCP 12(b)(6)", "rule", "us", "Fed. R. Civ. P. 12"),
    ("Rule 12(b)(6) of the Federal Rules of Civil Procedure", "rule", "us", "Fed. R. Civ. P. 12"),
    ("Federal Rule of Civil Procedure 23(b)(3)", "rule", "us", "Fed. R. Civ. P. 23"),
    ("Fed. R. Evid. 702", "rule", "us", "Fed. R. Evid. 702"),
    ("Federal Rule of Evidence 404(b)", "rule", "us", "Fed. R. Evid. 404"),
    ("Fed. R. Crim. P. 11(c)(1)(C)", "rule", "us", "Fed. R. Crim. P. 11"),
    ("Fed. R. App. P. 32(a)(7)", "rule", "us", "Fed. R. App. P. 32"),
    ("Fed. R. Bankr. P. 9019", "rule", "us", "Fed. R. Bankr. P. 9019"),
    ("Sup. Ct. R. 10(a)", "rule", "us", "Sup. Ct. R. 10"),
    ("100 Harv. L. Rev. 1, 12 (1986)", "journal", "us", "100 Harv. L. Rev. 1"),
]


class TestCases:
    @pytest.mark.parametrize(("citation", "normal"), CASES)
    def test_reporters(self, citation, normal):
        found = only(f"The court relied on {citation} for this point.")
        assert (found.text, found.kind, found.normal) == (citation, "case", normal)
        assert_cites(citation, "case", found.jurisdiction, normal)

    def test_a_reporter_of_one_state_says_so(self):
        assert only("17 Cal. 3d 425 (1976)").jurisdiction == "us-ca"
        assert only("488 A.2d 858 (Del. 1985)").jurisdiction == "us"

    def test_all_parts_that_are_sure(self):
        found = only("See Smith v. Jones, 123 F.3d 456, 460-61 & n.3 (9th Cir. 1997) (en banc).")
        assert found.parts == {
            "volume": "123", "reporter": "F.3d", "page": "456", "pin": "460-61 & n.3", "year": "1997", "court": "ca9",
            "plaintiff": "Smith", "defendant": "Jones",
        }  # fmt: skip

    def test_one_name_is_no_pair_of_parties(self):
        assert "defendant" not in only("In re Gault, 387 U.S. 1 (1967).").parts

    def test_parallel_reports_are_three_citations_of_one_year(self):
        found = citations("Roe v. Wade, 410 U.S. 113, 93 S. Ct. 705, 35 L. Ed. 2d 147 (1973).")
        assert [one.text for one in found] == ["410 U.S. 113", "93 S. Ct. 705", "35 L. Ed. 2d 147 (1973)"]
        assert {one.parts["year"] for one in found} == {"1973"}


class TestShortForms:
    def test_of_the_one_case_before(self):
        text = "Roe v. Wade, 410 U.S. 113 (1973). As Roe says, 410 U.S., at 120, so it is."
        full, short = citations(text)
        assert (short.text, short.kind, short.normal) == ("410 U.S., at 120", "short_form", full.normal)
        assert short.parts["pin"] == "120"

    def test_of_a_volume_with_two_cases_nothing_is_said(self):
        found = citations("See 410 U.S. 113 (1973); 410 U.S. 179 (1973). Compare 410 U.S., at 120.")
        assert found[-1].kind == "short_form"
        assert found[-1].normal is None

    @pytest.mark.parametrize(
        ("text", "citation"),
        [
            ("It was denied. Id. at 45.", "Id. at 45"),
            ("It was denied. See id. at 45-47.", "id. at 45-47"),
            ("It was denied. Ibid.", "Ibid."),
            ("See id. § 2.", "id. § 2"),
        ],
    )
    def test_id_refers_to_what_only_a_reader_knows(self, text, citation):
        found = only(text)
        assert (found.text, found.kind, found.normal) == (citation, "id", None)

    def test_supra_names_its_antecedent(self):
        found = only("So it was in Bush, supra note 12, at 55.")
        assert (found.text, found.kind, found.normal) == ("supra note 12, at 55", "short_form", None)
        assert found.parts["antecedent"] == "Bush"


class TestLaws:
    @pytest.mark.parametrize(("citation", "kind", "jurisdiction", "normal"), LAWS)
    def test_codes_rules_and_constitutions(self, citation, kind, jurisdiction, normal):
        assert_cites(citation, kind, jurisdiction, normal)

    def test_what_stands_below_the_section_is_its_pin(self):
        assert only("See Fed. R. Civ. P. 12(b)(6).").parts == {"number": "12", "pin": "(b)(6)"}

    def test_of_a_list_the_others_are_named(self):
        assert only("See 18 U.S.C. §§ 1341, 1343.").parts["also"] == "1343"

    def test_a_defined_term_behind_is_no_subsection(self):
        assert only("under 21 C.F.R. § 312.21(b) (FDCA), as amended").text == "21 C.F.R. § 312.21(b)"
