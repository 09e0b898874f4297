"""Whether somebody may still do what they began."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.identity import service as identity
from elenchus.identity import store
from elenchus.identity.models import Tenant


async def may(f, **changes) -> bool:
    asked = {"user_id": f.principal.user_id, "tenant_id": f.principal.tenant_id, "since": now(), "role": Role.MEMBER}
    return await identity.may_act(**asked | changes)


async def test_whoever_is_there_with_a_role_that_is_enough(firm):
    f, other = await firm(), await firm()
    assert await may(f)
    assert await may(f, role=Role.OWNER)
    assert not await may(f, tenant_id=other.principal.tenant_id)
    assert not await may(f, user_id=new_id())
    assert not await may(f, tenant_id=new_id())


async def test_nobody_whose_role_is_less(firm):
    f = await firm()
    viewer = [{"tenant_id": f.principal.tenant_id, "tenant_name": "x", "role": Role.VIEWER}]
    await store.change_user(f.principal.user_id, {"memberships": viewer})
    assert await may(f, role=Role.VIEWER)
    assert not await may(f)


async def test_nobody_who_left_meanwhile_and_came_back(firm):
    assert not await may(await firm(), since=now() - timedelta(days=1))


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": now()}])
async def test_nobody_who_is_suspended_or_deleted(firm, change):
    f = await firm()
    await store.change_user(f.principal.user_id, change)
    assert not await may(f)


async def test_nobody_in_a_tenant_that_is_deleted(firm):
    f = await firm()
    await Tenant.find_one({"_id": f.principal.tenant_id}).update({"$set": {"deleted_at": now()}})
    assert not await may(f)
