"""What is under legal hold is not deleted by anybody, at any moment, until an administrator lets it go."""

import pytest

from elenchus.core.ids import Id
from elenchus.core.principal import Role
from elenchus.library import ingestion, privacy, service, store
from elenchus.library.errors import DocumentHeld
from elenchus.library.models import Document
from tests.library.support import CLAUSES, DOCUMENTS, a_document, rows_of, upload, written

TEXT = CLAUSES.encode()


@pytest.fixture
def owner(resources_, new_principal):
    return new_principal()


async def test_it_stays_until_the_hold_is_lifted(firm):
    f = await firm()
    url = f"{DOCUMENTS}/{(await upload(f, TEXT, 'a.txt'))['id']}"
    assert (await f.client.patch(url, json={"legal_hold": True})).json()["legal_hold"] is True
    refused = await f.client.delete(url)
    assert (refused.status_code, "hold" in refused.json()["detail"]) == (409, True)
    assert (await f.client.get(f"{url}/file")).content == TEXT
    assert (await f.client.patch(url, json={"legal_hold": False})).status_code == 200
    assert (await f.client.delete(url)).status_code == 204


async def test_a_member_neither_puts_nor_lifts_it(firm, demoted):
    f = await firm()
    url = f"{DOCUMENTS}/{(await upload(f, TEXT, 'a.txt'))['id']}"
    await f.client.patch(url, json={"legal_hold": True})
    await demoted(f, Role.MEMBER)
    for held in (True, False):
        assert (await f.client.patch(url, json={"legal_hold": held})).status_code == 403
    assert (await f.client.patch(url, json={"category": "lease"})).json()["legal_hold"] is True
    assert (await f.client.delete(url)).status_code == 409


async def test_one_that_is_put_while_the_deletion_begins_is_respected(owner, monkeypatch):
    document = await a_document(owner)
    await written(owner, document)
    before = await rows_of(owner, document.id)
    submit = service.jobs.submit

    async def hold_then_submit(*arguments, **named) -> Id:
        await store.change_details(owner, document.id, {"legal_hold": True}, revision=None)
        return await submit(*arguments, **named)

    monkeypatch.setattr(service.jobs, "submit", hold_then_submit)
    with pytest.raises(DocumentHeld):
        await service.remove_document(owner, document.id)
    await ingestion.erase(owner, document.id)  # the job that was submitted
    assert await Document.owned_by(owner).count({}) == 1
    assert await rows_of(owner, document.id) == before


async def test_with_its_firm_it_goes(owner):
    document = await a_document(owner)
    await store.change_details(owner, document.id, {"legal_hold": True}, revision=None)
    await written(owner, document)
    await privacy.erase_documents(owner)
    assert await Document.owned_by(owner).count({}) == 0
    assert await rows_of(owner, document.id) == 0
