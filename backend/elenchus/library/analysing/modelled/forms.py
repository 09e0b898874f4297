"""The forms that a language model fills in. It is told of them as JSON schemas, descriptions and all."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

LONGEST = 4_000  # characters of one text
MOST = 200  # entries of one list from one section


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


def _severity(value: object) -> object:
    word = str(value).strip().lower()
    return word if word in {"low", "medium", "high"} else "medium"


Said = Annotated[str, AfterValidator(_clean)]
Quotes = Annotated[
    list[Said],
    Field(description="Whole sentences or clauses, copied word for word from the document, that the text rests on"),
]


class Quoted(BaseModel):
    text: Said = Field(description="One or two plain sentences")
    quotes: Quotes = []


class PartySaid(Quoted):
    name: Said
    role: Said | None = Field(None, description="As the document calls them: Tenant, Appellant, Licensor")


class DateSaid(Quoted):
    text: Said = Field(description="What happens on it")
    written: Said = Field(description="As the document writes it")
    date: Said | None = Field(None, description="YYYY-MM-DD, only if it is one certain day")


class TermSaid(Quoted):
    text: Said = Field(description="What the document means by it")
    term: Said


class ClauseSaid(Quoted):
    kind: Said = Field(description="A short name in lower case, like termination, liability, holding or penalty")
    title: Said | None = Field(None, description="The heading above it, with its number")


class RiskSaid(Quoted):
    severity: Annotated[Literal["low", "medium", "high"], BeforeValidator(_severity)] = "medium"
    kind: Said | None = None


class AdviceSaid(Quoted):
    text: Said = Field(description="What a lawyer should check or do")
    about: Said | None = Field(None, description="The kind of clause or risk that it is about")


class AnswerSaid(Quoted):
    question: int = Field(description="The number of the question")


class SectionForm(BaseModel):
    """What one part of the document says. Leave a list empty where it says nothing."""

    document_type: Quoted | None = Field(None, description="What kind of document this is, if this part shows it")
    purpose: Quoted | None = Field(None, description="What the document is for, if this part shows it")
    parties: Annotated[list[PartySaid], Field(max_length=MOST)] = []
    dates: Annotated[list[DateSaid], Field(max_length=MOST)] = []
    key_terms: Annotated[list[TermSaid], Field(max_length=MOST)] = []
    clauses: Annotated[list[ClauseSaid], Field(max_length=MOST)] = []
    risks: Annotated[list[RiskSaid], Field(max_length=MOST)] = []
    recommendations: Annotated[list[AdviceSaid], Field(max_length=MOST)] = []
    answers: Annotated[list[AnswerSaid], Field(max_length=MOST)] = Field(
        [], description="Only to questions that this part answers, wholly or in part"
    )


class Derived(BaseModel):
    text: Said
    from_ids: list[str] = Field([], description="The ids of the entries that it rests on")


class DerivedAdvice(Derived):
    about: Said | None = None


class DerivedAnswer(Derived):
    question: int


class MergedForm(BaseModel):
    """What all the entries say together."""

    document_type: Derived | None = None
    purpose: Derived | None = None
    recommendations: Annotated[list[DerivedAdvice], Field(max_length=MOST)] = []
    answers: Annotated[list[DerivedAnswer], Field(max_length=MOST)] = []
    same: list[list[str]] = Field([], description="Groups of ids of entries that say the same; the best one first")
