"""What of the conversation an answer sees when it is made again."""

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.llm.base import Speaker, Turn
from elenchus.core.principal import Principal, Role
from elenchus.research import placing
from elenchus.research.branches import START
from elenchus.research.models import Answer
from elenchus.research.placing import Place
from elenchus.research.prompts import digest
from elenchus.research.prompts.fitting import History, Summary
from elenchus.research.recording import replaying
from elenchus.research.tail import Head

ME = Principal(new_id(), new_id(), Role.MEMBER)
SUMMARY = Summary("The rent is disputed.", "m1", "1")
EARLIER = [
    {"id": f"m{number}", "role": "user" if number % 2 else "assistant", "content": f"Said {number}."}
    for number in range(1, 5)
]


@pytest.fixture
def history(resources_, monkeypatch):
    """Of an answer with this record, in a conversation with this summary."""

    async def seen(kept: Summary | None, **made: object) -> History:
        head = Head(new_id(), ME.user_id, (), len(EARLIER), 0, 0, (), summary=kept)

        async def place_again(*_: object) -> tuple[Place, str]:
            return Place(head, earlier=EARLIER), START

        monkeypatch.setattr(placing, "place_again", place_again)
        answer = Answer(
            id=new_id(), tenant_id=ME.tenant_id, user_id=ME.user_id, conversation_id=head.id, user_message_id=new_id(),
            alive_until=now(), question="?", document_ids=[], model="extractive", temperature=None,
            require_verified=False, record=made, created_at=now(),
        )  # fmt: skip
        return await replaying._history(ME, answer)

    return seen


def recorded(text: str) -> dict[str, str]:
    return {"until": "m1", "sha256": digest(text), "prompt_version": "1"}


@pytest.mark.parametrize(
    ("now_kept", "then", "seen"),
    [
        (SUMMARY, recorded(SUMMARY.text), SUMMARY),
        (SUMMARY, recorded("It was shorter then."), None),
        (SUMMARY, None, None),
        (None, recorded(SUMMARY.text), None),
        (None, None, None),
    ],
    ids=["the same", "it has grown on", "there was none", "it is gone", "never"],
)
async def test_a_summary_is_told_again_only_as_it_was(history, now_kept, then, seen):
    assert (await history(now_kept, summary=then)).summary == seen


@pytest.mark.parametrize(("told", "numbers"), [(None, [1, 2, 3, 4]), (3, [2, 3, 4]), (0, []), (9, [1, 2, 3, 4])])
async def test_as_many_turns_as_were_told_then(history, told, numbers):
    found = await history(None, history_turns=told)
    assert found.turns == tuple(
        Turn(Speaker.USER if number % 2 else Speaker.ASSISTANT, f"Said {number}.") for number in numbers
    )
