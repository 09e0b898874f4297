"""`elenchus audit` as a person types it; beside `elenchus up` and alone in `identity/people/test_commands.py`."""

import json

import pytest

from elenchus.audit import service as audit
from elenchus.audit.schemas import Action
from elenchus.core.ids import new_id
from elenchus.core.resources import Resources
from elenchus.core.settings import Settings
from elenchus.identity.deployment import DEPLOYMENT
from tests.audit.support import Command, change_row, commands_here, forget_other_tests, rows, stored_head, written
from tests.conftest import free_port
from tests.journeys.test_commands import elenchus, environment


@pytest.fixture
async def here(settings_: Settings, resources_: Resources, monkeypatch: pytest.MonkeyPatch) -> Command:
    return commands_here(settings_, monkeypatch)


async def test_one_tenant_that_is_good(here):
    tenant_id = await written(5)
    code, out, _ = await here("audit", "verify", "--tenant", str(tenant_id))
    assert code == 0
    assert f"{tenant_id}  good  5 rows, sealed up to 5 {(await stored_head(tenant_id))['hash']}" in out


async def test_all_tenants_by_default_the_first_bad_row_of_each_is_named_and_one_is_enough_to_fail(here, monkeypatch):
    forget_other_tests(monkeypatch)
    good, bad, stray = await written(2), await written(5), new_id()
    await change_row(bad, 4, action="nothing.happened")
    await rows().insert_one({"_id": stray, "seq": 1})
    code, out, _ = await here("audit", "verify")
    await rows().delete_one({"_id": stray})
    assert code == 1
    assert f"{good}  good" in out
    assert f"{bad}  BAD  row 4: the row was changed" in out
    assert "-  BAD  1 rows or heads" in out


async def test_another_secret_key_is_what_it_says(settings_, tmp_path):
    """In a process of its own."""
    urls = {"MONGODB_URL": settings_.mongo.url, "REDIS_URL": settings_.redis.url}
    told = {name: url.get_secret_value() for name, url in urls.items()}
    told |= {"MONGODB_DATABASE": settings_.mongo.database, "SECRET_KEY": "another " * 8}
    tenant_id, env = await written(1), environment(tmp_path, free_port(), **told)
    code, out, _ = await elenchus("audit", "verify", "--tenant", str(tenant_id), env=env, cwd=tmp_path)
    assert code == 1
    assert "SECRET_KEY" in out


@pytest.mark.parametrize("command", ["verify", "show"])
@pytest.mark.parametrize("tenant", ["x", "../..", "z" * 24])
async def test_what_is_no_tenant(here, command, tenant):
    code, _, err = await here("audit", command, "--tenant", tenant)
    assert code == 1
    assert "24 hexadecimal" in err


async def test_showing_what_the_deployment_did_and_that_it_was_looked_at(here):
    user_id = new_id()
    await audit.record(DEPLOYMENT, Action.USER_ERASED, "user", user_id)
    for expected in (("user.erased", str(user_id)), ("audit.read", None)):
        code, out, err = await here("audit", "show", "--limit", "5")
        assert code == 0, err
        shown = [json.loads(line) for line in out.splitlines()]
        assert expected in [(row["action"], row["object"]["id"]) for row in shown]
        assert {row["actor"]["user_id"] for row in shown} <= {str(DEPLOYMENT.user_id), None}
        await audit.drain(5)


async def test_showing_one_tenants(here):
    tenant_id = await written(3)
    code, out, err = await here("audit", "show", "--tenant", str(tenant_id))
    assert code == 0, err
    assert [json.loads(line)["details"]["number"] for line in out.splitlines()] == [2, 1, 0]
