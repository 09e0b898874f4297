"""After the time to restore: nothing of a person or tenant is left anywhere, and the record still holds."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from elenchus import registry
from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.models import Tenant, User
from elenchus.identity.people import erasing, store
from elenchus.identity.people import parts as parts_module
from elenchus.jobs import privacy
from elenchus.jobs import run as runs
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Retryable
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import JobStatus, Subject
from elenchus.library import names
from elenchus.research.models import Conversation, ConversationPage
from tests.audit.support import forget_other_tests
from tests.identity.people.conftest import (
    TENANTS,
    Join,
    delete_me,
    delete_tenant,
    erased,
    overdue,
    path,
    stored,
    stored_tenant,
)
from tests.identity.people.test_exporting import a_conversation
from tests.library.support import filed
from tests.support import Firm, until

LOGIN = "/api/v1/auth/login"
AS_BYTES = CodecOptions(document_class=RawBSONDocument)


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes through all tenants finds those of the test: hundreds of others cost seconds. And a step that waits
    for jobs to stop looks again soon."""
    forget_other_tests(monkeypatch)
    began, known = new_id(), store.all_tenant_ids

    async def own() -> AsyncIterator[Id]:
        async for tenant_id in known():
            if tenant_id > began:
                yield tenant_id

    monkeypatch.setattr(store, "all_tenant_ids", own)
    monkeypatch.setattr(privacy, "AGAIN_SECONDS", 0.05)


def a_canary() -> str:
    """A word that nothing else has, in every form in which it may be stored."""
    return f"canary{secrets.token_hex(8)}"


async def places(held: Resources, word: str) -> set[str]:
    """Where it is: collections by name and files by path, whatever the rooms say they keep."""
    needle = word.lower().encode()
    found = set()
    for name in await held.database.list_collection_names():
        collection = held.database.get_collection(name, codec_options=AS_BYTES)
        async for row in collection.find({}, batch_size=10_000):
            if needle in bytes(row.raw).lower():
                found.add(name)
    root = Path(held.storage.root)
    found |= {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file() and needle in file.read_bytes()}
    return found


async def leave_traces(firm: Firm, word: str, *, document: bool = True) -> None:
    """In every field that somebody can fill, on every way there is."""
    http = firm.client
    profile = {"full_name": word, "organization": word, "role": word, "avatar_url": f"https://x.example/{word}",
               "preferences": {"note": word}}  # fmt: skip
    (await http.patch("/api/v1/auth/me", json=profile)).raise_for_status()
    form = {"username": firm.email, "password": firm.password}
    signed_in = await http.post(LOGIN, data=form, headers={"User-Agent": word, "Authorization": ""})
    signed_in.raise_for_status()
    for _ in range(2):
        await http.post(LOGIN, data={**form, "password": "wrong wrong wrong"}, headers={"User-Agent": word})
    http.headers["User-Agent"] = word
    (await http.post("/api/v1/api-keys", json={"name": word, "scopes": ["chat:read"]})).raise_for_status()
    conversation = {"title": word, "session_id": word, "metadata": {"note": word}}
    made = (await http.post("/api/v1/chat/conversations", json=conversation)).raise_for_status().json()
    asked = await http.post("/api/v1/chat", json={"content": f"What of {word}?", "conversation_id": made["id"]})
    message_id = asked.raise_for_status().json()["message"]["id"]
    await http.post(f"/api/v1/chat/messages/{message_id}/feedback", json={"score": 1, "comment": word})
    await http.post(f"/api/v1/chat/conversations/{made['id']}/notes", json={"content": word})
    await a_conversation(firm.principal, word, pages=2, message=word)
    await http.post(f"{TENANTS}/current/invitations", json={"email": f"{word}@guest.example", "role": "viewer"})
    if document:
        labels = {"category": word, "matter": word, "keywords": word}
        await filed(firm, f"The notice of {word} was late.".encode(), f"{word}.txt", **labels)


async def verified(tenant_id: Id) -> bool:
    await audit.drain(3)
    return (await audit.verify_tenant(tenant_id)).verified


@pytest.fixture
async def traced(worker: None, somebody: Firm, join: Join) -> tuple[Firm, Firm, str]:
    """A firm, and a member of it who has left traces everywhere; what they uploaded is the firm's."""
    word = a_canary()
    member = await join(somebody, Role.ADMIN)
    await User.find_one({"_id": member.principal.user_id}).update(
        {"$set": {"email": f"{word}@firm.example", "email_key": f"{word}@firm.example"}}
    )
    member.email = f"{word}@firm.example"
    await leave_traces(member, word, document=False)
    return somebody, member, word


class TestPerson:
    async def test_nothing_of_them_is_left(self, traced, resources_):
        firm, member, word = traced
        before = await places(resources_, word)
        assert {
            "users",
            "sessions",
            "api_keys",
            "conversations",
            "conversation_pages",
            "answers",
            "notes",
            "audit_rows",
        } <= before
        await delete_me(member)
        await erased(User, member.principal.user_id)
        assert await places(resources_, word) == set()
        assert await verified(firm.principal.tenant_id)
        assert await AuditRow.owned_by(DEPLOYMENT).row({"action": "user.erased", "object.id": member.user["id"]})

    async def test_the_record_keeps_who_did_what(self, traced):
        firm, member, _ = traced
        await delete_me(member)
        await erased(User, member.principal.user_id)
        found = await firm.client.get("/api/v1/audit", params={"actor": member.user["id"], "limit": 200})
        rows = found.json()["items"]
        assert {"question.asked", "answer.rated", "user.deleted"} <= {row["action"] for row in rows}
        assert {row["ip_address"] for row in rows} == {None}

    async def test_documents_belong_to_the_firm(self, worker, somebody, join):
        member = await join(somebody)
        document = await filed(member, b"The notice was late.", "notice.txt")
        await delete_me(member)
        await erased(User, member.principal.user_id)
        kept = f"/api/v1/documents/{document['id']}"
        assert (await somebody.client.get(kept)).json()["filename"] == "notice.txt"
        assert (await somebody.client.get(f"{kept}/file")).content == b"The notice was late."

    async def test_what_they_left_in_a_former_tenant_goes_too(self, traced, resources_):
        _, member, word = traced
        await User.find_one({"_id": member.principal.user_id}).update({"$set": {"memberships": []}})
        mark = {"deleted_at": now(), "erase_at": now()}
        await User.find_one({"_id": member.principal.user_id}).update({"$set": mark})
        await erased(User, member.principal.user_id)
        assert await places(resources_, word) == set()

    async def test_invitations_to_their_address_go_too(self, worker, firm, somebody, resources_):
        leaver, word = await firm(), a_canary()
        wish = {"email": leaver.email.replace("owner", word), "role": "viewer"}
        await User.find_one({"_id": leaver.principal.user_id}).update(
            {"$set": {"email": wish["email"], "email_key": wish["email"]}}
        )
        await somebody.client.post(f"{TENANTS}/current/invitations", json=wish)
        assert await places(resources_, word) >= {"users", "invitations"}
        await delete_me(leaver)
        await erased(User, leaver.principal.user_id)
        assert await places(resources_, word) == set()

    async def test_others_lose_nothing(self, traced, resources_):
        firm, member, _ = traced
        word = a_canary()
        await leave_traces(firm, word)
        before = await places(resources_, word)
        await delete_me(member)
        await erased(User, member.principal.user_id)
        assert await places(resources_, word) == before

    async def test_pages_that_a_deletion_left_behind_go_too(self, worker, somebody, resources_):
        """A conversation's deletion died after its first write."""
        word = a_canary()
        asked = await somebody.client.post("/api/v1/chat", json={"content": "Is the notice late?"})
        conversation_id = Id(asked.raise_for_status().json()["conversation_id"])
        left = ConversationPage(
            id=derived_id(conversation_id, 0), tenant_id=somebody.principal.tenant_id, conversation_id=conversation_id,
            start=0, revision=1, messages=[{"id": "1", "role": "user", "content": word}],
        )  # fmt: skip
        await ConversationPage.owned_by(somebody.principal).insert(left)
        await Conversation.owned_by(somebody.principal).delete({"_id": conversation_id})
        user_id = somebody.principal.user_id
        await User.find_one({"_id": user_id}).update({"$set": {"deleted_at": now(), "erase_at": now()}})
        await erased(User, user_id)
        assert await places(resources_, word) == set()

    async def test_of_their_jobs_only_the_one_that_erased_them_stays(self, worker, somebody):
        await filed(somebody, b"The notice was late.", "notice.txt")
        user_id = somebody.principal.user_id
        about = Subject("user", user_id)
        await jobs.submit("identity.mail_verification", DEPLOYMENT, subject=about)
        await delete_me(somebody)
        await erased(User, user_id)
        rows = await Job.across_tenants().find({"$or": [{"user_id": user_id}, {"subject.id": user_id}]})
        assert [row.type for row in rows] == [erasing.ERASE]

    async def test_the_address_is_free_again(self, worker, somebody):
        await delete_me(somebody)
        await erased(User, somebody.principal.user_id)
        body = {"email": somebody.email, "password": somebody.password, "full_name": "Somebody Else"}
        answer = await somebody.client.post("/api/v1/auth/register", json=body, headers={"Authorization": ""})
        assert answer.status_code == 201


class TestTenant:
    async def test_nothing_of_it_is_left(self, worker, somebody, join, resources_):
        word = a_canary()
        member = await join(somebody)
        (await somebody.client.patch(f"{TENANTS}/current", json={"name": word})).raise_for_status()
        await leave_traces(somebody, word)
        member.client.headers["User-Agent"] = word
        (await member.client.get("/api/v1/documents")).raise_for_status()
        await until(lambda: _is_filed(resources_, word, "audit_rows"))
        assert (await delete_tenant(somebody, word)).status_code == 204
        await erased(Tenant, somebody.principal.tenant_id)
        assert await places(resources_, word) == {"users"}, "of its owner, who is a person of their own"
        assert await verified(somebody.principal.tenant_id)
        await User.find_one({"_id": somebody.principal.user_id}).update(
            {"$set": {"deleted_at": now(), "erase_at": now()}}
        )
        await erased(User, somebody.principal.user_id)
        assert await places(resources_, word) == set()

    async def test_no_row_has_its_id_but_the_record(self, worker, somebody, resources_):
        await leave_traces(somebody, a_canary())
        tenant_id = somebody.principal.tenant_id
        await delete_tenant(somebody)
        await erased(Tenant, tenant_id)
        left = {
            model.get_collection_name()
            for model in registry.MODELS
            if await resources_.database[model.get_collection_name()].find_one({"tenant_id": tenant_id})
        }
        assert left == {"audit_rows", "audit_heads"}
        assert await AuditRow.owned_by(DEPLOYMENT).row({"action": "tenant.erased", "object.id": str(tenant_id)})
        folder = Path(resources_.storage.root) / names.storage_key(somebody.principal, tenant_id).rpartition("/")[0]
        assert list(folder.glob("*")) == []

    async def test_its_members_go_on_elsewhere(self, worker, firm, somebody, join, resources_):
        member, other = await join(somebody), await firm()
        held = (await stored(other.principal.user_id)).memberships[0]
        user = await stored(member.principal.user_id)
        rows = [row.model_dump() for row in (*user.memberships, held)]
        await User.find_one({"_id": user.id}).update({"$set": {"memberships": rows}})
        await delete_tenant(somebody)
        await erased(Tenant, somebody.principal.tenant_id)
        assert [one.tenant_id for one in (await stored(user.id)).memberships] == [held.tenant_id]


async def _is_filed(held: Resources, word: str, collection: str) -> bool:
    return collection in await places(held, word)


class TestWhen:
    async def test_nothing_is_erased_before_its_time(self, somebody):
        await delete_me(somebody)
        await erasing.submit_due(now())
        assert await _erasure_of(somebody.principal.user_id) is None
        assert await store.begin_erasing_user(somebody.principal.user_id) is None
        assert await store.begin_erasing_tenant(somebody.principal.tenant_id) is None

    async def test_whoever_is_restored_after_the_job_was_made_stays(self, boss, somebody):
        await delete_me(somebody)
        user_id = somebody.principal.user_id
        await jobs.submit(erasing.ERASE, DEPLOYMENT, subject=Subject(erasing.USER, user_id))
        await boss.client.post(f"{path(somebody)}/restore")
        await erasing.erase(_Run(Subject(erasing.USER, user_id)))
        assert (await stored(user_id)).deleted_at is None

    async def test_two_jobs_of_one_person_do_not_stop_each_other(self, somebody):
        """Across midnight there may be two."""
        await delete_me(somebody)
        user_id = somebody.principal.user_id
        await overdue(User, user_id)
        other = await jobs.submit(erasing.ERASE, DEPLOYMENT, subject=Subject(erasing.USER, user_id))
        running = {"status": JobStatus.RUNNING, "due_at": now() + timedelta(days=1), "queue": "nobody's"}
        await Job.owned_by(DEPLOYMENT).update({"_id": other}, {"$set": running})
        await erasing.erase(_Ledger(Subject(erasing.USER, user_id), dies_at=99))
        assert await stored(user_id) is None
        assert not (await Job.owned_by(DEPLOYMENT).get(other)).cancel_requested
        await Job.owned_by(DEPLOYMENT).delete({"_id": other})

    async def test_a_job_a_day_until_it_is_done(self, somebody):
        await delete_me(somebody)
        await overdue(User, somebody.principal.user_id)
        for hours in (0, 0, 24):
            await erasing.submit_due(now() + timedelta(hours=hours))
        rows = await Job.across_tenants().find({"type": erasing.ERASE, "subject.id": somebody.principal.user_id})
        assert len(rows) == 2
        assert {row.tenant_id for row in rows} == {DEPLOYMENT.tenant_id}

    async def test_a_tenants_members_do_not_see_the_job(self, worker, somebody, firm):
        await delete_me(somebody)
        await erased(User, somebody.principal.user_id)
        listed = (await (await firm()).client.get("/api/v1/jobs", params={"type": erasing.ERASE})).json()["items"]
        assert listed == []


async def _erasure_of(user_id: Id) -> Job | None:
    return await Job.across_tenants().first({"type": erasing.ERASE, "subject.id": user_id})


class _Run:
    """A job's run without a ledger, for what must not even begin."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.job_id = derived_id("run", subject.id)

    async def step(self, name: str, work: Any) -> None:
        raise AssertionError(f"the step {name!r} was taken")


class TestInterrupted:
    @pytest.mark.parametrize("hit", range(1, 14, 2))
    async def test_killed_at_any_step_it_is_finished_after(self, somebody, resources_, monkeypatch, hit):
        """As if the worker died after the work and before it was noted: the work is done again."""
        word = a_canary()
        await a_conversation(somebody.principal, word, pages=1, message=word)
        await delete_me(somebody)
        user_id = somebody.principal.user_id
        await overdue(User, user_id)
        run = _Ledger(Subject(erasing.USER, user_id), dies_at=hit)
        with pytest.raises(_Killed):
            await erasing.erase(run)
        await erasing.erase(run)
        assert await stored(user_id) is None
        assert await places(resources_, word) == set()
        assert await verified(somebody.principal.tenant_id)

    @pytest.mark.parametrize("hit", range(1, 12, 2))
    async def test_of_a_tenant_as_well(self, worker, somebody, resources_, hit):
        word = a_canary()
        await filed(somebody, f"The notice of {word}.".encode(), f"{word}.txt")
        await a_conversation(somebody.principal, word, pages=1, message=word)
        await delete_tenant(somebody)
        tenant_id = somebody.principal.tenant_id
        run = _Ledger(Subject(erasing.TENANT, tenant_id), dies_at=hit)
        await overdue(Tenant, tenant_id)
        with pytest.raises(_Killed):
            await erasing.erase(run)
        await erasing.erase(run)
        assert await stored_tenant(tenant_id) is None
        assert await places(resources_, word) == set()

    async def test_of_a_tenant_whose_record_was_tampered_with_as_well(self, somebody, resources_):
        word, tenant_id = a_canary(), somebody.principal.tenant_id
        somebody.client.headers["User-Agent"] = word
        (await somebody.client.post("/api/v1/chat/conversations", json={"title": "x"})).raise_for_status()
        assert (await delete_tenant(somebody)).status_code == 204
        await audit.drain(5)
        await resources_.database["audit_heads"].delete_one({"tenant_id": tenant_id})
        await resources_.database["audit_rows"].insert_one({"_id": new_id(), "tenant_id": tenant_id, "seq": 2.5})
        await overdue(Tenant, tenant_id)
        await erasing.erase(_Ledger(Subject(erasing.TENANT, tenant_id), dies_at=99))
        assert await stored_tenant(tenant_id) is None
        assert "audit_rows" not in await places(resources_, word)

    async def test_a_part_may_have_the_name_of_another_step(self, somebody):
        await delete_me(somebody)
        await overdue(User, somebody.principal.user_id)
        run = _Ledger(Subject(erasing.USER, somebody.principal.user_id), dies_at=99)
        await erasing.erase(run)
        assert {f"part {part.name}" for part in parts_module.known()} <= run.done
        assert not {part.name for part in parts_module.known()} & run.done

    async def test_a_running_job_of_theirs_is_stopped_first(self, somebody):
        owner = somebody.principal
        job = await _a_job(owner, JobStatus.RUNNING)
        waiting = await _a_job(owner, JobStatus.QUEUED)
        part = parts_module._known["jobs"]
        with pytest.raises(Retryable):
            await part.erase_tenant(owner)
        assert (await Job.owned_by(owner).get(job)).cancel_requested
        assert await Job.owned_by(owner).get(waiting) is None
        ended = {"$set": {"status": JobStatus.CANCELLED, "open": False}}
        await Job.owned_by(owner).update({"_id": job}, ended)
        await part.erase_tenant(owner)
        assert await Job.owned_by(owner).get(job) is None


async def _a_job(owner: Principal, status: JobStatus) -> Id:
    """Of a kind that no worker takes."""
    job = Job(
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        role=owner.role,
        type="nobody's",
        queue="nobody's",
        subject=SubjectRef(type="thing", id=owner.user_id),
        status=status,
        due_at=now() + timedelta(days=1),
        max_attempts=1,
        queued_at=now(),
    )
    await Job.owned_by(owner).insert(job)
    return job.id


class _Killed(BaseException):
    pass


class _Ledger:
    """Steps as `jobs.run` keeps them, whose process dies once after the work of one."""

    def __init__(self, subject: Subject, *, dies_at: int) -> None:
        self.subject, self.job_id = subject, derived_id("run", subject.id)
        self._dies_at, self._taken = dies_at, 0
        self.done: set[str] = set()

    async def step(self, name: str, work: Any) -> None:
        if name in self.done:
            return
        await work()
        self._taken += 1
        if self._taken == self._dies_at:
            raise _Killed
        self.done.add(name)


async def test_an_attempt_that_ends_between_steps_is_followed_by_another(worker, somebody, resources_, monkeypatch):
    """With the ledger's own steps: the attempt ends in an error after a step's work, and the next one goes on there."""
    word, ended, take = a_canary(), [], erasing._take
    user_id = somebody.principal.user_id
    await a_conversation(somebody.principal, word, pages=1, message=word)
    await delete_me(somebody)

    async def stumble(run: runs.Run, name: str, work: erasing.Work) -> None:
        await take(run, name, work)
        if run.subject.id == user_id and len(ended) < 2 and name not in ended:
            ended.append(name)
            raise Retryable(after_seconds=0.05)

    monkeypatch.setattr(erasing, "_take", stumble)
    await erased(User, user_id)
    job = await until(lambda: _ended_erasure(user_id))
    assert job.attempts == 3
    assert await places(resources_, word) == set()


async def _ended_erasure(user_id: Id) -> Job | None:
    job = await _erasure_of(user_id)
    return job if job and job.status.is_over else None


def test_the_deployment_is_nobody():
    assert DEPLOYMENT.role is Role.VIEWER
    assert not DEPLOYMENT.is_superuser


async def test_the_deployment_signs_in_nowhere(client: httpx.AsyncClient):
    assert await User.find_one({"_id": DEPLOYMENT.user_id}) is None
    assert await Tenant.find_one({"_id": DEPLOYMENT.tenant_id}) is None
