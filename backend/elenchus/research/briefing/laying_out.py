"""From the examined parts to the brief: its sections, its sources, its notes and its record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elenchus.core.ids import Id
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.written import digest
from elenchus.core.settings import settings
from elenchus.library.schemas import Passage
from elenchus.research.briefing.checking import worst
from elenchus.research.briefing.models import Brief, Call
from elenchus.research.briefing.plain import CLIENT, RULES
from elenchus.research.briefing.schemas import (
    BriefRecord,
    BriefResult,
    CallOut,
    IssueOut,
    Section,
    SectionFailing,
    SourceOut,
    Standing,
)
from elenchus.research.briefing.sources import Sources

FORM = 1  # of the record; a reader of later forms must know the earlier ones
REVIEW = "It informs the lawyer who decides and is no legal advice: review it, and each source in full, before use."
NO_MODEL = "No language model was used: sentences were extracted word for word, and the facts stand as they were given."
NOT_WRITTEN = "Taken word for word from the documents or the client, without the language model: {}."
ANOTHER = "Written by {}, which stood in for {}: {}."
NOT_FOUND = "The documents hold nothing on {}."
CUT = "The language model had no room to end {}; raise LLM_MAX_OUTPUT_TOKENS."
GONE = "{} of the chosen documents were deleted before they were searched."
LEFT_OUT = "{} of the passages that were found had no room beside the facts; LLM_CONTEXT_TOKENS is how much there is."
FAILING = "Parts of {} do not stand in the sources; `verification` of the section lists them."

_NO_MODEL = frozenset({CLIENT, RULES, EXTRACTIVE})


@dataclass(frozen=True, slots=True)
class Written:
    sources: Sources
    analyses: Sequence[Section]
    facts: Section
    conclusion: Section
    actions: Section

    def by_name(self) -> dict[str, Section]:
        return {
            "statement_of_facts": self.facts,
            **analyses_by_name(self.analyses),
            "conclusion": self.conclusion,
            "recommended_actions": self.actions,
        }

    def cited_document_ids(self) -> set[Id]:
        return {Id(row.document_id) for section in self.by_name().values() for row in section.citations}


def sections_of(found: BriefResult) -> dict[str, Section]:
    return {
        "statement_of_facts": found.statement_of_facts,
        **analyses_by_name([each.analysis for each in found.issues]),
        "conclusion": found.conclusion,
        "recommended_actions": found.recommended_actions,
    }


def analyses_by_name(analyses: Sequence[Section]) -> dict[str, Section]:
    return {f"issue {number}": section for number, section in enumerate(analyses, 1)}


def failing(sections: Mapping[str, Section]) -> list[SectionFailing]:
    return [
        SectionFailing(section=name, **one.model_dump())
        for name, section in sections.items()
        for one in section.verification.failing
    ]


def result(brief: Brief, whole: Written) -> BriefResult:
    sections = whole.by_name()
    examined = [section.standing for section in sections.values() if section.standing is not Standing.AS_GIVEN]
    issues = zip(brief.legal_issues, whole.sources.of_issue, whole.analyses, strict=True)
    return BriefResult(
        standing=worst(examined),
        statement_of_facts=whole.facts,
        issues=[
            IssueOut(number=number, issue=issue, sources=list(numbers), analysis=section)
            for number, (issue, numbers, section) in enumerate(issues, 1)
        ],
        conclusion=whole.conclusion,
        recommended_actions=whole.actions,
        sources=[_source(n, passage) for n, passage in enumerate(whole.sources.passages, 1)],
        notes=_notes(brief, whole.sources, sections),
    )


def _source(n: int, passage: Passage) -> SourceOut:
    return SourceOut(
        n=n,
        document_id=passage.document_id,
        document_title=passage.document_title,
        chunk_id=passage.chunk_id,
        page_start=passage.page_start,
        page_end=passage.page_end,
        start_char=passage.start_char,
        end_char=passage.end_char,
        sha256=digest(passage.text),
        score=passage.score,
    )


def _notes(brief: Brief, sources: Sources, sections: Mapping[str, Section]) -> list[str]:
    return [
        REVIEW,
        *_of_authors(brief, sections),
        *_named(NOT_FOUND, [f"issue {n}" for n, found in enumerate(sources.of_issue, 1) if not found]),
        *_named(CUT, [name for name, section in sections.items() if section.is_cut]),
        *_named(FAILING, [name for name, one in sections.items() if one.standing is Standing.NOT_VERIFIED]),
        *([GONE.format(len(sources.gone))] if sources.gone else []),
        *([LEFT_OUT.format(sources.left_out)] if sources.left_out else []),
    ]


def _named(note: str, names: Sequence[str]) -> list[str]:
    return [note.format(_listed(names))] if names else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _of_authors(brief: Brief, sections: Mapping[str, Section]) -> list[str]:
    if brief.model == EXTRACTIVE:
        return [NO_MODEL]
    plain = [name for name, section in sections.items() if section.written_by in _NO_MODEL]
    others: dict[str, list[str]] = {}
    for name, section in sections.items():
        if section.written_by not in {brief.model, *_NO_MODEL}:
            others.setdefault(section.written_by, []).append(name)
    stood_in = (ANOTHER.format(who, brief.model, _listed(names)) for who, names in others.items())
    return [*_named(NOT_WRITTEN, plain), *stood_in]


def record(brief: Brief, sources: Sources, calls: Mapping[str, Call]) -> BriefRecord:
    return BriefRecord(
        form=FORM,
        temperature=brief.temperature,
        max_output_tokens=settings().llm.max_output_tokens,
        sources_per_issue=settings().research.sources_per_answer,
        retrieval_modes=list(sources.modes),
        calls=[CallOut(part=name, **call.model_dump()) for name, call in calls.items()],
    )
