"""What of a branch's messages is told again."""

from elenchus.core.ids import new_id
from elenchus.core.llm.usage import rough_tokens
from elenchus.research.models import MessageRole as Role
from elenchus.research.models import MessageStatus
from elenchus.research.prompts import Summary, compose
from elenchus.research.prompts.fitting import BLOCK
from elenchus.research.remembering.recalling import recalled
from elenchus.research.tail import Head


def head(count: int, until: str | None = None) -> Head:
    summary = Summary("Notes.", until, "1") if until else None
    return Head(new_id(), new_id(), (), count, 0, 0, (), summary=summary)


def row(number: int, words: str = "words", **more) -> dict:
    role = Role.ASSISTANT if number % 2 else Role.USER
    return {"id": f"m{number}", "role": role, "content": f"{number} {words}", **more}


class TestRecalled:
    def test_what_says_nothing_is_passed_over(self):
        rows = [
            row(0),
            row(1, status=MessageStatus.FAILED),
            row(2),
            row(3, status=MessageStatus.STREAMING),
            row(4),
            row(5, status=MessageStatus.STOPPED),
            row(6, status=None),
            {**row(7), "content": ""},
            {**row(8), "role": Role.SYSTEM},
        ]
        assert [turn.text[0] for turn in recalled(head(9), rows).turns] == ["0", "2", "4", "5", "6"]

    def test_after_the_summary_only_what_followed_it(self):
        history = recalled(head(6, until="m3"), [row(n) for n in range(6)])
        assert (history.summary.text, [turn.text[0] for turn in history.turns]) == ("Notes.", ["4", "5"])

    def test_a_summary_of_another_branch_is_not_told(self):
        history = recalled(head(6, until="m9"), [row(n) for n in range(6)])
        assert (history.summary, len(history.turns)) == (None, 6)

    def test_where_the_telling_may_begin_moves_with_the_conversation_and_not_with_what_was_read(self):
        rows = [row(n, "x" * 400) for n in range(100)]

        def beginning(count: int) -> str:
            history = recalled(head(count), rows[max(0, count - 48) : count])
            told = compose("And then?", (), history, count=rough_tokens, room=4_000)
            return told.prompt.turns[0].text.split()[0]

        found = [int(beginning(count)) for count in range(40, 100, 2)]
        assert all(place % BLOCK == 0 for place in found), found
        assert len(set(found)) <= len(found) * 2 // BLOCK + 1
