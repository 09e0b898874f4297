"""What a template is made of: steps that need each other, and what comes out. `checking` finds what is wrong."""

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from elenchus.core.plain import PlainText, plain_object
from elenchus.workflows.schemas import Budget, StepName

MOST_STEPS = 60
MOST_CHARACTERS = 64 * 1024  # of JSON
DEEPEST = 20
_WHOLE = TypeAdapter(Annotated[dict[str, JsonValue], plain_object(characters=MOST_CHARACTERS, depth=DEEPEST)])

KindName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PlainText]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), PlainText]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=4_000), PlainText]


class Retry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    max_attempts: Annotated[int, Field(ge=1, le=10, strict=True)] = 3
    first_pause_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 1


class StepDef(BaseModel):
    """`needs` are other steps, whose outputs `when` and `input` may read. `timeout_seconds` is else its kind's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: StepName
    type: KindName
    title: Title | None = None
    description: Description | None = None
    needs: Annotated[list[StepName], Field(max_length=MOST_STEPS)] = []
    when: Condition | None = None
    input: dict[str, JsonValue] = {}
    retry: Retry = Retry()
    timeout_seconds: Annotated[int, Field(ge=1, le=86_400, strict=True)] | None = None
    on_error: Literal["fail", "continue"] = "fail"


class Definition(BaseModel):
    """Without `output` it gives what its last step gives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: Annotated[list[StepDef], Field(min_length=1, max_length=MOST_STEPS)]
    output: JsonValue = None
    budget: Budget | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_bounded(cls, raw: object) -> object:
        """Before anything of it is read."""
        try:
            return _WHOLE.validate_python(raw) if isinstance(raw, dict) else raw
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error

    def step(self, name: str) -> StepDef:
        return next(step for step in self.steps if step.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(step.name for step in self.steps)
