"""Questions about the samples, each with the passage that must be found; one has its answer nowhere."""

import json
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).parent / "questions.json"


@dataclass(frozen=True, slots=True)
class Answer:
    """`phrase` stands word for word in the passage that answers, and in no other document."""

    document: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    answers: tuple[Answer, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """Each once, in the order in which a reader wants them."""
        return tuple(dict.fromkeys(answer.document for answer in self.answers))


def demo_questions() -> tuple[Question, ...]:
    rows = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    return tuple(Question(row["question"], tuple(Answer(**answer) for answer in row["answers"])) for row in rows)
