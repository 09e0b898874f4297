"""Links to a conversation: made, taken back, and read by whoever has one."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from pydantic import JsonValue

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import ID_CHARACTERS, Id
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import service as identity
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.research.sharing import store
from elenchus.research.sharing.errors import LinkNotFound
from elenchus.research.sharing.models import ShareLink, id_of
from elenchus.research.sharing.schemas import SharedConversation, SharedMessage, ShareIn, ShareOut, StandingLink

CONVERSATION = "conversation"
_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Visitor:
    """Nobody of the tenant; what they see goes on the tenant's record."""

    tenant_id: Id
    user_id: Id = DEPLOYMENT.user_id
    api_key_id: Id | None = None


async def share(principal: Principal, conversation_id: Id, wanted: ShareIn) -> ShareOut:
    """A new link; the one before it opens nothing any more. Raises `ConversationNotFound`, `ConversationArchived`."""
    count = await store.shareable(principal, conversation_id)
    link_id = id_of(conversation_id)
    token, made_at = f"{link_id}.{crypto.random_token()}", now()
    link = ShareLink(
        id=link_id,
        tenant_id=principal.tenant_id,
        user_id=principal.user_id,
        conversation_id=conversation_id,
        digest=crypto.digest(token),
        message_count=count,
        created_at=made_at,
        expires_at=made_at + timedelta(days=wanted.expires_in_days),
    )
    await store.put(link)
    details: dict[str, JsonValue] = {"messages": count, "days": wanted.expires_in_days}
    await audit.record(principal, Action.CONVERSATION_SHARED, CONVERSATION, conversation_id, **details)
    base = settings().server.base_url
    return ShareOut(
        **link.model_dump(),
        token=token,
        url=f"{base}/shared/#token={token}",
        api_url=f"{base}/api/v1/chat/shared/{token}",
    )


async def standing(principal: Principal, conversation_id: Id) -> StandingLink | None:
    """The link, unless it opens nothing any more. Raises `ConversationNotFound`."""
    link = await store.link_of(principal, conversation_id)
    return StandingLink.model_validate(link.model_dump()) if link and await _opens(link) else None


async def unshare(principal: Principal, conversation_id: Id) -> None:
    """There is no link when this returns. Raises `ConversationNotFound`."""
    removed = await store.remove(principal, conversation_id)
    await audit.record(principal, Action.CONVERSATION_UNSHARED, CONVERSATION, conversation_id, links=removed)


async def shared(token: str, *, start: int, limit: int) -> SharedConversation:
    """Raises `LinkNotFound`, whatever the reason."""
    link = await _standing(token)
    end = min(start + limit, link.message_count)
    found = await store.shown(link, start, end)
    if found is None:
        raise LinkNotFound
    row, messages = found
    visitor = Visitor(link.tenant_id)
    audit.note(visitor, Action.CONVERSATION_VISITED, CONVERSATION, link.conversation_id, messages=len(messages))
    return SharedConversation(
        title=row["title"],
        created_at=row["created_at"],
        expires_at=link.expires_at,
        message_count=link.message_count,
        messages=[SharedMessage.of(row, link_id=link.id) for row in messages],
        next=end if end < link.message_count else None,
    )


async def _standing(token: str) -> ShareLink:
    """As long as its sharer may share in the tenant. The digests are compared whether there is such a link or not."""
    link = await _named(token)
    same = hmac.compare_digest(link.digest if link else _NO_DIGEST, crypto.digest(token))
    if link is None or not same or not await _opens(link):
        raise LinkNotFound
    return link


async def _opens(link: ShareLink) -> bool:
    if link.expires_at <= now():
        return False
    return await identity.may_act(link.user_id, link.tenant_id, since=link.created_at, role=Role.MEMBER)


async def _named(token: str) -> ShareLink | None:
    name, _, secret = token.partition(".")
    if not secret or len(name) != ID_CHARACTERS or not Id.is_valid(name):
        return None
    return await store.link(Id(name))
