"""Deleting a tenant, and bringing it back."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity.models import Tenant
from elenchus.identity.people import departing
from elenchus.identity.people.models import WithdrawnMembership
from tests.conftest import sign_up
from tests.identity.people.conftest import (
    ME,
    TENANTS,
    audited,
    delete_me,
    delete_tenant,
    overdue,
    path,
    sign_in,
    sign_in_again,
    stored,
    stored_tenant,
)
from tests.support import http_client


def restore(tenant_id: Id) -> str:
    return f"{TENANTS}/{tenant_id}/restore"


class TestDeleting:
    async def test_needs_its_name_to_the_letter(self, somebody):
        for name in ("", "advocate llp", "Advocate LLP "):
            assert (await delete_tenant(somebody, name)).status_code == 409
        assert (await somebody.client.request("DELETE", f"{TENANTS}/current", json={})).status_code == 422
        assert (await stored_tenant(somebody.principal.tenant_id)).deleted_at is None

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN])
    async def test_only_an_owner_may(self, somebody, join, role):
        assert (await delete_tenant(await join(somebody, role))).status_code == 403

    async def test_an_owners_key_may_not(self, somebody):
        made = await somebody.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["tenants:read"]})
        somebody.client.headers["Authorization"] = f"Bearer {made.json()['key']}"
        assert (await delete_tenant(somebody)).status_code == 403

    async def test_everybody_is_out_at_once(self, somebody, join):
        member = await join(somebody, Role.ADMIN)
        made = await member.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["documents:read"]})
        assert (await delete_tenant(somebody)).status_code == 204
        for one in (somebody, member):
            assert (await one.client.get(ME)).status_code == 401
            again = (await sign_in(one)).json()["user"]
            assert str(somebody.principal.tenant_id) not in {held["tenant_id"] for held in again["memberships"]}
        member.client.headers.pop("Authorization")
        with_key = await member.client.get("/api/v1/documents", headers={"X-API-Key": made.json()["key"]})
        assert with_key.status_code == 401

    async def test_it_is_on_nobodys_list(self, firm, join):
        """Somebody who is in another one too goes on there, and finds no trace of it."""
        first, second = await firm(), await firm()
        member = await join(first)
        held = (await stored(second.principal.user_id)).memberships[0].model_copy(update={"role": Role.MEMBER})
        user = await stored(member.principal.user_id)
        rows = [*user.memberships, held]
        await user.update({"$set": {"memberships": [row.model_dump() for row in rows]}})
        await delete_tenant(first)
        await sign_in_again(member)
        me = await member.client.get(ME)
        assert [one["tenant_id"] for one in me.json()["memberships"]] == [str(held.tenant_id)]
        switched = await member.client.post(
            "/api/v1/auth/switch-tenant", json={"tenant_id": str(first.principal.tenant_id)}
        )
        assert switched.status_code == 404

    async def test_an_invitation_into_it_is_void(self, somebody, live):
        address = f"late-{new_id()}@firm.example"
        wish = {"email": address, "role": "member"}
        token = (await somebody.client.post(f"{TENANTS}/current/invitations", json=wish)).json()["token"]
        await delete_tenant(somebody)
        body = {"email": address, "password": somebody.password, "full_name": "Late", "invitation_token": token}
        async with http_client(base_url=live) as http:
            assert (await http.post("/api/v1/auth/register", json=body)).status_code >= 400


class TestRestoring:
    async def test_brings_members_roles_and_work_back(self, boss, somebody, join):
        admin = await join(somebody, Role.ADMIN)
        kept = (await admin.client.post("/api/v1/chat/conversations", json={"title": "Harbour dues"})).json()["id"]
        await delete_tenant(somebody)
        answer = await boss.client.post(restore(somebody.principal.tenant_id))
        assert answer.status_code == 204, answer.text
        for one, role in ((somebody, "owner"), (admin, "admin")):
            await sign_in_again(one)
            assert [held["role"] for held in (await one.client.get(ME)).json()["memberships"]] == [role]
        assert (await admin.client.get(f"/api/v1/chat/conversations/{kept}")).status_code == 200
        assert await WithdrawnMembership.find({"tenant_id": somebody.principal.tenant_id}).to_list() == []
        assert (await audited(boss, "tenant.restored"))[0]["object"]["id"] == str(somebody.principal.tenant_id)

    async def test_is_a_superusers_alone(self, firm, somebody):
        await delete_tenant(somebody)
        stranger = await firm()
        assert (await stranger.client.post(restore(somebody.principal.tenant_id))).status_code == 403

    async def test_is_over_when_the_erasure_begins(self, boss, somebody):
        await delete_tenant(somebody)
        await overdue(Tenant, somebody.principal.tenant_id)
        assert (await boss.client.post(restore(somebody.principal.tenant_id))).status_code == 409

    async def test_needs_something_to_restore(self, boss, somebody):
        assert (await boss.client.post(restore(new_id()))).status_code == 404
        assert (await boss.client.post(restore(somebody.principal.tenant_id))).status_code == 409

    async def test_without_anybody_in_it_is_refused(self, boss, somebody):
        """It would be deleted again by the next look."""
        await delete_me(somebody)
        assert (await boss.client.post(restore(somebody.principal.tenant_id))).status_code == 409
        assert (await boss.client.post(f"{path(somebody)}/restore")).status_code == 204

    async def test_a_member_deleted_meanwhile_comes_back_with_neither_alone(self, boss, somebody, join):
        member = await join(somebody)
        await delete_tenant(somebody)
        await boss.client.delete(path(member))
        await boss.client.post(restore(somebody.principal.tenant_id))
        assert (await sign_in(member)).status_code == 401
        await boss.client.post(f"{path(member)}/restore")
        await sign_in_again(member)
        assert (await member.client.get(f"{TENANTS}/current")).status_code == 200


class TestMending:
    async def test_of_a_deletion(self, somebody, join):
        """Only the tenant's own row was written, or somebody joined at that moment."""
        member = await join(somebody)
        mark = {"deleted_at": now(), "erase_at": now() + timedelta(days=30)}
        await Tenant.find_one({"_id": somebody.principal.tenant_id}).update({"$set": mark})
        await departing.mend(now())
        assert (await stored(member.principal.user_id)).memberships == []

    async def test_of_a_restoration(self, somebody, join):
        member = await join(somebody)
        await delete_tenant(somebody)
        back = {"deleted_at": None, "erase_at": None}
        await Tenant.find_one({"_id": somebody.principal.tenant_id}).update({"$set": back})
        await departing.mend(now())
        assert [held.role for held in (await stored(member.principal.user_id)).memberships] == [Role.MEMBER]
        assert [held.role for held in (await stored(somebody.principal.user_id)).memberships] == [Role.OWNER]

    async def test_leaves_what_is_whole(self, somebody, join, client):
        member = await join(somebody)
        stranger = await sign_up(client, f"whole-{new_id()}@firm.example")
        await delete_tenant(stranger)
        await departing.mend(now())
        assert len((await stored(member.principal.user_id)).memberships) == 1
        assert (await stored(stranger.principal.user_id)).memberships == []
