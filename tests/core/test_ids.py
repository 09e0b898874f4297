"""What counts as an id from outside."""

import pytest
from bson import ObjectId
from pydantic import BaseModel, ValidationError

from elenchus.core.ids import IdField, derived_id


class Named(BaseModel):
    id: IdField


@pytest.mark.parametrize("value", [None, "", "x" * 24, "6b01", b"twelve bytes", b"x" * 24, 4711, [], {}, True])
def test_nothing_else_is_an_id(value):
    """bson makes a new id of None, and takes any twelve bytes."""
    with pytest.raises(ValidationError):
        Named.model_validate({"id": value})


@pytest.mark.parametrize("value", [derived_id("a"), ObjectId(24 * "a"), 24 * "b", 24 * "C"])
def test_an_id_is_one(value):
    assert str(Named.model_validate({"id": value}).id) == str(value).lower()


def test_the_same_parts_give_the_same_id_and_no_others_do():
    assert derived_id("a", 1) == derived_id("a", 1)
    assert len({derived_id("a", 1), derived_id("a1"), derived_id("a", "1", ""), derived_id("b", 1)}) == 4
