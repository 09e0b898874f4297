"""HTTP for conversations and answers; an answer comes whole or, with `Accept: text/event-stream`, as it is written."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import StringConstraints

from elenchus.core import etag
from elenchus.core.apidoc import REF
from elenchus.core.errors import Invalid, Malformed
from elenchus.core.etag import IfMatch
from elenchus.core.idempotency import KEY
from elenchus.core.ids import IdField
from elenchus.core.pages import MAX_LIMIT, Page, PageParams
from elenchus.core.plain import PlainText
from elenchus.core.principal import CurrentPrincipal, MemberPrincipal, credential_of
from elenchus.core.telling import SSE, EventStream
from elenchus.research import service
from elenchus.research.following import Reading
from elenchus.research.schemas import (
    AnswerOut,
    AskAgainIn,
    AskIn,
    ConversationChange,
    ConversationDetail,
    ConversationIn,
    ConversationOut,
    FeedbackIn,
    Message,
    MessagePage,
)
from elenchus.research.shown import Shown
from elenchus.research.streams import Event
from elenchus.research.telling import stream
from elenchus.research.told import AnswerEvent

router = APIRouter(prefix="/chat", tags=["chat"])

ConversationId = Annotated[IdField, Path(description="the conversation's id")]
MessageId = Annotated[IdField, Path(description="the id of an assistant's message")]
Words = Annotated[str, StringConstraints(max_length=200), PlainText]
_WORDS = "words of the title, of the summary or of one question, in any order"
_DETAIL: dict[int | str, dict[str, Any]] = {200: {"model": ConversationDetail}}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": AnswerOut,
        "content": {SSE: {"schema": {"$ref": REF.format(model=AnswerEvent.__name__)}}},
        "description": "The answer; as an event stream: meta, sources, delta…, verification, usage, done or error",
    }
}


# ---- conversations


@router.post("/conversations", operation_id="create_conversation", status_code=201)
async def create_conversation(
    principal: MemberPrincipal, wanted: ConversationIn, request: Request, response: Response
) -> ConversationDetail:
    made = await service.create(principal, wanted)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    response.headers["ETag"] = etag.tag(1)
    return made


@router.get("/conversations", operation_id="list_conversations")
async def list_conversations(
    principal: CurrentPrincipal,
    page: PageParams,
    q: Annotated[Words | None, Query(description=_WORDS)] = None,
    archived: Annotated[bool, Query(description="the archived ones instead of the others")] = False,
) -> Page[ConversationOut]:
    """Your own, newest first, without messages."""
    return await service.conversations(principal, query=q, archived=archived, page=page)


@router.get("/conversations/{conversation_id}", operation_id="get_conversation", responses=_DETAIL)
async def get_conversation(principal: CurrentPrincipal, conversation_id: ConversationId) -> Response:
    """With its newest 50 messages, oldest first."""
    return _tagged(await service.conversation(principal, conversation_id))


@router.patch("/conversations/{conversation_id}", operation_id="change_conversation", responses=_DETAIL)
async def change_conversation(
    principal: MemberPrincipal, conversation_id: ConversationId, wanted: ConversationChange, if_match: IfMatch = None
) -> Response:
    return _tagged(await service.change(principal, conversation_id, wanted, revision=etag.revision(if_match)))


@router.delete("/conversations/{conversation_id}", operation_id="delete_conversation", status_code=204)
async def delete_conversation(principal: MemberPrincipal, conversation_id: ConversationId) -> None:
    """With all its messages."""
    await service.delete(principal, conversation_id)


@router.get("/conversations/{conversation_id}/messages", operation_id="list_messages")
async def list_messages(
    principal: CurrentPrincipal,
    conversation_id: ConversationId,
    before: Annotated[str | None, Query(max_length=64, description="a message's id: those older than it")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> MessagePage:
    """Newest first, at the same cost however long the conversation is."""
    return await service.messages(principal, conversation_id, before=before, limit=limit)


def _tagged(shown: Shown) -> Response:
    return Response(shown.body, media_type="application/json", headers={"ETag": etag.tag(shown.revision)})


# ---- answers


def _request_id(request: Request) -> str:
    return str(request.state.request_id)


async def _idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str | None:
    if idempotency_key is not None and not re.fullmatch(KEY, idempotency_key):
        raise Malformed("An Idempotency-Key is 1 to 200 visible ASCII characters.")
    return idempotency_key


async def _asked(
    principal: MemberPrincipal,
    asked: AskIn,
    request: Request,
    key: Annotated[str | None, Depends(_idempotency_key)] = None,
) -> Reading:
    """Every refusal happens here."""
    return await service.ask(principal, asked, request_id=_request_id(request), key=key)


async def _asked_again(
    principal: MemberPrincipal,
    message_id: MessageId,
    request: Request,
    again: AskAgainIn | None = None,
    key: Annotated[str | None, Depends(_idempotency_key)] = None,
) -> Reading:
    wanted = again or AskAgainIn()
    return await service.regenerate(principal, message_id, wanted, request_id=_request_id(request), key=key)


async def _found(principal: CurrentPrincipal, message_id: MessageId, request: Request) -> Reading:
    return await service.reading(principal, message_id, request_id=_request_id(request))


@router.post("", operation_id="ask", responses=_EVENTS)
async def ask(reading: Annotated[Reading, Depends(_asked)], request: Request) -> Response:
    return await _told(reading, request)


@router.post("/messages/{message_id}/regenerate", operation_id="regenerate_answer", responses=_EVENTS)
async def regenerate_answer(reading: Annotated[Reading, Depends(_asked_again)], request: Request) -> Response:
    """Answer the same question again, or with `content` ask it in other words; what was said stays, as a branch."""
    return await _told(reading, request)


@router.get(
    "/messages/{message_id}/stream",
    operation_id="follow_answer",
    response_class=EventStream,
    responses={200: {"model": AnswerEvent}},
)
async def follow_answer(
    reading: Annotated[Reading, Depends(_found)],
    request: Request,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The events after `Last-Event-ID`, or all of them."""
    return stream(reading, request, Event.sse, after=_seen(last_event_id))


@router.post("/messages/{message_id}/stop", operation_id="stop_answer")
async def stop_answer(_may: MemberPrincipal, reading: Annotated[Reading, Depends(_found)]) -> AnswerOut:
    """End the answer with the text so far."""
    return await service.stop(reading)


@router.post("/messages/{message_id}/feedback", operation_id="give_feedback")
async def give_feedback(principal: MemberPrincipal, message_id: MessageId, given: FeedbackIn) -> Message:
    return await service.give_feedback(principal, message_id, given)


async def _told(reading: Reading, request: Request) -> Response:
    if SSE in request.headers.get("accept", ""):
        return stream(reading, request, Event.sse)
    with service.while_allowed(credential_of(request.scope), reading.principal):
        answer = await reading.outcome()
    return Response(answer.model_dump_json(), media_type="application/json")


def _seen(last_event_id: str | None) -> int:
    if not last_event_id:
        return 0
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 15:
        detail = "Send the id of the last event you got, unchanged."
        raise Invalid(detail, errors=[{"loc": ["header", "last-event-id"], "msg": detail, "type": "event_id"}])
    return int(last_event_id)
