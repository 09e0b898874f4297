"""How British and Canadian authorities are cited."""

import pytest

from elenchus.library.citing.extraction import citations
from tests.library.citing.support import assert_cites, only

BRITISH = [
    ("[2019] UKSC 41", "[2019] UKSC 41"),
    ("[2019] UKSC 41, [52]", "[2019] UKSC 41"),
    ("[2019] UKSC 41 at [52]-[54]", "[2019] UKSC 41"),
    ("[2009] UKHL 11", "[2009] UKHL 11"),
    ("[2016] UKPC 5", "[2016] UKPC 5"),
    ("[2007] EWCA Civ 1338 at para 12", "[2007] EWCA Civ 1338"),
    ("[2010] EWCA Crim 2638", "[2010] EWCA Crim 2638"),
    ("[2019] EWHC 123 (Ch) at [12]", "[2019] EWHC 123 (Ch)"),
    ("[2004] EWHC 2504 (Comm)", "[2004] EWHC 2504 (Comm)"),
    ("[2001] EWHC Admin 279", "[2001] EWHC 279 (Admin)"),
    ("[2001] EWHC 279 (Admin)", "[2001] EWHC 279 (Admin)"),
    ("[2015] UKUT 9 (TCC)", "[2015] UKUT 9 (TCC)"),
    ("[2020] UKFTT 33 (TC)", "[2020] UKFTT 33 (TC)"),
    ("[2012] EWCOP 4", "[2012] EWCOP 4"),
    ("[2014] EWFC 44 (B)", "[2014] EWFC 44 (B)"),
    ("[2021] CSIH 26", "[2021] CSIH 26"),
    ("[2013] CSOH 11", "[2013] CSOH 11"),
    ("[2018] NICA 7", "[2018] NICA 7"),
    ("[2021] EAT 3", "[2021] EAT 3"),
    ("[1932] AC 562", "[1932] AC 562"),
    ("[1932] A.C. 562, 580", "[1932] AC 562"),
    ("[1964] A. C. 465", "[1964] AC 465"),
    ("[1990] 2 AC 605", "[1990] 2 AC 605"),
    ("[1893] 1 QB 256", "[1893] 1 QB 256"),
    ("[1893] 1 Q.B. 256", "[1893] 1 QB 256"),
    ("[1948] 1 KB 223", "[1948] 1 KB 223"),
    ("[1980] 1 WLR 627", "[1980] 1 WLR 627"),
    ("[1980] 1 W.L.R. 627 at 637", "[1980] 1 WLR 627"),
    ("[1999] 2 All ER 14", "[1999] 2 All ER 14"),
    ("[2005] 1 All ER (Comm) 191", "[2005] 1 All ER (Comm) 191"),
    ("[2010] 1 Lloyd's Rep 349", "[2010] 1 Lloyd's Rep 349"),
    ("[2008] IRLR 672", "[2008] IRLR 672"),
    ("[1995] 2 BCLC 493", "[1995] 2 BCLC 493"),
    ("(1889) 14 App Cas 337", "(1889) 14 App Cas 337"),
    ("(1854) 9 Exch 341", "(1854) 9 Exch 341"),
    ("(1994) 18 EHRR 1", "(1994) 18 EHRR 1"),
    ("(1997) 74 P & CR 12", "(1997) 74 P & CR 12"),
]

BRITISH_LAWS = [
    ("Human Rights Act 1998", "statute", None, "Human Rights Act 1998"),
    ("section 6(1) of the Human Rights Act 1998", "statute", None, "Human Rights Act 1998 s 6"),
    ("Companies Act 2006, s 172(1)", "statute", None, "Companies Act 2006 s 172"),
    ("s. 172 of the Companies Act 2006", "statute", None, "Companies Act 2006 s 172"),
    ("Contracts (Rights of Third Parties) Act 1999", "statute", None, "Contracts (Rights of Third Parties) Act 1999"),
    ("SI 2013/1554", "regulation", "gb", "SI 2013/1554"),
    ("S.I. 1999 No. 3323", "regulation", "gb", "SI 1999/3323"),
]

CANADIAN = [
    ("2008 SCC 9", "case", "2008 SCC 9"),
    ("2008 SCC 9 at para 35", "case", "2008 SCC 9"),
    ("2008 CSC 9 au para 35", "case", "2008 SCC 9"),
    ("2015 ONCA 123", "case", "2015 ONCA 123"),
    ("2019 BCSC 1045 at paras 12-14", "case", "2019 BCSC 1045"),
    ("2022 ABKB 7", "case", "2022 ABKB 7"),
    ("2019 QCCS 44", "case", "2019 QCCS 44"),
    ("2011 FCA 34", "case", "2011 FCA 34"),
    ("2011 CAF 34", "case", "2011 FCA 34"),
    ("2014 TCC 205", "case", "2014 TCC 205"),
    ("1999 CanLII 699 (SCC)", "case", "1999 CanLII 699"),
    ("[1986] 1 SCR 103", "case", "[1986] 1 SCR 103"),
    ("[1986] 1 S.C.R. 103 at 138", "case", "[1986] 1 SCR 103"),
    ("[1986] 1 RCS 103", "case", "[1986] 1 SCR 103"),
    ("[2003] 2 FC 124", "case", "[2003] 2 FC 124"),
    ("174 DLR (4th) 193", "case", "174 DLR (4th) 193"),
    ("174 D.L.R. (4th) 193", "case", "174 DLR (4th) 193"),
    ("71 O.R. (3d) 1", "case", "71 OR (3d) 1"),
    ("RSC 1985, c C-46", "statute", "RSC 1985, c C-46"),
    ("R.S.C., 1985, c. C-46, s. 718", "statute", "RSC 1985, c C-46 s 718"),
    ("LRC 1985, ch C-46", "statute", "RSC 1985, c C-46"),
    ("SC 1996, c 19", "statute", "SC 1996, c 19"),
    ("RSO 1990, c H.19", "statute", "RSO 1990, c H.19"),
    ("SOR/2002-227", "regulation", "SOR/2002-227"),
    ("section 7 of the Canadian Charter of Rights and Freedoms", "constitution", "Canadian Charter s 7"),
    ("Constitution Act, 1982, s 35", "constitution", "Constitution Act 1982 s 35"),
]


class TestBritain:
    @pytest.mark.parametrize(("citation", "normal"), BRITISH)
    def test_cases(self, citation, normal):
        assert_cites(citation, "case", "gb", normal)

    @pytest.mark.parametrize(("citation", "kind", "jurisdiction", "normal"), BRITISH_LAWS)
    def test_laws(self, citation, kind, jurisdiction, normal):
        assert_cites(citation, kind, jurisdiction, normal)

    def test_the_parties_stand_before(self):
        found = only("In Donoghue v Stevenson [1932] AC 562, 580 Lord Atkin asked who is my neighbour.")
        assert found.text == "[1932] AC 562, 580"
        assert (found.parts["plaintiff"], found.parts["defendant"]) == ("Donoghue", "Stevenson")

    def test_two_reports_are_two_citations(self):
        text = "R (Miller) v Prime Minister [2019] UKSC 41, [2020] AC 373; Hadley (1854) 9 Exch 341, 156 ER 145"
        assert [one.normal for one in citations(text)] == [
            "[2019] UKSC 41", "[2020] AC 373", "(1854) 9 Exch 341", "156 ER 145",
        ]  # fmt: skip


class TestCanada:
    @pytest.mark.parametrize(("citation", "kind", "normal"), CANADIAN)
    def test_cases_and_laws(self, citation, kind, normal):
        assert_cites(citation, kind, "ca", normal)
