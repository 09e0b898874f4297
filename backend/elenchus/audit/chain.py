"""How rows are chained and sealed: what is hashed, byte by byte, and what a row or head must satisfy.

A row's `hash` is SHA-256 over the hash of the row before and the row's own fields as canonical JSON, so that anybody
can follow the chain without a secret. Its `seal`, and the head's, are HMACs under keys that follow from SECRET_KEY and
are not in the database: whoever can only write to the database can neither add a row nor compute the hashes anew.
The head says how far the chain reaches, so that an end cut off is missed, and where it begins after old rows were
pruned. What no seal can show is a database that was put back as a whole, rows and head, to an earlier state: keep the
number and hash that `elenchus audit verify` prints somewhere else.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import bson
from bson import ObjectId
from pydantic import JsonValue

from elenchus.audit.models import row_id
from elenchus.core.clock import now
from elenchus.core.context import Caller
from elenchus.core.crypto import key_for
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.settings import settings

MAX_DETAILS = 16_000  # characters; a row is a line in a log, no place for content
MAX_TEXT = 500
SALT_BYTES = 16
FIELDS = frozenset(
    "_id tenant_id seq at actor action object details request_id personal personal_sha256 prev_hash hash seal".split()
)
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(slots=True)
class Entry:
    """What happened, as it was told. No user for what the record itself has to say."""

    tenant_id: Id
    user_id: Id | None
    api_key_id: Id | None
    action: str
    kind: str
    object_id: str | None
    details: dict[str, JsonValue]
    at: datetime
    caller: Caller

    @classmethod
    def of_the_record(
        cls, tenant_id: Id, action: str, *, object_id: str | None = None, **details: JsonValue
    ) -> "Entry":
        """What nobody did but the record itself."""
        kind = "audit" if object_id is None else "user"
        return cls(tenant_id, None, None, action, kind, object_id, details, now(), Caller(""))


@dataclass(frozen=True, slots=True)
class Keys:
    """Taken once for many rows: finding SECRET_KEY costs more than a seal."""

    rows: bytes
    heads: bytes

    @classmethod
    def ours(cls) -> "Keys":
        server = settings().server
        return cls(key_for(server, "audit row"), key_for(server, "audit head"))


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: what the next row is chained to."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """`start` is the place before the first row that is kept."""

    tenant_id: Id
    end: Link
    start: Link
    seal: str = ""

    @classmethod
    def of(cls, tenant_id: Id, row: Row) -> "Head":
        """Of whatever stands there: what is no head at all has no seal of ours either."""
        match row:
            case {
                "seq": int(end),
                "hash": str(hash_),
                "start_seq": int(first),
                "start_hash": str(before),
                "seal": str(seal),
            }:
                return cls(tenant_id, Link(end, hash_), Link(first - 1, before), seal)
            case _:
                return cls(tenant_id, Link(0, ""), Link(0, ""))

    def row(self) -> Row:
        return {
            "seq": self.end.seq,
            "hash": self.end.hash,
            "start_seq": self.start.seq + 1,
            "start_hash": self.start.hash,
            "seal": self.seal,
        }

    def sealed(self, keys: Keys) -> "Head":
        return replace(self, seal=self._seal(keys))

    def is_ours(self, keys: Keys) -> bool:
        return hmac.compare_digest(self._seal(keys).encode(), self.seal.encode())

    def _seal(self, keys: Keys) -> str:
        said = [str(self.tenant_id), self.end.seq, self.end.hash, self.start.seq, self.start.hash]
        return hmac.digest(keys.heads, _json(said).encode(), "sha256").hex()


def genesis(tenant_id: Id) -> Link:
    """What the first row is chained to: another tenant's chain begins otherwise."""
    return Link(0, _sha256(f"elenchus audit {tenant_id}"))


def content(entry: Entry) -> Row:
    """The row but for its place. Made once, since its salt makes it unlike any other: a row with our hash is ours.

    Raises ValueError, TypeError or OverflowError for details that are no JSON or that MongoDB cannot hold.
    """
    personal = _personal(entry.caller)
    row = {
        "tenant_id": entry.tenant_id,
        "at": entry.at,
        "actor": {"user_id": entry.user_id, "api_key_id": entry.api_key_id},
        "action": str(entry.action),
        "object": {"kind": entry.kind, "id": entry.object_id},
        "details": _plain(entry.details),
        "request_id": entry.caller.request_id[:MAX_TEXT],
        "personal": personal,
        "personal_sha256": commitment(personal),
    }
    bson.encode(row)  # what cannot be stored must not stop the rows that are written with it
    return row


def late(row: Row) -> Row:
    """The row of what could not be written for a while: rows stand almost in the order of time, and say if not."""
    told_at = row["at"].isoformat(timespec="milliseconds")
    return {**row, "at": now(), "details": {**row["details"], "told_at": told_at}}


def _plain(details: dict[str, JsonValue]) -> Row:
    """As it will be read again: lists for tuples, text for enumerations."""
    text = _json(details)
    if len(text) > MAX_DETAILS:
        return {"omitted_characters": len(text)}
    plain: Row = json.loads(text)
    return plain


def _personal(caller: Caller) -> dict[str, str]:
    return {
        "salt": secrets.token_hex(SALT_BYTES),
        "ip_address": caller.ip_address[:MAX_TEXT],
        "user_agent": caller.user_agent[:MAX_TEXT],
    }


def commitment(personal: dict[str, str]) -> str:
    """Says nothing about the details to whoever does not have the salt."""
    return _sha256(personal["salt"] + _json({name: value for name, value in personal.items() if name != "salt"}))


def link(row: Row, before: Link, keys: Keys) -> Row:
    """The row at the place after `before`."""
    placed = {**row, "_id": row_id(row["tenant_id"], before.seq + 1), "seq": before.seq + 1, "prev_hash": before.hash}
    placed["hash"] = digest(placed)
    placed["seal"] = _row_seal(placed["hash"], keys)
    return placed


def digest(row: Row) -> str:
    """The hash of a row as it stands there."""
    actor, about = row["actor"], row["object"]
    said = {
        "tenant_id": str(row["tenant_id"]),
        "seq": row["seq"],
        "at": row["at"].isoformat(timespec="milliseconds"),
        "actor": {name: None if id_ is None else str(id_) for name, id_ in actor.items()},
        "action": row["action"],
        "object": about,
        "details": row["details"],
        "request_id": row["request_id"],
        "personal_sha256": row["personal_sha256"],
    }
    return _sha256(row["prev_hash"] + _json(said))


def fault(row: Row, before: Link, keys: Keys) -> str | None:
    """What is wrong with the row as the one after `before`; None when nothing is."""
    if row.get("seq") != before.seq + 1:
        return "the number is there twice" if row.get("seq") == before.seq else "the row is missing"
    if row.get("prev_hash") != before.hash:
        return "the row is not chained to the one before"
    return own_fault(row, keys)


def own_fault(row: Row, keys: Keys) -> str | None:
    """What is wrong with the row by itself."""
    try:
        if row.keys() - FIELDS or row["_id"] != row_id(row["tenant_id"], row["seq"]):
            return "the row has fields or an id of another"
        if not _can_be_found(row):
            return "the row names somebody or something as we never do"
        if row["hash"] != digest(row):
            return "the row was changed: its hash is another"
        if not hmac.compare_digest(_row_seal(row["hash"], keys), row["seal"]):
            return "the row was not written by this deployment: its seal is wrong"
        if row.get("personal") is not None and commitment(row["personal"]) != row["personal_sha256"]:
            return "the personal details were changed"
    except (KeyError, TypeError, ValueError, AttributeError):
        return "the row cannot be read"
    return None


def _can_be_found(row: Row) -> bool:
    """Not everything that is hashed alike is alike to a search, nor to an erasure: ids as text, text as code."""
    said = [row["action"], row["request_id"], *row["object"].values()]
    return all(one is None or isinstance(one, ObjectId) for one in row["actor"].values()) and all(
        one is None or type(one) is str for one in said
    )


def _row_seal(hash_: str, keys: Keys) -> str:
    return hmac.digest(keys.rows, hash_.encode(), "sha256").hex()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
