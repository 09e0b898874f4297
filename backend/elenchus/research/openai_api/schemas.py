"""OpenAI's words as far as they mean something here. What would change an answer and cannot is refused by its name;
what only tunes a sampler is taken and has no effect."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from elenchus.core.plain import PlainText
from elenchus.research.schemas import LONGEST_QUESTION, DocumentIds, Temperature

MOST_MESSAGES = 1_000
STANDING = frozenset({"system", "developer"})
LONGEST_MESSAGE = 200_000  # an earlier answer may be longer than a question

Text = Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE), PlainText]
Name = Annotated[str, StringConstraints(max_length=200), PlainText]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPart(_In):
    type: Literal["text"]
    text: Text


class MessageIn(_In):
    role: Literal["system", "developer", "user", "assistant"]
    content: Text | Annotated[list[TextPart], Field(min_length=1, max_length=100)]
    name: Name | None = None
    refusal: Name | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content.strip()
        return "\n".join(part.text for part in self.content).strip()


class StreamOptions(_In):
    include_usage: bool = False


class CompletionIn(_In):
    """The last message is the question, the ones before it are what was said. `system` and `developer` messages are the
    user's standing instructions, such as a language or a length: they are followed as far as the rules of Elenchus
    allow. `document_ids` and `require_verified` are as in `POST /chat`."""

    model: Name
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: Temperature | None = None
    n: Literal[1] | None = None
    max_tokens: Annotated[int, Field(ge=1, description="no effect")] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, description="no effect")] | None = None
    top_p: Annotated[float, Field(ge=0, le=1, description="no effect")] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2, description="no effect")] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2, description="no effect")] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63, description="no effect")] | None = None
    user: Annotated[Name, Field(description="no effect")] | None = None
    document_ids: DocumentIds = []
    require_verified: bool = False

    @model_validator(mode="after")
    def _ends_with_a_question(self) -> Self:
        last = self.messages[-1]
        if last.role != "user" or not 1 <= len(last.text) <= LONGEST_QUESTION:
            raise ValueError(f"the last message is the user's question, of 1 to {LONGEST_QUESTION} characters")
        if sum(len(message.text) for message in self.messages if message.role in STANDING) > LONGEST_QUESTION:
            raise ValueError(f"the system messages have {LONGEST_QUESTION} characters at most")
        return self

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)


class Said(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    index: int = 0
    message: Said
    logprobs: None = None
    finish_reason: Literal["stop", "length"]


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Grounds(BaseModel):
    """What OpenAI's shape has no place for: where the answer is kept, and what it rests on."""

    conversation_id: str
    message_id: str
    citations: list[dict[str, JsonValue]]
    verification: dict[str, JsonValue] | None


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None
    elenchus: Grounds


class ModelOut(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelOut]
