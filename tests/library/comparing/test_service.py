"""The door: documents of the library and texts, of one's own tenant only."""

import pytest
from pydantic import ValidationError

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.ids import Id, new_id
from elenchus.library.comparing import service
from elenchus.library.comparing.errors import TooLongToCompare
from elenchus.library.comparing.schemas import Side, Status
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from tests.library.support import a_document, filed

OLD = "1. Price. The Purchaser shall pay within thirty (30) days.\n\f2. Term. This Agreement runs for three years.\n"
NEW = OLD.replace("shall", "may")


@pytest.fixture
async def shelf(firm):
    f = await firm()
    old, new = await filed(f, OLD.encode(), "old.txt"), await filed(f, NEW.encode(), "new.txt")
    return f, Side(document_id=Id(old["id"])), Side(document_id=Id(new["id"]))


async def test_two_documents_are_compared_with_their_places(shelf):
    f, old, new = shelf
    got = await service.compare(f.principal, old, new)
    assert [row.status for row in got.rows] == [Status.CHANGED, Status.SAME]
    changed, same = got.rows
    assert [(each.kind, each.left, each.right) for each in changed.differences] == [("modal", "shall", "may")]
    assert (same.left.page_start, same.left.document_id, same.right.document_id) == (
        2,
        old.document_id,
        new.document_id,
    )
    assert same.left.heading == "2. Term"


async def test_a_document_and_a_text(shelf):
    f, old, _ = shelf
    got = await service.compare(f.principal, old, Side(text=NEW), topics=["price"])
    assert [row.status for row in got.rows] == [Status.CHANGED]
    assert got.rows[0].right.document_id is None


async def test_another_tenant_s_document_is_none(shelf, firm):
    _, old, new = shelf
    stranger = await firm()
    for left, right in ((old, Side(text=NEW)), (Side(text=NEW), new), (old, new)):
        with pytest.raises(DocumentNotFound):
            await service.compare(stranger.principal, left, right)
    with pytest.raises(DocumentNotFound):
        await service.compare(stranger.principal, Side(document_id=new_id()), Side(text=NEW))


async def test_one_that_was_not_read_yet_is_told(firm):
    f = await firm()
    waiting = await a_document(f.principal)
    with pytest.raises(DocumentHasNoText):
        await service.compare(f.principal, Side(document_id=waiting.id), Side(text=NEW))


async def test_one_that_is_too_long_is_told(shelf, monkeypatch):
    f, old, _ = shelf
    monkeypatch.setattr(service, "MOST_CHARACTERS", 10)
    with pytest.raises(TooLongToCompare):
        await service.compare(f.principal, old, Side(text=NEW))


async def test_who_compares_has_read(shelf):
    f, old, new = shelf
    await service.compare(f.principal, old, new)
    await audit.drain(5)
    rows = await AuditRow.owned_by(f.principal).rows({"details.part": "comparison"})
    assert {row["object"]["id"] for row in rows} == {str(old.document_id), str(new.document_id)}


@pytest.mark.parametrize(
    "given", [{}, {"document_id": str(new_id()), "text": "x"}, {"text": ""}, {"text": "a\x00b"}, {"other": 1}]
)
def test_a_side_is_a_document_or_a_text(given):
    with pytest.raises(ValidationError):
        Side.model_validate(given)
