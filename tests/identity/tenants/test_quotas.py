"""Where limits bite: uploads take storage and give it back, answers take tokens."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from pydantic import SecretStr
from pymongo.errors import AutoReconnect

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.resources import resources
from elenchus.identity.tenants import usage
from elenchus.identity.tenants.models import Meter, Used
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import Subject
from elenchus.library import service as library
from elenchus.library.models import Document
from elenchus.research import service as research
from elenchus.research import store
from elenchus.research.errors import ConversationBusy
from elenchus.research.models import Answer
from tests.fixtures.gemini import gemini_stub
from tests.library.support import DOCUMENTS, as_files, settled
from tests.support import Firm, until

CHAT = "/api/v1/chat"
FOR_ONE = 12_000  # tokens: some 9,000 are held for a question


@pytest.fixture(autouse=True)
def _reading(worker) -> None:
    """Documents are read and removed by a worker."""


async def used(firm: Firm, meter: Meter) -> int:
    [item] = [item for item in (await usage.overview(firm.principal)).items if item.name is meter]
    return item.used


def text(number: int, size: int = 1_000) -> bytes:
    return f"Number {number}. ".encode().ljust(size, b"x")


async def upload(firm: Firm, *contents: bytes):
    files = as_files(*((f"file-{n}.txt", content) for n, content in enumerate(contents)))
    return await firm.client.post(DOCUMENTS, files=files)


class TestStorage:
    async def test_an_upload_takes_it_and_a_deletion_gives_it_back(self, firm):
        f = await firm()
        answer = await upload(f, text(1), text(2, 500))
        assert await used(f, Meter.STORAGE) == 1_500
        await f.client.delete(f"{DOCUMENTS}/{answer.json()['items'][0]['id']}")
        assert await used(f, Meter.STORAGE) == 500

    async def test_the_same_bytes_twice_take_it_once(self, firm, change_settings):
        change_settings("tier_free", storage_bytes=1_000)
        f = await firm()
        assert (await upload(f, text(1))).status_code == 202
        again = await upload(f, text(1))  # also when nothing more would fit
        assert (again.status_code, again.json()["items"][0]["duplicate"]) == (200, True)
        assert await used(f, Meter.STORAGE) == 1_000

    async def test_fifty_equal_ones_at_once_take_it_once(self, firm):
        f = await firm()
        answers = await asyncio.gather(*(upload(f, text(1)) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] * 49 + [202]
        assert await used(f, Meter.STORAGE) == 1_000

    async def test_what_does_not_fit_is_refused_and_leaves_nothing(self, firm, change_settings):
        change_settings("tier_free", storage_bytes=1_500)
        f = await firm()
        await upload(f, text(1))
        refused = await upload(f, text(2))
        assert refused.status_code == 403
        assert refused.json()["type"].endswith("/storage-full")
        assert "Delete documents" in refused.json()["detail"]
        assert await used(f, Meter.STORAGE) == 1_000
        assert await Document.owned_by(f.principal).count({}) == 1
        assert (await upload(f, text(3, 500))).status_code == 202

    async def test_of_twenty_at_the_brink_exactly_those_that_fit_are_kept(self, firm, change_settings):
        change_settings("tier_free", storage_bytes=5_500)
        f = await firm()
        answers = await asyncio.gather(*(upload(f, text(n)) for n in range(20)))
        assert sorted(answer.status_code for answer in answers) == [202] * 5 + [403] * 15
        assert await Document.owned_by(f.principal).count({}) == 5

    async def test_a_file_that_could_not_be_kept_gives_it_back(self, firm, monkeypatch):
        f = await firm()

        async def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(resources().storage, "put_file", full)
        assert (await upload(f, text(1))).status_code == 507
        assert await used(f, Meter.STORAGE) == 0

    async def test_a_removal_that_only_the_job_did_gives_it_back_once(self, firm):
        """The process that was asked has died when it had queued the job."""
        f = await firm()
        gone, kept = (await upload(f, text(1), text(2, 500))).json()["items"]
        await settled(f, gone["id"])  # while it is being read, its removal waits
        for _ in range(2):
            job_id = await jobs.submit(library.REMOVE, f.principal, subject=Subject("document", Id(gone["id"])))
            await until(partial(self.is_over, f, job_id))
        assert await used(f, Meter.STORAGE) == kept["file_size"]

    @staticmethod
    async def is_over(firm: Firm, job_id: Id) -> bool:
        return (await jobs.get(firm.principal, job_id)).status.is_over

    async def test_the_daily_recount_goes_by_the_documents(self, firm):
        f = await firm()
        await upload(f, text(1), text(2))
        await usage.reserve_storage(f.principal, 77)  # as a crash leaves it
        past = now() - timedelta(minutes=11)
        await Used.owned_by(f.principal).update_many({"meter": Meter.STORAGE}, {"$set": {"updated_at": past}})
        assert await library.recount_storage() >= 1
        assert await used(f, Meter.STORAGE) == 2_000


@pytest.fixture
async def gemini(change_settings):
    """A provider that is paid, as far as we can tell."""
    async with gemini_stub() as stub:
        change_settings(
            "llm", google_api_key=SecretStr("k"), google_base_url=stub.url, max_attempts=1, timeout_seconds=60
        )
        yield stub


async def ask(firm: Firm, *, require_verified: bool = False, **headers: str):
    question = {"content": "When is notice due?", "require_verified": require_verified}
    return await firm.client.post(CHAT, json=question, headers=headers)


async def spend(firm: Firm, tokens: int) -> None:
    """As some other answer has."""
    await usage.hold_tokens(firm.principal, new_id(), tokens, month=await usage.month(firm.principal))


class TestTokens:
    async def test_an_answer_is_counted_when_it_is_told(self, firm, gemini):
        f = await firm()
        answer = await ask(f)
        assert answer.status_code == 200, answer.text
        assert await used(f, Meter.TOKENS) == answer.json()["usage"]["total_tokens"] > 0

    async def test_an_answer_that_was_paid_for_and_is_not_given_counts_too(self, firm, gemini):
        gemini.will_say("The notice is due at once [7].")
        f = await firm()
        assert (await ask(f, require_verified=True)).status_code == 409
        assert await used(f, Meter.TOKENS) > 0

    async def test_of_fifty_at_the_brink_one_is_asked(self, firm, gemini, change_settings):
        change_settings("tier_free", monthly_tokens=FOR_ONE)
        f = await firm()
        gemini.will_say("The notice is due ", "at once [1].", pause_after=1)
        asking = [asyncio.create_task(ask(f)) for _ in range(50)]
        await until(lambda: sum(task.done() for task in asking) == 49)
        refused = [task.result() for task in asking if task.done()]
        assert {answer.status_code for answer in refused} == {429}
        await until(lambda: gemini.requests)
        gemini.go_on.set()
        answers = await asyncio.gather(*asking)
        [given] = [answer for answer in answers if answer.status_code == 200]
        assert len(gemini.requests) == 1
        assert await used(f, Meter.TOKENS) == given.json()["usage"]["total_tokens"]

    async def test_past_the_limit_nothing_is_asked(self, firm, gemini, change_settings):
        change_settings("tier_free", monthly_tokens=FOR_ONE)
        f = await firm()
        first = await ask(f, **{"Idempotency-Key": "first"})
        await spend(f, FOR_ONE // 2)
        before, asked = await used(f, Meter.TOKENS), len(gemini.requests)
        refused = await ask(f)
        assert (first.status_code, refused.status_code) == (200, 429)
        assert refused.json()["type"].endswith("/quota-exceeded")
        assert int(refused.headers["retry-after"]) > 0
        again = await f.client.post(f"{CHAT}/messages/{first.json()['message']['id']}/regenerate")
        assert again.status_code == 429
        assert len(gemini.requests) == asked
        assert await used(f, Meter.TOKENS) == before
        conversations = (await f.client.get(f"{CHAT}/conversations")).json()["items"]
        assert len(conversations) == 1

    async def test_an_answer_that_was_given_can_still_be_had(self, firm, gemini, change_settings):
        change_settings("tier_free", monthly_tokens=FOR_ONE)
        f = await firm()
        first = await ask(f, **{"Idempotency-Key": "k"})
        await spend(f, FOR_ONE // 2)
        again = await ask(f, **{"Idempotency-Key": "k"})
        assert (again.status_code, again.json()["message"]["id"]) == (200, first.json()["message"]["id"])

    async def test_a_model_that_gives_no_answer_takes_nothing(self, firm, gemini):
        gemini.will_say(status=500)
        f = await firm()
        assert (await ask(f)).status_code == 503
        assert await used(f, Meter.TOKENS) == 0

    async def test_a_refused_question_takes_nothing(self, firm, gemini, monkeypatch):
        f = await firm()
        talk = (await f.client.post(f"{CHAT}/conversations", json={})).json()

        async def busy(*_: object) -> None:
            assert await used(f, Meter.TOKENS) > 0
            raise ConversationBusy

        monkeypatch.setattr(store, "append", busy)
        question = {"content": "When is notice due?", "conversation_id": talk["id"]}
        assert (await f.client.post(CHAT, json=question)).status_code == 409
        assert await used(f, Meter.TOKENS) == 0

    async def test_what_could_not_be_settled_is_left_to_the_sweep(self, firm, gemini, monkeypatch):
        """The database goes away between the message and its tokens."""
        f = await firm()

        async def away(*_: object, **__: object) -> None:
            raise AutoReconnect

        with monkeypatch.context() as patched:
            patched.setattr(usage, "settle_tokens", away)
            answer = await ask(f)
        spent = answer.json()["usage"]["total_tokens"]
        assert await used(f, Meter.TOKENS) > spent
        await Answer.owned_by(f.principal).update({}, {"$set": {"alive_until": now()}})
        await research.abandon_lost()
        assert await used(f, Meter.TOKENS) == spent

    async def test_the_built_in_model_costs_nothing_and_always_answers(self, firm, change_settings):
        change_settings("tier_free", monthly_tokens=1)
        f = await firm()
        assert (await ask(f)).status_code == 200
        assert await used(f, Meter.TOKENS) == 0
