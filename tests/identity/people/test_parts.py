"""No collection can be forgotten: each stored model is in a room's part, or is named here with what becomes of it."""

import pytest

from elenchus import registry
from elenchus.core.mongo import TenantOwned
from elenchus.identity.people import parts

#: Erased by name (`people.erasing`): they are what people and tenants are made of.
ERASED_BY_NAME = {
    "User", "Tenant", "Session", "LoginFailures", "OneTimeToken", "ApiKey", "WithdrawnMembership",
}  # fmt: skip
#: Nobody's, or a bare id.
ABOUT_NOBODY = {"Schedule", "Worker", "FirstUser", "LedgerTenant"}
#: Sealed or digests, and gone by themselves within a day.
EXPIRE = {"KeptAnswer", "GoogleState"}
#: Kept until they are too old; addresses and devices are erased in them.
THE_RECORD = {"AuditRow", "AuditHead"}


def in_parts() -> set[type]:
    return {model for part in registry.PARTS for model in part.models}


def test_every_stored_model_is_erased_or_says_why_not():
    named = ERASED_BY_NAME | ABOUT_NOBODY | EXPIRE | THE_RECORD
    left = {model.__name__ for model in registry.MODELS if model not in in_parts()}
    assert left == named


def test_what_belongs_to_a_tenant_is_in_a_part():
    owned = {model for model in registry.MODELS if issubclass(model, TenantOwned)}
    assert {model.__name__ for model in owned - in_parts()} == THE_RECORD


def test_no_two_parts_claim_one_model():
    claimed = [model for part in registry.PARTS for model in part.models]
    assert len(claimed) == len(set(claimed))


def test_the_registry_names_all_that_were_declared():
    assert set(registry.PARTS) == set(parts.known())


def test_a_name_stands_for_one_part():
    known = registry.PARTS[0]
    with pytest.raises(ValueError):
        parts.part(
            known.name,
            models=(),
            export=known.export,
            erase_person=known.erase_person,
            erase_tenant=known.erase_tenant,
        )


@pytest.mark.parametrize("part", registry.PARTS, ids=lambda part: part.name)
async def test_erasing_what_is_not_there_is_fine(part, resources_, new_principal):
    """So erasures may be repeated."""
    owner = new_principal()
    leaver = parts.Leaver(owner.user_id, "nobody@firm.example")
    for _ in range(2):
        await part.erase_person(owner, leaver)
        await part.erase_tenant(owner)
    assert [item async for item in part.export(owner, owner.user_id)] == []
