"""What a tenant keeps for a time only goes when the time is over, and nothing else does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from elenchus import registry
from elenchus.audit import service as audit
from elenchus.audit.schemas import RowFilters
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import resources
from elenchus.identity.models import Tenant
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import JobStatus
from elenchus.library.models import Document
from elenchus.research import service, store
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Answer, Conversation, ConversationPage, MessageStatus
from elenchus.research.placing import new_conversation
from elenchus.research.retention import service as retention
from tests.library.support import a_document

KINDS = (Conversation, ConversationPage, Answer)


@pytest.fixture
async def keeper(resources_) -> AsyncIterator[Callable[..., Awaitable[Principal]]]:
    made: list[Tenant] = []

    async def make(days: int | None = 30, **more: object) -> Principal:
        tenant = Tenant(name="Forgetful LLP", retention_days=days, **more)
        made.append(await tenant.insert())
        return Principal(tenant.id, new_id(), Role.OWNER)

    yield make
    for tenant in made:
        await tenant.delete()


async def a_conversation(owner: Principal, *, days_ago: float, status: MessageStatus = MessageStatus.COMPLETE) -> Id:
    """With a page and an answer, and its last activity so long ago."""
    made = new_conversation(owner, id_=new_id(), title="t", session_id=None, document_ids=[])
    made.updated_at = now() - timedelta(days=days_ago)
    await store.insert(owner, made)
    page = ConversationPage(
        id=new_id(), tenant_id=owner.tenant_id, conversation_id=made.id, start=0, revision=1, messages=[]
    )
    await ConversationPage.owned_by(owner).insert(page)
    await store.insert_answer(owner, an_answer(owner, made.id, status))
    return made.id


def an_answer(owner: Principal, conversation_id: Id, status: MessageStatus = MessageStatus.COMPLETE) -> Answer:
    return Answer(
        id=new_id(),
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        conversation_id=conversation_id,
        user_message_id=new_id(),
        status=status,
        alive_until=now() + timedelta(days=1),
        question="When is notice due?",
        document_ids=[],
        model="m",
        temperature=0,
        require_verified=False,
        created_at=now(),
    )


async def a_job(owner: Principal, *, days_ago: float) -> None:
    moment = now() - timedelta(days=days_ago)
    job = Job(
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        role=owner.role,
        type="test.old",
        queue="nobody's",
        subject=SubjectRef(type="thing", id=new_id()),
        max_attempts=1,
        status=JobStatus.COMPLETED,
        open=False,
        due_at=moment,
        queued_at=moment,
        completed_at=moment,
    )
    await Job.owned_by(owner).insert(job)


async def counts(owner: Principal) -> list[int]:
    return [await kind.owned_by(owner).count({}) for kind in KINDS]


async def recorded(owner: Principal) -> list[dict]:
    rows = (await audit.page(owner, RowFilters(action=audit.Action.TENANT_PRUNED), PageQuery(50))).items
    return [row.details for row in rows]


async def test_what_is_older_goes_and_the_rest_stays(keeper):
    owner = await keeper(days=30)
    await a_conversation(owner, days_ago=31)
    young = await a_conversation(owner, days_ago=29)
    await a_job(owner, days_ago=31)
    await a_job(owner, days_ago=29)
    await a_document(owner)
    await Document.owned_by(owner).update_many({}, {"$set": {"updated_at": now() - timedelta(days=900)}})
    await retention.forget_old(now())
    assert await counts(owner) == [1, 1, 1]
    assert [row["_id"] for row in await Conversation.owned_by(owner).rows({})] == [young]
    assert await Job.owned_by(owner).count({}) == 1
    assert await Document.owned_by(owner).count({}) == 1
    assert await recorded(owner) == [{"conversations": 1, "briefs": 0, "jobs": 1, "messages": 0, "days": 30}]


async def test_events_of_its_answers_go_too(keeper):
    owner = await keeper()
    conversation_id = await a_conversation(owner, days_ago=31)
    [answer] = await Answer.owned_by(owner).rows({"conversation_id": conversation_id})
    key = f"elenchus:answer:{answer['_id']}:events"
    await resources().redis.xadd(key, {"name": "delta", "data": "{}"})
    await retention.forget_old(now())
    assert not await resources().redis.exists(key)


async def test_a_run_that_finds_nothing_says_nothing(keeper):
    owner = await keeper()
    await a_conversation(owner, days_ago=29)
    await retention.forget_old(now())
    assert await recorded(owner) == []


@pytest.mark.parametrize("more", [{"days": None}, {"deleted_at": now()}])
async def test_without_a_term_and_once_deleted_a_tenant_is_left_alone(keeper, more):
    owner = await keeper(**more)
    await a_conversation(owner, days_ago=9_000)
    await a_job(owner, days_ago=9_000)
    await retention.forget_old(now())
    assert await counts(owner) == [1, 1, 1]
    assert await Job.owned_by(owner).count({}) == 1


async def test_more_than_one_batch(keeper, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    owner = await keeper()
    for _ in range(5):
        await a_conversation(owner, days_ago=31)
    await retention.forget_old(now())
    assert await counts(owner) == [0, 0, 0]
    assert await recorded(owner) == [{"conversations": 5, "briefs": 0, "jobs": 0, "messages": 0, "days": 30}]


async def test_one_tenants_trouble_is_not_anothers(keeper, monkeypatch):
    first, second, third = await keeper(), await keeper(), await keeper()
    for owner in (first, second, third):
        await a_conversation(owner, days_ago=31)
    inactive = retention.store.inactive

    async def broken_for_one(owner, *args, **more):
        if owner.tenant_id == second.tenant_id:
            raise RuntimeError
        return await inactive(owner, *args, **more)

    monkeypatch.setattr(retention.store, "inactive", broken_for_one)
    await retention.forget_old(now())
    assert [(await counts(owner))[0] for owner in (first, second, third)] == [0, 1, 0]


@pytest.mark.parametrize("step", ["streams.forget", "conversations.delete_parts", "store.remove"])
async def test_what_breaks_off_is_finished_by_the_next_run(keeper, monkeypatch, step):
    owner = await keeper()
    await a_conversation(owner, days_ago=32)
    broken = await a_conversation(owner, days_ago=31)
    room, _, verb = step.partition(".")
    as_it_is = getattr(getattr(retention, room), verb)
    calls = 0

    async def dies_at_the_second(*args, **more):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError
        return await as_it_is(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(getattr(retention, room), verb, dies_at_the_second)
        await retention.forget_old(now())
    assert (await counts(owner))[0] == 1
    assert await recorded(owner) == [{"conversations": 1, "briefs": 0, "jobs": 0, "messages": 0, "days": 30}]
    await retention.forget_old(now())
    assert await counts(owner) == [0, 0, 0]
    assert await Conversation.owned_by(owner).get(broken) is None
    assert len(await recorded(owner)) == 2


async def test_what_breaks_off_outlives_no_term_that_is_taken_back(keeper, monkeypatch):
    owner = await keeper()
    await a_conversation(owner, days_ago=31)

    async def dies(*_args):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(retention.store, "remove", dies)
        await retention.forget_old(now())
    await Tenant.find_one({"_id": owner.tenant_id}).update({"$set": {"retention_days": None}})
    await retention.forget_old(now())
    assert (await counts(owner))[0] == 1
    await service.finish_removals()
    assert await counts(owner) == [0, 0, 0]


async def test_one_that_the_sweep_finishes_is_counted(keeper, monkeypatch):
    owner = await keeper()
    await a_conversation(owner, days_ago=31)

    async def then_the_sweep_comes(*_args):
        await service.finish_removals()

    monkeypatch.setattr(retention.streams, "forget", then_the_sweep_comes)
    await retention.forget_old(now())
    assert await counts(owner) == [0, 0, 0]
    assert await recorded(owner) == [{"conversations": 1, "briefs": 0, "jobs": 0, "messages": 0, "days": 30}]


async def test_one_that_is_used_at_that_moment_stays(keeper, monkeypatch):
    owner = await keeper()
    conversation_id = await a_conversation(owner, days_ago=31)
    inactive = retention.store.inactive

    async def then_it_is_used(owner, *args, **more):
        found = await inactive(owner, *args, **more)
        await Conversation.owned_by(owner).update({"_id": conversation_id}, {"$set": {"updated_at": now()}})
        return found

    monkeypatch.setattr(retention.store, "inactive", then_it_is_used)
    await retention.forget_old(now())
    assert await counts(owner) == [1, 1, 1]
    assert (await store.head(owner, conversation_id, last=1)).id == conversation_id


async def test_nothing_can_be_added_to_one_that_is_being_removed(keeper):
    owner = await keeper()
    conversation_id = await a_conversation(owner, days_ago=31)
    since = now() - timedelta(days=30)
    assert await retention.store.take_away(owner, conversation_id, inactive_since=since)
    with pytest.raises(ConversationNotFound):
        await store.head(owner, conversation_id, last=1)


async def test_an_answer_that_lost_its_process_is_left_to_the_sweep(keeper):
    """It may hold tokens."""
    owner = await keeper()
    await a_conversation(owner, days_ago=31, status=MessageStatus.STREAMING)
    await retention.forget_old(now())
    assert await counts(owner) == [0, 0, 1]


def test_a_worker_does_it_every_day():
    [every] = [every for every in registry.SCHEDULES if every.work is retention.forget_old]
    assert every.interval_seconds == 86_400
