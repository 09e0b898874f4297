"""How often a true sentence is refused and a false one passes, over several contracts, languages and styles."""

from types import ModuleType

import pytest

from tests.research.examining.labelled import kept_apart, rights, services, trade, tuning
from tests.research.examining.support import examined, passages

TUNING, APART = passages(*tuning.PASSAGES), passages(*kept_apart.PASSAGES)


class TestTuning:
    @pytest.mark.parametrize("answer", tuning.TRUE)
    def test_what_is_true_stands(self, answer):
        result = examined(answer, TUNING)
        assert result.failing == []
        assert result.verification.unsupported_sentences == []

    @pytest.mark.parametrize("answer", tuning.FALSE)
    def test_what_is_false_falls(self, answer):
        assert examined(answer, TUNING).failing


class TestKeptApart:
    """No rule was made for these: two of 35 true ones are refused, and none of 44 false ones passes."""

    def test_few_true_ones_are_refused(self):
        refused = [answer for answer in kept_apart.TRUE if examined(answer, APART).failing]
        assert len(refused) <= 2, refused

    def test_no_false_one_passes(self):
        assert [answer for answer in kept_apart.FALSE if not examined(answer, APART).failing] == []

    @pytest.mark.parametrize("half", [tuning, kept_apart], ids=lambda half: half.__name__.rpartition(".")[2])
    def test_there_are_enough_of_each(self, half: ModuleType):
        assert len(half.TRUE) >= 30
        assert len(half.FALSE) >= 40


class TestMore:
    @pytest.mark.parametrize(("contracts", "refused", "passed"), [(services, 1, 2), (trade, 5, 0), (rights, 2, 2)])
    def test_what_they_miss_does_not_grow(self, contracts: ModuleType, refused: int, passed: int):
        given = passages(*contracts.PASSAGES)
        wrongly_refused = [answer for answer in contracts.TRUE if examined(answer, given).failing]
        wrongly_passed = [answer for answer in contracts.FALSE if not examined(answer, given).failing]
        assert len(wrongly_refused) <= refused, wrongly_refused
        assert len(wrongly_passed) <= passed, wrongly_passed
