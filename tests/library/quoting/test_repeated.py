"""A sentence that a document says again and again, quoted as far as the middle of a word: no place agrees."""

from elenchus.library.quoting import source as sources
from elenchus.library.quoting.agreement import agree
from elenchus.library.quoting.folding import fold
from elenchus.library.quoting.source import Source
from elenchus.library.quoting.verifying import standing, verify

CUT = "The Tenant shall give the Landlord noti"


def test_the_letters_of_a_page_are_found_once_for_all_its_places(monkeypatch):
    source = Source(["The Tenant shall give the Landlord notice. " * 60] * 2)
    calls = []
    monkeypatch.setattr(sources, "fold", lambda text: calls.append(text) or fold(text))
    assert not verify(CUT, source).verdict.is_verified
    assert len(calls) < 20


def test_other_documents_share_what_may_be_tried_for_a_quotation(monkeypatch):
    many = {n: Source(["The Tenant shall give the Landlord notice. " * 300]) for n in range(8)}
    tried = []
    monkeypatch.setattr(sources, "agree", lambda *asked: tried.append(asked) or agree(*asked))
    assert standing(CUT, many) is None
    assert len(tried) <= sources.ALL_TRIES
