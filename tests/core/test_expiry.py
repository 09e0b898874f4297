"""Rows past their date go, and the database itself is never asked to do it."""

from datetime import timedelta

import pytest

from elenchus import registry
from elenchus.core import expiry, indexes, mongo
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.identity.models import LoginFailures

EXPIRING = [model for model in registry.MODELS if expiry.EXPIRY in mongo.declared_indexes(model)]


def test_models_are_listed():
    assert {"Session", "KeptAnswer", "Invitation", "OneTimeToken", "Worker"} <= {model.__name__ for model in EXPIRING}


@pytest.mark.parametrize("model", EXPIRING, ids=lambda model: model.__name__)
async def test_past_its_date_a_row_goes_and_all_else_stays(model, resources_):
    rows = resources_.database[model.get_collection_name()]
    moment, name = now(), str(new_id())
    dates = {"past": moment - timedelta(seconds=1), "future": moment + timedelta(hours=1), "never": None}
    await rows.insert_many([{"_id": f"{name} {key}", "expires_at": at, **_unique(key)} for key, at in dates.items()])
    await expiry.remove_expired(moment)
    left = {row["_id"] async for row in rows.find({"_id": {"$in": [f"{name} {key}" for key in dates]}})}
    await rows.delete_many({"_id": {"$in": list(left)}})
    assert left == {f"{name} future", f"{name} never"}


def _unique(key: str) -> dict[str, object]:
    """For the indexes of all these models."""
    return {"tenant_id": new_id(), "email_key": key}


async def test_an_index_by_which_the_database_would_do_it_is_dropped(resources_):
    rows = resources_.database[LoginFailures.get_collection_name()]
    await rows.create_index("seen_at", name="of_before", expireAfterSeconds=60)
    await indexes.build(resources_.database, [LoginFailures])
    assert "of_before" not in await rows.index_information()
    assert not [name for name, index in (await rows.index_information()).items() if "expireAfterSeconds" in index]


def test_no_model_leaves_it_to_the_database():
    left = [
        (model.__name__, index.document["name"])
        for model in registry.MODELS
        for index in mongo.declared_indexes(model)
        if "expireAfterSeconds" in index.document
    ]
    assert not left
