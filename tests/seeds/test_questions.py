import re

import pytest

from elenchus.seeds.questions import Answer, Question, demo_questions
from elenchus.seeds.render import NAMES, source
from tests.seeds.support import body, page_texts

QUESTIONS = demo_questions()


@pytest.fixture(scope="module")
def texts(printed):
    """What a reader of the PDF reads, not what the source says."""
    return {name: body(page_texts(path), source(name)) for name, path in printed.items()}


def test_about_a_dozen_are_asked_over_all_documents() -> None:
    assert 12 <= len(QUESTIONS) <= 15
    assert {document for question in QUESTIONS for document in question.documents} == set(NAMES)
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)


def test_one_has_no_answer_and_some_need_two_documents() -> None:
    assert sum(not question.answers for question in QUESTIONS) == 1
    assert sum(len(question.documents) == 2 for question in QUESTIONS) >= 3


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text[:40])
class TestEachQuestion:
    def test_it_is_one_sentence_with_a_question_mark(self, question):
        assert question.text.endswith("?")
        assert question.text.count("?") == 1

    def test_its_phrases_stand_once_in_their_document_and_in_no_other(self, question, texts):
        for answer in question.answers:
            assert {name: text.count(answer.phrase) for name, text in texts.items() if answer.phrase in text} == {
                answer.document: 1
            }

    def test_it_does_not_give_its_phrases_away(self, question):
        assert not [answer for answer in question.answers if answer.phrase.lower() in question.text.lower()]


def test_the_question_without_an_answer_asks_for_what_no_document_speaks_of(texts) -> None:
    assert not [name for name, text in texts.items() if re.search(r"vesting|stock option|founder", text, re.IGNORECASE)]


def test_documents_are_named_once_and_in_order() -> None:
    answers = (Answer("lease", "b"), Answer("opinion", "a"), Answer("lease", "c"))
    assert Question("Who?", answers).documents == ("lease", "opinion")
