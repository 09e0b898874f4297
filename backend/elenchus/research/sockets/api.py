"""The WebSocket of a conversation."""

from fastapi import APIRouter, WebSocket

from elenchus.core.ids import IdField
from elenchus.research.sockets.session import Session

router = APIRouter(prefix="/chat", tags=["chat"])


@router.websocket("/ws/{conversation_id}", name="talk")
async def talk(socket: WebSocket, conversation_id: IdField) -> None:
    """Each message is a question, answered with the events of the stream; see `schemas`."""
    await Session(socket, conversation_id).run()
