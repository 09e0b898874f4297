"""All that research asks of MongoDB."""

from elenchus.research.store.answers import (
    abandoned,
    answer,
    drop_answer,
    finish_answer,
    insert_answer,
    request_stop,
    stay_alive,
)
from elenchus.research.store.appending import append
from elenchus.research.store.conversations import change, head, insert, outline_json
from elenchus.research.store.messages import branch, finish_message, message, messages_before, set_feedback
from elenchus.research.store.removing import delete, delete_parts, finish_removals
from elenchus.research.store.searching import outlines

__all__ = [
    "abandoned",
    "answer",
    "append",
    "branch",
    "change",
    "delete",
    "delete_parts",
    "drop_answer",
    "finish_answer",
    "finish_message",
    "finish_removals",
    "head",
    "insert",
    "insert_answer",
    "message",
    "messages_before",
    "outline_json",
    "outlines",
    "request_stop",
    "set_feedback",
    "stay_alive",
]
