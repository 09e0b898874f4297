"""What is done to a person is on the record of each tenant they are in, whoever did it and wherever they did it."""

import pytest

from elenchus.core.principal import Role
from elenchus.identity.models import User
from elenchus.identity.people import departing
from tests.identity.people.conftest import actions_in, delete_me, path, rows_in, stored


@pytest.fixture
async def member(firm, join):
    """Of two firms, acting in the first."""
    first, second = await firm(), await firm()
    joined = await join(first)
    held = (await stored(second.principal.user_id)).memberships[0].model_copy(update={"role": Role.MEMBER})
    rows = [row.model_dump() for row in (*(await stored(joined.principal.user_id)).memberships, held)]
    await User.find_one({"_id": joined.principal.user_id}).update({"$set": {"memberships": rows}})
    return joined, first.principal.tenant_id, second.principal.tenant_id


class TestBySuperusers:
    async def test_each_of_the_persons_tenants_sees_it(self, boss, member):
        person, *tenants = member
        (await boss.client.get(f"{path(person)}/export")).raise_for_status()
        for patch in ({"is_active": False}, {"is_active": True}, {"unlock": True}):
            (await boss.client.patch(path(person), json=patch)).raise_for_status()
        assert (await boss.client.delete(path(person))).status_code == 204
        assert (await boss.client.post(f"{path(person)}/restore")).status_code == 204
        done = "exported suspended activated unlocked deleted restored".split()
        for tenant_id in (*tenants, boss.principal.tenant_id):
            about = [row for row in await rows_in(tenant_id) if row["object"]["id"] == person.user["id"]]
            by_boss = [row["action"] for row in about if row["actor"]["user_id"] == boss.principal.user_id]
            assert by_boss == [f"user.{one}" for one in done]

    async def test_but_not_from_where(self, boss, member):
        person, *tenants = member
        (await boss.client.patch(path(person), json={"is_active": False})).raise_for_status()
        for tenant_id in tenants:
            [row] = [row for row in await rows_in(tenant_id) if row["action"] == "user.suspended"]
            assert (row["personal"]["ip_address"], row["personal"]["user_agent"]) == ("", "")
            assert row["request_id"]
        [own] = [row for row in await rows_in(boss.principal.tenant_id) if row["action"] == "user.suspended"]
        assert own["personal"]["ip_address"]


class TestByThemselves:
    async def test_once_in_each_tenant(self, member):
        person, *tenants = member
        await delete_me(person)
        for tenant_id in tenants:
            assert (await actions_in(tenant_id)).count("user.deleted") == 1

    async def test_the_tenant_that_goes_with_them_and_comes_back_says_so(self, boss, somebody):
        await delete_me(somebody)
        await boss.client.post(f"{path(somebody)}/restore")
        done = [action for action in await actions_in(somebody.principal.tenant_id) if "ed" in action.partition(".")[2]]
        assert done[-4:] == ["tenant.deleted", "user.deleted", "tenant.restored", "user.restored"]


class TestTenants:
    async def test_deleted_and_restored_by_another(self, boss, somebody):
        await somebody.client.request("DELETE", "/api/v1/tenants/current", json={"name": "Advocate LLP"})
        tenant_id = somebody.principal.tenant_id
        assert (await boss.client.post(f"/api/v1/tenants/{tenant_id}/restore")).status_code == 204
        rows = [row for row in await rows_in(tenant_id) if row["object"]["kind"] == "tenant"]
        told = [(row["action"], row["actor"]["user_id"], bool(row["personal"]["ip_address"])) for row in rows]
        assert told == [
            ("tenant.deleted", somebody.principal.user_id, True),
            ("tenant.restored", boss.principal.user_id, False),
        ]
        assert "tenant.restored" in await actions_in(boss.principal.tenant_id)

    async def test_one_that_only_a_crash_left_is_deleted_by_the_deployment(self, somebody):
        user = await stored(somebody.principal.user_id)
        mark = {"deleted_at": user.created_at, "erase_at": user.created_at.replace(year=user.created_at.year + 1)}
        await User.find_one({"_id": user.id}).update({"$set": mark})
        await departing.mend(user.created_at)
        row = (await rows_in(somebody.principal.tenant_id))[-1]
        assert (row["action"], row["actor"]["user_id"]) == ("tenant.deleted", departing.DEPLOYMENT.user_id)
