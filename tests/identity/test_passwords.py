"""Which passwords are accepted, and that what is stored says nothing and compares rightly."""

import bcrypt
import pytest

from elenchus.core.settings import Environment
from elenchus.identity import passwords
from elenchus.identity.errors import WeakPassword

pytestmark = pytest.mark.usefixtures("settings_")


def accepted(password: str, *own_words: str) -> bool:
    try:
        passwords.require_strong(password, own_words=own_words)
    except WeakPassword:
        return False
    return True


class TestPolicy:
    @pytest.mark.parametrize(
        "password",
        [
            "correct horse battery staple",
            "nur kleine buchstaben",
            "Ünïcödé-Straßenbahn",
            "すてきなパスワードですねえ",
            "x7!Qz9@Lm2#w",
            "the plaintiff's umbrella",
            "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧",
        ],
    )
    def test_no_rule_of_composition(self, password):
        assert accepted(password)

    def test_shortest_and_longest(self):
        unit = "abcdefghijkm"
        assert accepted(unit)
        assert not accepted(unit[:-1])
        assert accepted((unit * 11)[: passwords.LONGEST])
        assert not accepted((unit * 11)[: passwords.LONGEST + 1])

    def test_length_counts_before_and_after_normalising(self):
        assert not accepted("\ufdfa")  # 1 as typed, 18 characters
        assert not accepted("e\u0301" * 2 + "abcdefgh")  # 12 as typed, 10 characters
        assert not accepted("\ufdfa" * 10 + "abcdefgh")  # 18 as typed, 188 characters

    @pytest.mark.parametrize(
        "password",
        [
            "123456789012", "password1234", "Password1234", "PASSWORD 1234", "pass-word-1234", "p@ssword1234",
            "qwertyuiop123", "Password123!", "iloveyouforever", "administrator", "ｐａｓｓｗｏｒｄ１２３４",
        ],
    )  # fmt: skip
    def test_those_guessed_first_are_refused_however_decorated(self, password):
        assert not accepted(password)

    @pytest.mark.parametrize(
        "password", ["aaaaaaaaaaaa", "121212121212", "abcabcabcabc", "abcdabcdabcd", "            "]
    )
    def test_repetition_is_refused(self, password):
        assert not accepted(password)

    @pytest.mark.parametrize(
        "password",
        ["rosa.barrister@firm.example", "ROSA.BARRISTER", "Rosa Barrister", "rosabarrister2024", "Barrister & Co LLP"],
    )
    def test_ones_own_name_or_address_is_refused(self, password):
        own = ("rosa.barrister@firm.example", "rosa.barrister", "Rosa Barrister", "Barrister & Co LLP")
        assert not accepted(password, *own)
        assert accepted("quiet harbour lantern", *own)

    def test_the_list_holds_only_what_can_be_met(self):
        assert min(map(len, passwords.COMMON)) >= 10  # with two marks it has the length
        assert all(word == passwords._bare(word) for word in passwords.COMMON)

    def test_production_asks_for_fifteen(self, change_settings):
        assert accepted("fourteen chars")
        change_settings("server", environment=Environment.PRODUCTION)
        assert not accepted("fourteen chars")
        assert accepted("fifteen  chars!")

    def test_the_setting_raises_the_minimum(self, change_settings):
        change_settings("auth", min_password_characters=20)
        assert not accepted("nineteen characters")
        assert accepted("twenty characters ok")


class TestHash:
    async def test_matches_only_itself(self):
        stored = await passwords.hashed("quiet harbour lantern")
        assert await passwords.matches("quiet harbour lantern", stored)
        assert not await passwords.matches("quiet harbour lanterm", stored)
        assert not await passwords.matches("", stored)

    async def test_it_is_bcrypt_salted_and_silent(self, settings_):
        first, second = [await passwords.hashed("quiet harbour lantern") for _ in range(2)]
        assert first != second
        assert first.startswith(f"$2b${settings_.auth.bcrypt_rounds:02d}$")
        assert "quiet" not in first

    async def test_every_byte_counts_past_bcrypts_72(self):
        common = "ü" * 100
        stored = await passwords.hashed(common + "a")
        assert await passwords.matches(common + "a", stored)
        assert not await passwords.matches(common + "b", stored)

    async def test_a_zero_byte_in_the_digest_or_text_cuts_nothing(self):
        stored = await passwords.hashed("before\0after")
        assert not await passwords.matches("before\0other", stored)
        assert b"\0" not in passwords._digest("before\0after")

    async def test_the_same_characters_typed_otherwise_are_the_same(self):
        stored = await passwords.hashed("Jose\u0301 \ufb01nance vierzehn")
        assert await passwords.matches("Jos\u00e9 finance vierzehn", stored)

    async def test_nobodys_password_matches_nothing_at_the_same_cost(self, monkeypatch, settings_):
        real, seen = bcrypt.checkpw, []

        def counting(password: bytes, stored: bytes) -> bool:
            seen.append(stored[:7])
            return real(password, stored)

        monkeypatch.setattr(bcrypt, "checkpw", counting)
        stored = await passwords.hashed("quiet harbour lantern")
        assert not await passwords.matches("quiet harbour lantern", None)
        await passwords.matches("quiet harbour lantern", stored)
        assert seen == [f"$2b${settings_.auth.bcrypt_rounds:02d}$".encode()] * 2

    async def test_nobodys_password_is_never_right(self, monkeypatch):
        monkeypatch.setattr(bcrypt, "checkpw", lambda *_: True)
        assert not await passwords.matches("anything", None)

    async def test_a_hash_of_another_cost_is_outdated(self, change_settings):
        stored = await passwords.hashed("quiet harbour lantern")
        assert not passwords.is_outdated(stored)
        change_settings("auth", bcrypt_rounds=5)
        assert passwords.is_outdated(stored)
