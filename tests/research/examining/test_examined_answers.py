"""An examined answer over HTTP: what is stored, and what a demand for a verified one gets."""

import asyncio

from elenchus.library import authorities
from tests.research.support import CHAT, LEASE, RENT, RENT_WORDS, asked, filed, full_text

QUOTED = f'The lease says: "{RENT_WORDS}" [1].'
BRIEF = "The claim rests on Roe v. Wade, 410 U.S. 113 (1973), and on nothing else that the parties have pleaded so far."


class TestStored:
    async def test_each_quotation_with_its_place_in_the_whole_document(self, firm, gemini):
        f = await firm()
        document_id = await filed(f)
        gemini.will_say(QUOTED)
        verification = (await asked(f))["message"]["verification"]
        [row] = verification["quotes"]
        assert (row["verified"], row["document_id"]) == (True, document_id)
        text = (await full_text(f, document_id))[row["start_char"] : row["end_char"]]
        assert " ".join(text.split()) == RENT_WORDS
        assert (verification["citations_valid"], verification["unsupported_sentences"]) == (True, [])

    async def test_authorities_that_the_library_cites_and_those_that_it_does_not(self, firm, gemini):
        f = await firm()
        await filed(f)
        await filed(f, BRIEF, "brief.txt")
        gemini.will_say("See Roe v. Wade, 410 U.S. 113 (1973), and Brown v. Board, 347 U.S. 483 (1954).")
        legal = (await asked(f))["message"]["verification"]["legal_citations"]
        assert [(row["text"], row["kind"], row["in_library"], row["status"]) for row in legal] == [
            ("410 U.S. 113 (1973)", "case", True, "in_library"),
            ("347 U.S. 483 (1954)", "case", False, "not_in_library"),
        ]

    async def test_an_authority_that_nobody_looked_for_is_not_shown_as_verified(self, firm, monkeypatch):
        f = await firm()
        await filed(f)
        monkeypatch.setattr(authorities, "MOST_SEARCHED", 1)
        said = "See Brown v. Board, 347 U.S. 483 (1954), and Roe v. Wade, 410 U.S. 113 (1973)."
        rows = [one.row() for one in await authorities.cited_authorities(f.principal, said)]
        assert [(row["in_library"], row["status"]) for row in rows] == [(False, "not_in_library"), (False, "unchecked")]

    async def test_where_more_may_be_left_than_was_looked_at_it_is_not_said_to_be_missing(self, firm, monkeypatch):
        f = await firm()
        await filed(f, "In 1973 the registry counted 410 files in 113 boxes, and none of them was ever opened again.")
        said = "See Roe v. Wade, 410 U.S. 113 (1973)."
        [one] = await authorities.cited_authorities(f.principal, said)
        assert one.presence == "not_in_library"
        monkeypatch.setattr(authorities, "PASSAGES", 1)
        [one] = await authorities.cited_authorities(f.principal, said)
        assert one.presence == "unchecked"

    async def test_authorities_are_looked_for_at_once(self, firm, monkeypatch):
        f = await firm()
        await filed(f, BRIEF, "brief.txt")
        both, retrieve = asyncio.Barrier(2), authorities.retrieve

        async def together(*args, **kwargs):
            async with asyncio.timeout(10):
                await both.wait()
            return await retrieve(*args, **kwargs)

        monkeypatch.setattr(authorities, "retrieve", together)
        said = "See Brown v. Board, 347 U.S. 483 (1954), and Roe v. Wade, 410 U.S. 113 (1973)."
        found = await authorities.cited_authorities(f.principal, said)
        assert [one.presence for one in found] == ["not_in_library", "in_library"]

    async def test_a_quotation_from_another_document_has_the_wrong_number(self, firm, gemini):
        f = await firm()
        lease = await filed(f)
        other = await filed(f, BRIEF, "brief.txt")
        gemini.will_say('It says "on nothing else that the parties have pleaded so far" [1].')
        verification = (await asked(f, document_ids=[lease]))["message"]["verification"]
        [row] = verification["quotes"]
        assert (row["verdict"], row["document_id"]) == ("wrong_document", other)
        assert verification["citations_valid"] is False


class TestDemanded:
    async def test_a_quotation_that_was_altered_is_refused_with_what_differs(self, firm, gemini):
        f = await firm()
        await filed(f, LEASE)
        gemini.will_say(QUOTED.replace("4,200", "4,300"))
        answered = await f.client.post(CHAT, json={"content": RENT, "require_verified": True})
        assert answered.status_code == 409
        assert [(row["kind"], row["reason"]) for row in answered.json()["failing"]] == [
            ("quote", "altered"),
            ("citation", "quote"),
        ]

    async def test_one_that_stands_comes_through(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say(QUOTED)
        answered = await f.client.post(CHAT, json={"content": RENT, "require_verified": True})
        assert answered.json()["message"]["content"] == QUOTED
