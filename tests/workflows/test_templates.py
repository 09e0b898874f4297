"""Templates over HTTP: a firm's own, those that everybody has, and how they fare."""

from dataclasses import replace
from typing import Any

import pytest

from elenchus.core.ids import Id
from elenchus.core.principal import Role
from elenchus.workflows.catalogue import service as catalogue
from elenchus.workflows.errors import NotYourTemplate
from elenchus.workflows.schemas import TemplateChange
from tests.support import Firm, until
from tests.workflows.support import execute, over, step, template

TEMPLATES = "/api/v1/workflows/templates"
ASK = step("ask", "approval", input={"title": "Go on?"})


async def listed(f: Firm, **wanted: Any) -> list[dict[str, Any]]:
    answer = await f.client.get(TEMPLATES, params={"limit": 200, **wanted})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def made(f: Firm, *steps: dict[str, Any], expect: int = 201, **more: Any) -> dict[str, Any]:
    body = {"name": "mine", "title": "Mine", "input_schema": {"type": "object"}, "definition": {"steps": [*steps]}}
    answer = await f.client.post(TEMPLATES, json=body | more)
    assert answer.status_code == expect, answer.text
    told: dict[str, Any] = answer.json()
    return told


class TestOwn:
    async def test_it_is_there_as_it_was_given(self, firm):
        f = await firm()
        one = await made(f, step("a"), category="contracts", description="For us.", icon="scale")
        got = (await f.client.get(f"{TEMPLATES}/{one['id']}")).json()
        assert got == one
        assert (got["version"], got["is_public"], got["usage_count"], got["success_rate"]) == (1, False, 0, None)
        assert got["definition"]["steps"][0]["name"] == "a"
        assert [row["id"] for row in await listed(f, category="contracts") if not row["is_public"]] == [one["id"]]

    async def test_what_is_wrong_is_told_all_at_once_each_with_its_step(self, firm):
        told = await made(
            await firm(),
            step("a", "no_such_kind"),
            step("b", needs=["nowhere"]),
            step("c", value="{{ steps.a }}"),
            step("d", "retrieve", input={"question": "x"}),
            input_schema={"type": "object", "properties": {"x": {"$ref": "http://elsewhere.example/s"}}},
            expect=422,
        )
        places = {tuple(row["loc"][:4]): row["msg"] for row in told["errors"]}
        assert {("body", "definition", "steps", n) for n in range(4)} <= places.keys()
        assert all("Step `" in msg for loc, msg in places.items() if loc[1] == "definition")
        assert any(loc[:2] == ("body", "input_schema") for loc in places)

    async def test_a_name_is_taken_once(self, firm):
        f = await firm()
        await made(f, step("a"))
        await made(f, step("a"), expect=409)
        await made(await firm(), step("a"))

    async def test_a_change_is_a_new_version_and_what_runs_goes_on_with_its_own(self, firm, worker):
        f = await firm()
        one = await made(f, ASK, step("a", value="first", needs=["ask"]))
        begun = await execute(f, one)
        new = {"steps": [step("a", value="second")]}
        answer = await f.client.patch(f"{TEMPLATES}/{one['id']}", json={"definition": new, "title": "Other"})
        assert (answer.status_code, answer.json()["version"], answer.json()["title"]) == (200, 2, "Other")

        async def decided() -> bool:
            path = f"/api/v1/workflows/executions/{begun['execution_id']}/steps/ask/approve"
            return (await f.client.post(path, json={"approved": True})).status_code == 200

        await until(decided)
        done = await over(f, begun)
        assert (done["template_version"], done["output_data"]) == (1, "first")
        assert (await over(f, await execute(f, one)))["output_data"] == "second"

    async def test_a_change_that_is_wrong_changes_nothing(self, firm):
        f = await firm()
        one = await made(f, step("a"))
        answer = await f.client.patch(
            f"{TEMPLATES}/{one['id']}", json={"definition": {"steps": [step("a", "nothing")]}}
        )
        assert answer.status_code == 422
        assert (await f.client.get(f"{TEMPLATES}/{one['id']}")).json() == one

    async def test_page_by_page_each_is_there_once(self, firm):
        f, found, cursor = await firm(), [], ""
        for name in ("one", "two"):
            await made(f, step("a"), name=name)
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = (await f.client.get(TEMPLATES, params={"limit": 3, **more})).json()
            found += [row["id"] for row in page["items"]]
            cursor = page["next_cursor"]
        assert found == [row["id"] for row in await listed(f)]
        assert len(found) == len(set(found))

    async def test_a_lost_update_is_told(self, firm):
        f = await firm()
        one = await made(f, step("a"))
        tag = (await f.client.get(f"{TEMPLATES}/{one['id']}")).headers["etag"]
        for expected in (200, 412):
            answer = await f.client.patch(f"{TEMPLATES}/{one['id']}", json={"title": "x"}, headers={"If-Match": tag})
            assert answer.status_code == expected

    async def test_switched_off_it_is_not_executed(self, firm):
        f = await firm()
        one = await made(f, step("a"), is_active=False)
        await execute(f, one, expect=409)
        assert one["id"] not in [row["id"] for row in await listed(f, is_active=True)]

    async def test_deleted_its_executions_stay(self, firm, worker):
        f = await firm()
        one = await made(f, step("a"))
        done = await over(f, await execute(f, one))
        assert (await f.client.delete(f"{TEMPLATES}/{one['id']}")).status_code == 204
        await execute(f, one, expect=404)
        assert (await f.client.get(f"/api/v1/workflows/executions/{done['execution_id']}")).status_code == 200

    async def test_a_colleague_runs_it_and_only_an_administrator_changes_it(self, firm):
        f = await firm()
        one = await made(f, step("a"))
        colleague = replace(f.principal, user_id=Id(), role=Role.MEMBER)
        with pytest.raises(NotYourTemplate):
            await catalogue.change(colleague, Id(one["id"]), TemplateChange(title="Theirs"))
        admin = replace(colleague, role=Role.ADMIN)
        assert (await catalogue.change(admin, Id(one["id"]), TemplateChange(title="Ours"))).title == "Ours"

    async def test_another_firms_is_not_there(self, firm):
        mine, other = await firm(), await firm()
        one = await made(mine, step("a"))
        for method in ("get", "delete"):
            assert (await getattr(other.client, method)(f"{TEMPLATES}/{one['id']}")).status_code == 404
        await execute(other, one, expect=404)
        assert one["id"] not in [row["id"] for row in await listed(other)]

    @pytest.mark.parametrize("extra", ["tenant_id", "is_public", "version", "usage_count"])
    async def test_nobody_sets_what_is_not_theirs(self, firm, extra):
        await made(await firm(), step("a"), **{extra: 1}, expect=422)


class TestPublic:
    async def test_everybody_has_them_and_nobody_changes_them(self, firm):
        f = await firm()
        public = [row for row in await listed(f) if row["is_public"]]
        assert len(public) >= 10
        for method, body in (("patch", {"title": "x"}), ("delete", None)):
            answer = await f.client.request(method, f"{TEMPLATES}/{public[0]['id']}", json=body)
            assert answer.status_code == 403

    async def test_the_same_id_in_every_firm(self, firm):
        names = [{row["name"]: row["id"] for row in await listed(await firm()) if row["is_public"]} for _ in range(2)]
        assert names[0] == names[1]

    async def test_categories_count_what_is_in_use(self, firm):
        f = await firm()
        await made(f, step("a"), category="our-own")
        await made(f, step("a"), category="our-own", name="off", is_active=False)
        found = {row["name"]: row for row in (await f.client.get("/api/v1/workflows/categories")).json()["items"]}
        assert (found["our-own"]["templates"], found["our-own"]["title"]) == (1, "Our own")
        assert found["contracts"]["templates"] == len(
            [row for row in await listed(f, category="contracts") if row["is_active"]]
        )

    async def test_ones_own_of_the_same_name_comes_first(self, firm, worker):
        f = await firm()
        public = next(row for row in await listed(f) if row["is_public"])
        await made(f, step("a", value="mine"), name=public["name"])
        body = {"template_name": public["name"], "input_data": {}}
        begun = await f.client.post("/api/v1/workflows/execute", json=body)
        assert (await over(f, begun.json()))["output_data"] == "mine"

    async def test_no_such_name_is_nothing(self, firm):
        body = {"template_name": "no-such-thing"}
        assert (await (await firm()).client.post("/api/v1/workflows/execute", json=body)).status_code == 404


class TestUse:
    async def test_how_often_how_well_and_how_long_is_known(self, firm, worker):
        f = await firm()
        one = await template(f, step("a", value="{{ input.x }}"))
        for input_data in ({"x": 1}, {"x": 2}, {}):
            await over(f, await execute(f, one, input_data=input_data))

        async def counted() -> dict[str, Any] | None:
            got: dict[str, Any] = (await f.client.get(f"{TEMPLATES}/{one['id']}")).json()
            return got if got["success_rate"] == pytest.approx(2 / 3, abs=0.001) else None

        use = await until(counted)
        assert use
        assert use["usage_count"] == 3
        assert use["avg_duration"] >= 0
