"""What is asked of the database is in an index, so nobody's rows are read for somebody else's question.

The bundled database reads a whole collection as soon as one condition of a query is in no index.
"""

from collections.abc import Iterator

import pytest
from bson import ObjectId

from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Owned
from elenchus.core.pages import PageQuery
from elenchus.research import service, store
from elenchus.research.models import Message
from elenchus.research.models import MessageRole as Role
from elenchus.research.noting import service as noting
from elenchus.research.noting.schemas import NoteIn
from elenchus.research.placing import new_conversation

Asked = list[tuple[object, dict]]


@pytest.fixture
async def long_talk(new_principal, resources_):
    """Of 120 messages: its person, its id, the ids of its messages."""
    principal = new_principal()
    made = new_conversation(principal, id_=new_id(), title="t", session_id=None, document_ids=[])
    await store.insert(principal, made)
    ids: list[str] = []
    for _ in range(12):
        rows = [Message(id=str(new_id()), role=Role.USER, content="x", created_at="t") for _ in range(10)]
        await store.append(principal, await store.head(principal, made.id, last=1), rows)
        ids += [row.id for row in rows]
    return principal, made.id, ids


@pytest.fixture
def asked(long_talk, monkeypatch) -> Iterator[Asked]:
    """Every filter that has been used so far, with its collection."""
    found: Asked = []
    scoped = Owned._scoped

    def spied(self: Owned, filter_):
        found.append((self._collection, scoped(self, filter_)))
        return found[-1][1]

    monkeypatch.setattr(Owned, "_scoped", spied)
    return found


def is_named(id_: object) -> bool:
    """By its id a row is found at once, whatever else it must be."""
    return isinstance(id_, ObjectId) or (isinstance(id_, dict) and "$in" in id_)


FEEDBACK = {"score": 1, "comment": None}
VERBS = {
    "list": lambda p, talk, ids: store.outlines(p, query=None, archived=False, page=PageQuery()),
    "list on": lambda p, talk, ids: store.outlines(p, query=None, archived=False, page=PageQuery(5, new_id())),
    "search": lambda p, talk, ids: store.outlines(p, query="word", archived=True, page=PageQuery()),
    "search on": lambda p, talk, ids: store.outlines(p, query="word", archived=False, page=PageQuery(5, new_id())),
    "page back": lambda p, talk, ids: store.messages_before(p, talk, ids[40], limit=20),
    "one on a page": lambda p, talk, ids: store.message(p, talk, Id(ids[0])),
    "rate one on a page": lambda p, talk, ids: store.set_feedback(p, talk, Id(ids[0]), FEEDBACK),
    "notes": lambda p, talk, ids: noting.page(p, talk, PageQuery()),
    "notes on": lambda p, talk, ids: noting.page(p, talk, PageQuery(5, new_id())),
    "one note more": lambda p, talk, ids: noting.write(p, talk, NoteIn(content="x")),
    "remove": lambda p, talk, ids: service.delete(p, talk),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_each_question_is_in_an_index(verb, long_talk, asked):
    principal, talk_id, ids = long_talk
    await VERBS[verb](principal, talk_id, ids)
    wide = [(each, filter_) for each, filter_ in asked if not is_named(filter_.get("_id"))]
    asked_of = {collection.name for collection, _ in wide}
    assert asked_of & {"conversations", "conversation_pages", "answers", "notes"}
    for collection, filter_ in wide:
        plan = str(await collection.find(filter_).explain())
        assert "IXSCAN" in plan, filter_
        assert "COLLSCAN" not in plan, filter_
