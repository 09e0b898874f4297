"""Schedules over HTTP, and what happens when they are due. No worker runs here: the clock is moved by the tests."""

import json
from datetime import timedelta
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.identity.models import User
from elenchus.workflows.models import Execution
from elenchus.workflows.scheduling import service, store
from tests.support import Firm
from tests.workflows.support import step, template

SCHEDULES = "/api/v1/workflows/schedules"
DAILY = "0 9 * * *"


async def scheduled(f: Firm, **more: Any) -> dict[str, Any]:
    made = await template(f, step("a"))
    body = {"name": "Every morning", "template_id": made["id"], "cron": DAILY, **more}
    answer = await f.client.post(SCHEDULES, json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def tick(f: Firm, schedule: dict[str, Any], *, days_ago: float = 0.0) -> dict[str, Any]:
    """As if it had been due then, and nobody had looked since."""
    due = now() - timedelta(days=days_ago, seconds=1)
    await store.change(f.principal, Id(schedule["id"]), {"next_run_at": due})
    await service.tick(now())
    return await told(f, schedule)


async def told(f: Firm, schedule: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await f.client.get(f"{SCHEDULES}/{schedule['id']}")).json()
    return found


async def executions(f: Firm, schedule: dict[str, Any]) -> list[Execution]:
    return await Execution.owned_by(f.principal).find({"schedule_id": Id(schedule["id"])})


class TestTick:
    async def test_what_is_due_begins_once_on_its_makers_behalf(self, firm):
        f = await firm()
        schedule = await scheduled(f, input_data={"n": 1})
        after = await tick(f, schedule)
        [execution] = await executions(f, schedule)
        [noted] = after["ticks"]
        assert (noted["outcome"], noted["execution_id"], noted["missed"]) == ("started", execution.execution_id, 0)
        assert (execution.user_id, json.loads(execution.input)) == (f.principal.user_id, {"n": 1})
        assert after["next_run_at"] > schedule["created_at"]
        await service.tick(now())
        assert len(await executions(f, schedule)) == 1

    async def test_a_crash_before_the_tick_is_noted_begins_it_once(self, firm, monkeypatch):
        f = await firm()
        schedule = await scheduled(f)

        async def die(*_: object) -> bool:
            raise RuntimeError("killed")

        due = now() - timedelta(seconds=1)
        await store.change(f.principal, Id(schedule["id"]), {"next_run_at": due})
        with monkeypatch.context() as patched:
            patched.setattr(store, "ticked", die)
            await service.tick(now())
        assert (await told(f, schedule))["ticks"] == []
        await service.tick(now())
        assert len(await executions(f, schedule)) == 1
        assert [row["outcome"] for row in (await told(f, schedule))["ticks"]] == ["started"]

    async def test_missed_ticks_are_made_up_by_one_and_counted(self, firm):
        f = await firm()
        schedule = await scheduled(f)
        [noted] = (await tick(f, schedule, days_ago=3))["ticks"]
        assert (noted["outcome"], noted["missed"] >= 2) == ("started", True)
        assert "late" in noted["reason"]
        assert len(await executions(f, schedule)) == 1

    async def test_or_skipped_with_the_reason(self, firm):
        f = await firm()
        schedule = await scheduled(f, missed="skip")
        [noted] = (await tick(f, schedule, days_ago=3))["ticks"]
        assert (noted["outcome"], noted["execution_id"]) == ("skipped", None)
        assert noted["reason"] == "No worker was there when it was due."
        assert await executions(f, schedule) == []

    async def test_it_does_not_overlap_unless_it_may(self, firm):
        f = await firm()
        alone, together = await scheduled(f), await scheduled(f, overlap="allow")
        for schedule in (alone, together):
            await tick(f, schedule, days_ago=1.5)
            await tick(f, schedule)
        assert [row["outcome"] for row in (await told(f, alone))["ticks"]] == ["started", "skipped"]
        assert [row["outcome"] for row in (await told(f, together))["ticks"]] == ["started", "started"]

    async def test_one_of_somebody_who_may_not_begin_any_more_says_so(self, firm):
        f = await firm()
        schedule = await scheduled(f)
        assert await User.find_one({"_id": f.principal.user_id}).update({"$set": {"is_active": False}})
        await store.change(f.principal, Id(schedule["id"]), {"next_run_at": now()})
        await service.tick(now())
        [noted] = (await store.find(f.principal, Id(schedule["id"]))).ticks
        assert (noted.outcome, noted.reason) == ("failed", service.GONE)
        assert await executions(f, schedule) == []

    async def test_a_template_that_is_gone_is_a_failed_tick(self, firm):
        f = await firm()
        schedule = await scheduled(f)
        await f.client.delete(f"/api/v1/workflows/templates/{schedule['template_id']}")
        [noted] = (await tick(f, schedule))["ticks"]
        assert (noted["outcome"], noted["reason"]) == ("failed", "There is no such template.")

    async def test_one_that_goes_wrong_each_time_comes_after_the_others(self, firm, monkeypatch):
        f = await firm()
        bad, good = await scheduled(f), await scheduled(f)
        for schedule, hours in ((bad, 2), (good, 1)):
            due = now() - timedelta(hours=hours)
            await store.change(f.principal, Id(schedule["id"]), {"next_run_at": due})
        real, tried = service._tick, []

        async def ticked(schedule):
            tried.append(str(schedule.id))
            if str(schedule.id) == bad["id"]:
                raise RuntimeError("It is broken.")
            await real(schedule)

        monkeypatch.setattr(service, "_tick", ticked)
        monkeypatch.setattr(service, "DUE_AT_ONCE", 1)
        for _ in range(3):
            await service.tick(now())
        assert tried == [bad["id"], good["id"], bad["id"]]
        monkeypatch.setattr(service, "_tick", real)
        await service.tick(now())
        assert [row["outcome"] for row in (await told(f, bad))["ticks"]] == ["started"]
        assert (await store.find(f.principal, Id(bad["id"]))).failed_at is None

    async def test_one_that_is_switched_off_is_never_due(self, firm):
        f = await firm()
        schedule = await scheduled(f, is_active=False)
        assert schedule["next_run_at"] is None
        assert (await tick(f, schedule))["ticks"] == []


class TestHttp:
    async def test_changed_it_is_due_by_its_new_clock(self, firm):
        f = await firm()
        schedule = await scheduled(f, timezone="Europe/Berlin")
        answer = await f.client.patch(f"{SCHEDULES}/{schedule['id']}", json={"cron": "30 17 * * MON"})
        assert (answer.status_code, answer.json()["cron"]) == (200, "30 17 * * MON")
        assert answer.json()["next_run_at"] != schedule["next_run_at"]

    async def test_what_cannot_be_is_refused(self, firm):
        f = await firm()
        made = await template(f, step("a"), input_schema={"type": "object", "required": ["n"]})
        good = {"name": "x", "template_id": made["id"], "cron": DAILY, "input_data": {"n": 1}}
        for wrong in ({"cron": "* * * * *"}, {"timezone": "Mars/Base"}, {"input_data": {}}, {"user_id": made["id"]}):
            assert (await f.client.post(SCHEDULES, json={**good, **wrong})).status_code == 422, wrong

    async def test_another_tenants_is_not_there(self, firm):
        mine, other = await firm(), await firm()
        schedule = await scheduled(mine)
        for method in ("get", "patch", "delete"):
            more = {"json": {"is_active": False}} if method == "patch" else {}
            answer = await getattr(other.client, method)(f"{SCHEDULES}/{schedule['id']}", **more)
            assert answer.status_code == 404
        assert (await told(mine, schedule))["is_active"]
        assert (await other.client.get(SCHEDULES)).json()["items"] == []

    async def test_deleted_it_is_gone(self, firm):
        f = await firm()
        schedule = await scheduled(f)
        assert (await f.client.delete(f"{SCHEDULES}/{schedule['id']}")).status_code == 204
        assert (await f.client.get(f"{SCHEDULES}/{schedule['id']}")).status_code == 404
