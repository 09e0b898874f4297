import pytest

from elenchus.core.errors import Invalid
from elenchus.core.ids import new_id
from elenchus.core.pages import PageQuery, decode_cursor, encode_cursor


def rows(n: int) -> list[dict]:
    return [{"_id": new_id()} for _ in range(n)]


def test_a_full_page_points_to_the_next():
    found = rows(3)
    page = PageQuery(limit=2).page(found, lambda row: str(row["_id"]))
    assert page.items == [str(row["_id"]) for row in found[:2]]
    assert page.next_cursor is not None
    assert PageQuery(2, decode_cursor(page.next_cursor)).filter() == {"_id": {"$lt": found[1]["_id"]}}


@pytest.mark.parametrize("n", [0, 1, 2])
def test_the_last_page_points_nowhere(n):
    assert PageQuery(limit=2).page(rows(n), str).next_cursor is None


def test_cursors_survive_the_trip():
    for _ in range(100):
        id_ = new_id()
        assert decode_cursor(encode_cursor(id_)) == id_


@pytest.mark.parametrize("cursor", ["", "x", "????", "QUJD", "a" * 63])
def test_a_broken_cursor_is_the_callers(cursor):
    with pytest.raises(Invalid):
        decode_cursor(cursor)
