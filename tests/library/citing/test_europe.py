"""How European, German, French and Spanish authorities are cited."""

import pytest

from tests.library.citing.support import assert_cites, only

EUROPEAN = [
    ("ECLI:EU:C:2014:317", "case", "eu", "ECLI:EU:C:2014:317"),
    ("EU:C:2014:317, paragraph 38", "case", "eu", "ECLI:EU:C:2014:317"),
    ("ECLI:NL:HR:2013:BZ1721", "case", "nl", "ECLI:NL:HR:2013:BZ1721"),
    ("ECLI:DE:BGH:2016:250216UIXZR146.15.0", "case", "de", "ECLI:DE:BGH:2016:250216UIXZR146.15.0"),
    ("ECLI:CE:ECHR:2010:0525JUD001234567", "case", "coe", "ECLI:CE:ECHR:2010:0525JUD001234567"),
    ("Case C-131/12", "case", "eu", "C-131/12"),
    ("Case C‑131/12 P", "case", "eu", "C-131/12"),
    ("Joined Cases C-293/12 and C-594/12", "case", "eu", "C-293/12"),
    ("Case T-201/04", "case", "eu", "T-201/04"),
    ("Rechtssache C-311/18", "case", "eu", "C-311/18"),
    ("affaire C-311/18", "case", "eu", "C-311/18"),
    ("asunto C-415/11", "case", "eu", "C-415/11"),
    ("Case 26/62", "case", "eu", "26/62"),
    ("[1963] ECR 1", "case", "eu", "[1963] ECR 1"),
    ("[2003] ECR I-10239", "case", "eu", "[2003] ECR I-10239"),
    ("Regulation (EU) 2016/679", "eu_act", "eu", "Regulation 2016/679"),
    ("Verordnung (EU) 2016/679", "eu_act", "eu", "Regulation 2016/679"),
    ("Article 6(1) of Regulation (EU) 2016/679", "eu_act", "eu", "Regulation 2016/679 art. 6"),
    ("Article 6(1) GDPR", "eu_act", "eu", "Regulation 2016/679 art. 6"),
    ("Art. 6 DSGVO", "eu_act", "eu", "Regulation 2016/679 art. 6"),
    ("Council Regulation (EC) No 1/2003", "eu_act", "eu", "Regulation 1/2003"),
    ("Verordnung (EG) Nr. 593/2008", "eu_act", "eu", "Regulation 593/2008"),
    ("règlement (UE) n° 575/2013", "eu_act", "eu", "Regulation 575/2013"),
    ("Reglamento (UE) n.º 575/2013", "eu_act", "eu", "Regulation 575/2013"),
    ("Directive 95/46/EC", "eu_act", "eu", "Directive 95/46"),
    ("Richtlinie 95/46/EG", "eu_act", "eu", "Directive 95/46"),
    ("Directive (EU) 2019/790", "eu_act", "eu", "Directive 2019/790"),
    ("Directiva 93/13/CEE", "eu_act", "eu", "Directive 93/13"),
    ("Decision 2010/87/EU", "eu_act", "eu", "Decision 2010/87"),
    ("Article 101 TFEU", "treaty", "eu", "TFEU art. 101"),
    ("Art. 101 AEUV", "treaty", "eu", "TFEU art. 101"),
    ("article 101 TFUE", "treaty", "eu", "TFEU art. 101"),
    ("Article 101(1) of the Treaty on the Functioning of the European Union", "treaty", "eu", "TFEU art. 101"),
    ("Article 47 of the Charter of Fundamental Rights", "treaty", "eu", "EU Charter art. 47"),
    ("Article 8 ECHR", "treaty", "coe", "ECHR art. 8"),
    ("Art. 8 EMRK", "treaty", "coe", "ECHR art. 8"),
    ("application no. 12345/67", "case", "coe", "ECHR 12345/67"),
    ("1155 U.N.T.S. 331", "treaty", "int", "1155 UNTS 331"),
]

GERMAN = [
    ("VIII ZR 277/11", "case", "BGH VIII ZR 277/11"),
    ("BGH, Urteil vom 12. März 2014 - VIII ZR 277/11", "case", "BGH VIII ZR 277/11"),
    ("BGH, Urt. v. 12.03.2014 – VIII ZR 277/11, Rn. 12", "case", "BGH VIII ZR 277/11"),
    ("1 StR 416/12", "case", "BGH 1 StR 416/12"),
    ("XII ZB 20/13", "case", "BGH XII ZB 20/13"),
    ("KZR 12/15", "case", "BGH KZR 12/15"),
    ("1 BvR 400/51", "case", "BVerfG 1 BvR 400/51"),
    ("BVerfG, Beschluss vom 15. Januar 1958 - 1 BvR 400/51", "case", "BVerfG 1 BvR 400/51"),
    ("2 BvE 2/08", "case", "BVerfG 2 BvE 2/08"),
    ("5 AZR 123/10", "case", "BAG 5 AZR 123/10"),
    ("BVerwG 7 C 21.09", "case", "BVerwG 7 C 21.09"),
    ("BSG, Urt. v. 1.2.2011 – B 12 KR 3/10 R", "case", "BSG B 12 KR 3/10 R"),
    ("OLG Köln, Urteil vom 3.2.2010 - 6 U 12/09", "case", "OLG Köln 6 U 12/09"),
    ("BGHZ 192, 90", "case", "BGHZ 192, 90"),
    ("BGHZ 192, 90 (95)", "case", "BGHZ 192, 90"),
    ("BGHSt 50, 331", "case", "BGHSt 50, 331"),
    ("BVerfGE 7, 198 <205>", "case", "BVerfGE 7, 198"),
    ("RGZ 99, 1", "case", "RGZ 99, 1"),
    ("NJW 2010, 1234", "journal", "NJW 2010, 1234"),
    ("NJW-RR 2010, 1234, 1236", "journal", "NJW-RR 2010, 1234"),
    ("NZA 2012, 145", "journal", "NZA 2012, 145"),
    ("§ 433 BGB", "statute", "§ 433 BGB"),
    ("§433 BGB", "statute", "§ 433 BGB"),
    ("§ 433 Abs. 1 S. 2 BGB", "statute", "§ 433 BGB"),
    ("§ 433 Abs. 1 Satz 2 des BGB", "statute", "§ 433 BGB"),
    ("§ 280 I BGB", "statute", "§ 280 BGB"),
    ("§§ 823, 826 BGB", "statute", "§ 823 BGB"),
    ("§§ 280 Abs. 1, 241 Abs. 2 BGB", "statute", "§ 280 BGB"),
    ("§ 312g BGB", "statute", "§ 312g BGB"),
    ("§ 15 Abs. 4 GmbHG", "statute", "§ 15 GmbHG"),
    ("§ 242 StGB", "statute", "§ 242 StGB"),
    ("§ 91a ZPO", "statute", "§ 91a ZPO"),
    ("§ 35 SGB X", "statute", "§ 35 SGB X"),
    ("Art. 1 Abs. 1 GG", "constitution", "Art. 1 GG"),
    ("Artikel 14 des Grundgesetzes", "constitution", "Art. 14 GG"),
    ("Art. 40 EGBGB", "statute", "Art. 40 EGBGB"),
]

FRENCH = [
    ("Cass. civ. 1re, 12 juillet 2007, n° 06-10.123", "case", "Cass. 06-10.123"),
    ("Cass. ass. plén., 6 oct. 2006, n° 05-13.255", "case", "Cass. 05-13.255"),
    ("Civ. 2e, 3 mai 2001, n° 99-18.514", "case", "Cass. 99-18.514"),
    ("Cass. soc., 25 sept. 2013, no 11-25.884", "case", "Cass. 11-25.884"),
    ("pourvoi n° 06-10.123", "case", "Cass. 06-10.123"),
    ("CE, 29 juin 2001, n° 233236", "case", "CE 233236"),
    ("CE, Ass., 20 octobre 1989, Nicolo, n° 108243", "case", "CE 108243"),
    ("Cons. const., 16 juill. 1971, n° 71-44 DC", "case", "Cons. const. 71-44 DC"),
    ("décision n° 2010-1 QPC du 28 mai 2010", "case", "Cons. const. 2010-1 QPC"),
    ("CA Paris, 12 mars 2010, n° 09/12345", "case", "CA Paris 09/12345"),
    ("article 1240 du code civil", "statute", "Code civil art. 1240"),
    ("art. 1240 C. civ.", "statute", "Code civil art. 1240"),
    ("C. civ., art. 1240", "statute", "Code civil art. 1240"),
    ("articles 1240 et 1241 du Code civil", "statute", "Code civil art. 1240"),
    ("article L. 1234-5 du code du travail", "statute", "Code du travail art. L1234-5"),
    ("art. L. 1234-5 C. trav.", "statute", "Code du travail art. L1234-5"),
    ("article L121-1 du code de la consommation", "statute", "Code de la consommation art. L121-1"),
    ("article 700 du code de procédure civile", "statute", "Code de procédure civile art. 700"),
    ("article 34 de la Constitution du 4 octobre 1958", "constitution", "Constitution du 4 octobre 1958 art. 34"),
    ("loi n° 78-17 du 6 janvier 1978", "statute", "Loi 78-17"),
    ("ordonnance n° 2016-131 du 10 février 2016", "statute", "Ordonnance 2016-131"),
    ("décret n° 2019-536", "statute", "Décret 2019-536"),
]

SPANISH = [
    ("STS 123/2015, de 10 de marzo", "case", "STS 123/2015"),
    ("STS núm. 123/2015", "case", "STS 123/2015"),
    ("STC 31/2010, de 28 de junio, FJ 5", "case", "STC 31/2010"),
    ("SAP Madrid 123/2010", "case", "SAP Madrid 123/2010"),
    ("ROJ: STS 1916/2013", "case", "ROJ STS 1916/2013"),
    ("ECLI:ES:TS:2013:1916", "case", "ECLI:ES:TS:2013:1916"),
    ("RJ 2013/3088", "case", "RJ 2013/3088"),
    ("Ley 1/2000, de 7 de enero", "statute", "Ley 1/2000"),
    ("Ley Orgánica 3/2018", "statute", "Ley Orgánica 3/2018"),
    ("LO 3/2018", "statute", "Ley Orgánica 3/2018"),
    ("Real Decreto Legislativo 1/2007, de 16 de noviembre", "statute", "Real Decreto Legislativo 1/2007"),
    ("artículo 5 de la Ley 1/2000", "statute", "Ley 1/2000 art. 5"),
    ("artículo 1255 del Código Civil", "statute", "Código Civil art. 1255"),
    ("art. 1255 CC", "statute", "Código Civil art. 1255"),
    ("arts. 1254 y 1255 CC", "statute", "Código Civil art. 1254"),
    ("art. 217 LEC", "statute", "Ley de Enjuiciamiento Civil art. 217"),
    ("art. 24.1 CE", "constitution", "Constitución Española art. 24"),
    ("artículo 24 de la Constitución", "constitution", "Constitución Española art. 24"),
]


class TestEurope:
    @pytest.mark.parametrize(("citation", "kind", "jurisdiction", "normal"), EUROPEAN)
    def test_the_union_and_the_council(self, citation, kind, jurisdiction, normal):
        assert_cites(citation, kind, jurisdiction, normal)

    @pytest.mark.parametrize(("citation", "kind", "normal"), GERMAN)
    def test_germany(self, citation, kind, normal):
        assert_cites(citation, kind, "de", normal)

    @pytest.mark.parametrize(("citation", "kind", "normal"), FRENCH)
    def test_france(self, citation, kind, normal):
        assert_cites(citation, kind, "fr", normal)

    @pytest.mark.parametrize(("citation", "kind", "normal"), SPANISH)
    def test_spain(self, citation, kind, normal):
        assert_cites(citation, kind, "es", normal)

    def test_an_act_needs_a_year(self):
        assert only("Regulation 2016/679 and regulation 12/34 of the club").normal == "Regulation 2016/679"

    def test_joined_cases_are_known_by_the_first(self):
        assert only("Joined Cases C-293/12 and C-594/12").parts["joined"] == "and C-594/12"
