"""How long a brief is kept, whose it is, and what becomes of it when its documents change."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity.people.parts import Leaver
from elenchus.identity.tenants.retention import Term
from elenchus.library import service as library
from elenchus.research.briefing import metering, privacy, service, staleness, store
from elenchus.research.briefing.models import Brief, BriefPart, BriefStatus
from elenchus.research.retention import service as retention
from tests.research.briefing.support import FACTS, LATE, a_brief, briefed, shown, tokens_used
from tests.research.recording.test_staleness import reread
from tests.research.support import LEASE, filed
from tests.support import until


async def kept(owner, **more) -> Id:
    """Half written."""
    brief = a_brief(owner, status=BriefStatus.RUNNING, **more)
    await store.add(owner, brief)
    assert await store.keep_part(owner, brief.id, "facts", found={"text": FACTS}, call=None)
    return brief.id


async def left(owner) -> tuple[int, int]:
    return await Brief.owned_by(owner).count({}), await BriefPart.owned_by(owner).count({})


class TestTime:
    async def test_it_goes_when_the_tenants_time_is_over(self, resources_, new_principal):
        owner = new_principal()
        await kept(owner, updated_at=now() - timedelta(days=31))
        young = await kept(owner, updated_at=now() - timedelta(days=29))
        await retention._forget_in(Term(owner.tenant_id, 30))
        assert await left(owner) == (1, 1)
        assert await store.find(owner, young)


class TestPeople:
    async def test_a_person_takes_it_along_with_all_that_it_says(self, firm):
        f = await firm()
        await filed(f)
        found = await briefed(f, model="extractive", legal_issues=[LATE])
        [item] = [item async for item in privacy.export_briefs(f.principal, f.principal.user_id)]
        assert item.fields["case_facts"] == FACTS
        assert item.fields["result"] == found["result"]
        assert [item async for item in privacy.export_briefs(f.principal, new_id())] == []

    async def test_it_goes_with_its_person_and_no_other(self, resources_, new_principal):
        owner = new_principal()
        colleague = new_principal(Role.MEMBER, owner.tenant_id)
        await kept(owner)
        theirs = await kept(colleague)
        await privacy.erase_briefs_of(owner, Leaver(owner.user_id, "x"))
        assert await left(owner) == (1, 1)
        assert await store.find(owner, theirs)

    async def test_it_goes_with_the_firm_and_so_do_parts_that_lost_it(self, resources_, new_principal):
        owner = new_principal()
        brief_id = await kept(owner)
        await kept(owner)
        await store.remove(owner, brief_id)
        await privacy.erase_briefs_in(owner)
        assert await left(owner) == (0, 0)

    async def test_a_part_of_one_that_has_gone_is_not_kept(self, resources_, new_principal):
        owner = new_principal()
        ended = a_brief(owner, status=BriefStatus.CANCELLED)
        await store.add(owner, ended)
        for brief_id in (ended.id, new_id()):
            assert not await store.keep_part(owner, brief_id, "facts", found={}, call=None)
        assert await left(owner) == (1, 0)

    async def test_a_colleague_sees_nothing_of_it(self, resources_, new_principal):
        owner = new_principal()
        brief_id = await kept(owner)
        assert await store.row(new_principal(Role.OWNER, owner.tenant_id), brief_id) is None
        assert await store.row(owner, brief_id)


class TestStaleness:
    async def test_a_deleted_document_marks_it(self, firm):
        f = await firm()
        document = await filed(f)
        found = await briefed(f, model="extractive", legal_issues=[LATE])
        assert (await f.client.delete(f"/api/v1/documents/{document}")).status_code == 204

        async def marked():
            return (await shown(f, found["id"]))["stale"]

        stale = await until(marked)
        cited = {row["n"] for row in found["result"]["issues"][0]["analysis"]["citations"]}
        assert (stale[document]["reason"], {*stale[document]["citations"]}) == ("deleted", cited)

    async def test_a_changed_one_marks_it_until_it_says_so_again(self, firm):
        f = await firm()
        document = await filed(f)
        found = await briefed(f, model="extractive", legal_issues=[LATE])
        await reread(f, document, LEASE.replace("5%", "9%"))

        async def marked():
            return (await shown(f, found["id"]))["stale"]

        assert (await until(marked))[document]["reason"] == "changed"
        await reread(f, document, LEASE)

        async def unmarked():
            return not (await shown(f, found["id"]))["stale"]

        await until(unmarked)

    async def test_one_that_is_completed_too_late_to_be_told_looks_itself(self, firm, monkeypatch):
        f = await firm()
        document = await filed(f)
        found = await briefed(f, model="extractive", legal_issues=[LATE])

        async def gone(*_args) -> frozenset[Id]:
            return frozenset()

        async def says_nothing(*_args) -> None:
            return None

        monkeypatch.setattr(library, "still_there", gone)
        monkeypatch.setattr(library, "still_said", says_nothing)
        await staleness.watch(f.principal, Id(found["id"]))
        assert (await shown(f, found["id"]))["stale"][document]["reason"] == "deleted"


@pytest.mark.parametrize("status", [BriefStatus.PENDING, BriefStatus.RUNNING])
async def test_tokens_that_are_held_for_one_are_not_held_when_it_is_erased(firm, gemini, status):

    f = await firm()
    brief = a_brief(f.principal, status=status, tokens_month=f"{now():%Y-%m}", most_tokens=500, model="google_genai:x")
    await store.add(f.principal, brief)
    await metering.hold(f.principal, brief)
    assert await tokens_used(f) == 500
    await service.erase(f.principal, brief.id)
    assert await tokens_used(f) == 0
