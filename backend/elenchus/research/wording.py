"""What the events of an answer say, as JSON on one line."""

from pydantic_core import to_json

from elenchus.core import problems
from elenchus.core.errors import Refusal
from elenchus.core.ids import Id
from elenchus.library.schemas import Passage
from elenchus.research.answering import Delta, Sources, Used, Verified
from elenchus.research.models import Message
from elenchus.research.streams import DELTA, Broadcast


def publish(broadcast: Broadcast, step: Sources | Delta | Verified | Used) -> None:
    match step:
        case Sources(passages):
            broadcast.publish("sources", json_of([_source(n, row) for n, row in enumerate(passages, 1)]))
        case Delta(text):
            broadcast.publish(DELTA, json_of({"text": text}))
        case Verified(verification):
            broadcast.publish("verification", verification.model_dump_json())
        case Used(usage):
            broadcast.publish("usage", usage.model_dump_json())


def _source(n: int, passage: Passage) -> dict[str, object]:
    return {
        "n": n,
        "document_id": str(passage.document_id),
        "document_title": passage.document_title,
        "page_start": passage.page_start,
        "page_end": passage.page_end,
        "start_char": passage.start_char,
        "end_char": passage.end_char,
        "text": passage.text,
    }


def done_event(message: Message) -> str:
    return f'{{"message":{message.model_dump_json()}}}'


def problem_event(refusal: Refusal, message_id: Id, request_id: str) -> str:
    instance = f"/api/v1/chat/messages/{message_id}"
    return json_of({"problem": problems.problem(refusal, instance=instance, request_id=request_id)})


def json_of(value: object) -> str:
    return to_json(value).decode()
