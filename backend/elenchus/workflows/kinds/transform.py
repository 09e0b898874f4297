"""Values made of other values."""

from pydantic import JsonValue

from elenchus.workflows.kinds.base import Desk, Given, Kind


class TransformGiven(Given):
    value: JsonValue


async def run(_desk: Desk, given: TransformGiven) -> JsonValue:
    return given.value


KIND = Kind("transform", TransformGiven, run, is_pure=True)
