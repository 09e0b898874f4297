"""The language of a document, or none when nobody could be sure."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.library.reading.language import ENOUGH, SMALL_WORDS, language_of

TEXTS = {
    "en": "The Tenant shall pay the rent on the first day of each month and shall not be entitled to any deduction "
    "from it, unless the Landlord has agreed in writing that the repairs which are needed may be paid by the Tenant.",
    "de": "Der Mieter zahlt die Miete am ersten Tag eines jeden Monats und ist nicht berechtigt, sie zu kürzen, es "
    "sei denn, dass der Vermieter sich schriftlich mit der Zahlung der Reparaturen durch den Mieter einverstanden "
    "erklärt hat.",
    "fr": "Le locataire paie le loyer le premier jour de chaque mois et ne peut en déduire aucune somme, sauf si le "
    "bailleur a accepté par écrit que les réparations qui sont nécessaires dans les lieux soient payées par le "
    "locataire.",
    "es": "El arrendatario pagará la renta el primer día de cada mes y no tendrá derecho a deducción alguna, salvo "
    "que el arrendador haya aceptado por escrito que las reparaciones que sean necesarias se paguen por el "
    "arrendatario.",
    "it": "Il conduttore paga il canone il primo giorno di ogni mese e non ha diritto a nessuna riduzione, salvo che "
    "il locatore abbia accettato per iscritto che le riparazioni che sono necessarie siano pagate dal conduttore.",
    "nl": "De huurder betaalt de huur op de eerste dag van elke maand en heeft geen recht op korting, tenzij de "
    "verhuurder er schriftelijk mee heeft ingestemd dat het herstel dat nodig is door de huurder wordt betaald.",
    "pt": "O locatário pagará a renda no primeiro dia de cada mês e não terá direito a qualquer dedução, salvo se o "
    "senhorio tiver aceitado por escrito que as reparações que são necessárias sejam pagas pelo locatário.",
    "la": "Si quis in iure vocatus est et non venit, is qui eum vocavit testes adhibeat; nec enim quod in foro non "
    "est factum pro facto habetur, sed ut ea quae inter partes acta sunt per iudicem cognoscantur.",
}
FOREIGN = {
    "Swedish": "Hyresgästen ska betala hyran den första dagen i varje månad och har inte rätt att göra något avdrag, "
    "om inte hyresvärden skriftligen har godkänt att de reparationer som behövs betalas av hyresgästen.",
    "Polish": "Najemca płaci czynsz pierwszego dnia każdego miesiąca i nie jest uprawniony do żadnych potrąceń, "
    "chyba że wynajmujący zgodził się na piśmie, aby naprawy, które są konieczne, były opłacane przez najemcę.",
    "Romanian": "Chiriașul plătește chiria în prima zi a fiecărei luni și nu are dreptul la nicio deducere, cu "
    "excepția cazului în care proprietarul a acceptat în scris ca reparațiile necesare să fie plătite de chiriaș.",
    "Catalan": "L'arrendatari pagarà la renda el primer dia de cada mes i no tindrà dret a cap deducció, llevat que "
    "l'arrendador hagi acceptat per escrit que les reparacions que siguin necessàries es paguin amb càrrec als seus "
    "béns.",
    "Afrikaans": "Die huurder betaal die huur op die eerste dag van elke maand en is nie geregtig om enige "
    "aftrekking te maak nie, tensy die verhuurder skriftelik toegestem het dat die herstelwerk deur hom gedoen moet "
    "word.",
    "Russian": "Арендатор вносит арендную плату в первый день каждого месяца и не вправе делать какие-либо вычеты, "
    "если арендодатель письменно не согласился, что необходимый ремонт оплачивается арендатором за его счет.",
    "Greek": "Ο μισθωτής καταβάλλει το μίσθωμα την πρώτη ημέρα κάθε μήνα και δεν δικαιούται να προβεί σε καμία "
    "έκπτωση, εκτός εάν ο εκμισθωτής έχει συμφωνήσει εγγράφως ότι οι επισκευές θα πληρωθούν από τον μισθωτή.",
    "Chinese": "承租人应于每月第一日支付租金，未经出租人书面同意，不得作任何扣减。" * 10,
}


class TestLanguage:
    @pytest.mark.parametrize("language", SMALL_WORDS)
    def test_a_clause_is_enough(self, language):
        assert language_of(TEXTS[language]) == language

    @pytest.mark.parametrize("language", SMALL_WORDS)
    def test_capitals_and_line_ends_do_not_matter(self, language):
        assert language_of(TEXTS[language].upper().replace(" ", "\n ")) == language

    @pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
    def test_other_languages_are_not_guessed(self, text):
        assert language_of(text) is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "EXHIBIT 10.1",
            "Lease Agreement of Acme Corporation",
            "4.2 1,000 $ 45 % § 7 " * 100,
            "Smith Jones Miller Schmidt Dupont Rossi García Silva Jansen " * 20,
            "x" * 100_000,
        ],
        ids=["nothing", "stamp", "title", "numbers", "names", "noise"],
    )
    def test_what_is_too_little_stays_open(self, text):
        assert language_of(text) is None

    def test_two_languages_side_by_side_stay_open(self):
        assert language_of(TEXTS["en"] + TEXTS["de"]) is None

    @pytest.mark.parametrize("language", SMALL_WORDS)
    def test_a_list_of_parties_does_not_take_it_away(self, language):
        parties = (
            "Smith & Sons Ltd., Jones, Rossi, Bar GmbH, García, Dupont SARL, Miller, Schmidt, Silva, Jansen, " * 20
        )
        assert language_of(f"{TEXTS[language]}\n{parties}") == language

    def test_a_foreign_title_page_does_not_decide(self):
        assert language_of(TEXTS["fr"] + TEXTS["en"] * 500) == "en"

    @given(st.text(max_size=500))
    def test_any_text_has_one_or_none(self, text):
        assert language_of(text) in {None, *SMALL_WORDS}

    def test_a_long_document_costs_what_its_samples_do(self):
        enough, book = TEXTS["en"] * 100, TEXTS["en"] * 50_000
        assert len(enough) >= ENOUGH
        assert _seconds(book) < 5 * _seconds(enough) + 0.005


def _seconds(text: str) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        language_of(text)
        times.append(time.process_time() - began)
    return min(times)
