"""The nouns of the record: one row for each thing that was done, and one head for each tenant's chain of rows."""

from datetime import datetime
from typing import Any, ClassVar

from beanie import Document
from pydantic import BaseModel
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import TenantOwned


def row_id(tenant_id: Id, seq: int) -> Id:
    """Two writers cannot both have a number: the id, which is unique, follows from it."""
    return derived_id("audit", tenant_id, seq)


def head_id(tenant_id: Id) -> Id:
    return derived_id("audit head", tenant_id)


class ActorRef(BaseModel):
    """Nobody for what the record itself has to say."""

    user_id: Id | None
    api_key_id: Id | None


class ObjectRef(BaseModel):
    kind: str
    id: str | None


class Personal(BaseModel):
    """Beside the chain, which holds only its digest: it can be erased and the chain still holds."""

    salt: str
    ip_address: str
    user_agent: str


#: In the rows of what was done with several at once: a search shows passages of many.
DOCUMENTS = "details.documents"


def _index(*fields: str) -> IndexModel:
    names = ("tenant_id", *fields, "seq")
    return IndexModel([(name, ASCENDING) for name in names], name="_".join(names).replace(".", "_"))


class AuditRow(TenantOwned):
    """`hash` is of `prev_hash` and all fields but `personal` and `seal` (`audit.chain`); never changed but to erase
    `personal`, deleted only from the beginning of the chain and by age."""

    listed_by_tenant: ClassVar[bool] = False

    seq: int
    at: datetime
    actor: ActorRef
    action: str
    object: ObjectRef
    details: dict[str, Any]
    request_id: str
    personal: Personal | None
    personal_sha256: str
    prev_hash: str
    hash: str
    seal: str

    class Settings:
        name = "audit_rows"
        #: One for each filter of the list, all in its order. Each costs 0.05 ms a row on the bundled database.
        indexes: ClassVar = [
            _index(),
            _index("actor.user_id"),
            _index("action"),
            _index("object.kind"),
            _index("object.id"),
            _index(DOCUMENTS),
        ]


class AuditHead(TenantOwned):
    """The row up to which the chain is sealed, and the first one that is kept."""

    listed_by_tenant: ClassVar[bool] = False

    seq: int
    hash: str
    start_seq: int
    start_hash: str
    seal: str

    class Settings:
        name = "audit_heads"


MODELS: tuple[type[Document], ...] = (AuditRow, AuditHead)
