"""Lines from a child are believed only in the forms that an honest one writes. Lies end to end: test_isolation.py."""

import json

import pytest

from elenchus.library.reading import diagnosis
from elenchus.library.reading.cleaning import clean, is_clean
from elenchus.library.reading.outcomes import FALLBACK, REFUSALS, unreadable
from elenchus.library.reading.transcript import End, Meta, NotATranscript, Page, Stage, message_of
from elenchus.library.reading.values import ReadingLimits

SIZE = {"width": 612.0, "height": 792.0}
REST = {"textless": False, "label": "iv", "hides_text": True, "confidence": 0.9, "headings": [[0, 2]]}
PAGE = {"type": "page", "text": "a\n\tb\xa0c", **SIZE, **REST}


def line(**message: object) -> bytes:
    return json.dumps(message).encode()


class TestMessages:
    def test_each_kind_is_understood(self):
        assert message_of(line(**PAGE)) == Page("a\n\tb\xa0c", **SIZE, **REST | {"headings": ((0, 2),)})
        assert message_of(line(**PAGE | {"label": None, "confidence": None})).confidence is None
        assert message_of(line(type="recognising")) is Stage.RECOGNISING
        assert message_of(line(type="meta", page_count=3, guards=["memory"])) == Meta(3, frozenset({"memory"}))
        assert message_of(line(type="end", outcome="ok", repaired=True, encoding=None)) == End("ok", True, None)

    @pytest.mark.parametrize(
        "changed",
        [
            {"text": None},
            {"text": "\x85"},
            {"text": "\udc00"},
            {"width": "6"},
            {"width": float("nan")},
            {"textless": 1},
            {"label": "a\fb"},
            {"label": "x" * 41},
            {"label": 4},
            {"hides_text": None},
            {"confidence": 1},
            {"confidence": -0.1},
            {"confidence": 1.1},
            {"confidence": float("nan")},
            {"headings": None},
            {"headings": [[0]]},
            {"headings": [[-1, 1]]},
            {"headings": [[0, 0]]},
            {"headings": [[0, 10]]},
            {"headings": [["0", 1]]},
            {"headings": [[0, 1]] * 100},
        ],
    )
    def test_a_page_that_cannot_be_is_refused(self, changed):
        with pytest.raises(NotATranscript):
            message_of(line(**PAGE | changed))

    @pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"\xff", b'{"type":"page"}', b"{" * 5_000, b'{"type":"end"}'])
    def test_anything_else_is_refused(self, raw):
        with pytest.raises(NotATranscript):
            message_of(raw)


class TestCleaning:
    def test_controls_and_surrogates_go_and_white_space_stays(self):
        assert clean("a\0b\x1b\x7f\x85\ud800\fc\n\t\xa0\u2028") == "abc\n\t\xa0\u2028"

    @pytest.mark.parametrize("text", ["", "plain\n\t\xa0", "für 条約 🙂"])
    def test_clean_text_is_left_alone(self, text):
        assert is_clean(text)
        assert clean(text) == text

    @pytest.mark.parametrize("character", ["\0", "\f", "\r", "\v", "\x7f", "\x9f", "\ud800"])
    def test_each_forbidden_character_is_seen(self, character):
        assert not is_clean(f"a{character}b")


class TestOutcomes:
    def test_every_sentence_can_be_completed_and_says_what_to_do(self):
        limits = {name: getattr(ReadingLimits(), name) for name in ReadingLimits.__slots__}
        for reason in REFUSALS:
            detail = unreadable(reason, found="a picture", supported="PDF", files=100, **limits).detail
            assert "{" not in detail
            assert len(detail.split(". ")) == 2

    def test_the_codes_are_those_of_the_contract(self):
        codes = {code for code, _ in REFUSALS.values()}
        assert codes == {"encrypted", "corrupt", "empty", "unsupported", "too_large", "timeout", "needs_ocr"}

    def test_an_unknown_reason_is_damage(self):
        assert unreadable("never heard of").code == unreadable(FALLBACK).code == "corrupt"


class TestDiagnosis:
    @pytest.mark.parametrize(
        ("exit_code", "complaints", "reason"),
        [
            (-24, b"", "time"),
            (-9, b"", "memory"),
            (-6, b"terminate called after throwing an instance of 'std::bad_alloc'", "memory"),
            (1, b"MemoryError\n", "memory"),
            (-11, b"", "damaged"),
            (1, b"Traceback", "damaged"),
            (None, b"", "damaged"),
        ],
    )
    def test_each_death(self, exit_code, complaints, reason):
        assert diagnosis.reason_of_death(exit_code, complaints) == reason
        assert reason in REFUSALS
