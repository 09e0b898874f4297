"""What an error says is told, but not the value that it repeats."""

import logging
import secrets
from collections.abc import Callable

import bson
import pytest
from pydantic import BaseModel
from pymongo.errors import BulkWriteError, DuplicateKeyError

from elenchus.core import logs


class Counted(BaseModel):
    count: int


def validate(secret: str) -> None:
    Counted.model_validate({"count": f"{secret}\nand more"})


def insert_twice(secret: str) -> None:
    raise DuplicateKeyError(f'E11000 duplicate key error index: email dup key: {{ "{secret}" }}', 11000, {"k": secret})


def write_many(secret: str) -> None:
    raise BulkWriteError({"writeErrors": [{"op": {"text": secret}}]})


def encode(secret: str) -> None:
    bson.encode({"of": {secret}})


def break_together(secret: str) -> None:
    try:
        validate(secret)
    except ValueError as error:
        raise ExceptionGroup("several", [error]) from error


@pytest.fixture
def own_logs():
    """Named before `capsys`, so that the logs go back to an error stream that outlives the test."""
    yield
    logs.configure("WARNING", "json")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("fails", [validate, insert_twice, write_many, encode, break_together])
def test_no_traceback_repeats_a_value(own_logs, capsys, form, fails: Callable[[str], None]):
    secret = secrets.token_hex(8)
    logs.configure("INFO", form)
    for logger in (logs.get("ours"), logging.getLogger("theirs")):
        try:
            fails(secret)
        except Exception as error:
            logger.error("it broke", exc_info=error)
    told = capsys.readouterr().err
    assert told.count("[withheld]") >= 2
    assert secret not in told
