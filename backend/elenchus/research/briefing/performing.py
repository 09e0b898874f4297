"""The job behind a brief. What each step found is kept before the next begins, so that a worker that is killed never
asks, or pays, for a finished part again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

from elenchus.core import at_once
from elenchus.core.llm.base import Prompt
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.factory import chat_model
from elenchus.jobs.errors import Fatal
from elenchus.jobs.run import Run
from elenchus.research.briefing import checking, fitting, laying_out, plain, prompts, staleness, store
from elenchus.research.briefing.checking import Ground
from elenchus.research.briefing.desk import Desk, Found, gone
from elenchus.research.briefing.laying_out import Written
from elenchus.research.briefing.models import BriefStatus
from elenchus.research.briefing.prompts import Part
from elenchus.research.briefing.schemas import Section
from elenchus.research.briefing.sources import Sources, gathered
from elenchus.research.briefing.writing import Draft

AT_ONCE = 3  # calls of one brief: providers count them by the minute
Plain = Callable[[], Draft]


async def perform(run: Run) -> None:
    brief = await store.find(run.principal, run.subject.id)
    if brief is None:
        return
    if brief.status is BriefStatus.COMPLETED:  # by an attempt that died before it could say so
        await _tidy(run)
        return
    if not await store.begin(run.principal, brief.id):
        return
    desk = Desk(run, brief, chat_model(brief.model))
    await desk.hold()
    await _carry_out(desk)


async def _carry_out(desk: Desk) -> None:
    await desk.run.progress(0.02, "searching")
    sources = await gathered(desk)
    analyses = await _analyses(desk, sources)
    await _require_verified(desk, laying_out.analyses_by_name(analyses))
    facts = await _facts(desk, sources, analyses)
    await desk.run.progress(0.8, "concluding")
    conclusion = await _conclusion(desk, sources, analyses)
    actions = await _actions(desk, sources, analyses, conclusion)
    await desk.run.progress(0.98, "finishing")
    whole = Written(sources, analyses, facts, conclusion, actions)
    await _require_verified(desk, whole.by_name())
    await desk.run.step("finish", partial(_finish, desk, whole))


# ---- the parts


async def _analyses(desk: Desk, sources: Sources) -> list[Section]:
    ended, number = 0, len(desk.brief.legal_issues)

    async def analyse(index: int) -> Section:
        nonlocal ended
        section = await _analysis(desk, sources, index)
        ended += 1
        await desk.run.progress(0.05 + 0.65 * ended / number, "analysing")
        return section

    return await at_once.each(range(number), analyse, most=AT_ONCE)


async def _analysis(desk: Desk, sources: Sources, index: int) -> Section:
    brief, numbers = desk.brief, sources.of_issue[index]
    prompt = prompts.of_analysis(brief.case_facts, brief.legal_issues[index], sources.numbered(numbers))

    async def write() -> Found:
        if not numbers:
            return asdict(plain.unanswered()), None
        draft, call = await desk.written(Part.ANALYSIS, prompt)
        if draft.is_extracted:
            draft = replace(draft, text=plain.extracted(draft.text, numbers))
        return asdict(draft), call

    ground = Ground(sources.passages, frozenset(numbers), _given(desk))
    return await _examined(desk, Part.ANALYSIS, f"analysis {index + 1}", write, ground)


async def _facts(desk: Desk, sources: Sources, analyses: Sequence[Section]) -> Section:
    """The client's own words, put in order by a model if there is one."""
    as_given = partial(plain.as_given, desk.brief.case_facts)
    cited = _cited(analyses)
    ask = partial(prompts.of_facts, desk.brief.case_facts)
    prompt = ask(fitting.given(desk.model, ask({}), sources.numbered(sorted(cited))))
    write = _writing(desk, Part.FACTS, prompt, instead=as_given, is_plain=desk.model.name == EXTRACTIVE)
    return await _examined(desk, Part.FACTS, "facts", write, Ground(sources.passages, cited, _given(desk)))


async def _conclusion(desk: Desk, sources: Sources, analyses: Sequence[Section]) -> Section:
    issues, texts = desk.brief.legal_issues, [checking.passed_on(section) for section in analyses]
    ask = partial(prompts.of_conclusion, issues)
    prompt = ask(fitting.told(desk.model, ask([""] * len(issues)), texts))
    ground = Ground(sources.passages, _cited(analyses), _given(desk), _said(analyses))
    instead = partial(plain.conclusion, issues, texts)
    write = _writing(desk, Part.CONCLUSION, prompt, instead=instead, is_plain=_is_plain(desk, analyses))
    return await _examined(desk, Part.CONCLUSION, "conclusion", write, ground)


async def _actions(desk: Desk, sources: Sources, analyses: Sequence[Section], conclusion: Section) -> Section:
    issues, texts = desk.brief.legal_issues, [checking.passed_on(section) for section in analyses]
    ask = partial(prompts.of_actions, issues, conclusion=checking.passed_on(conclusion))
    prompt = ask(fitting.told(desk.model, ask([""] * len(issues)), texts))
    ground = Ground(sources.passages, _cited(analyses), _given(desk), _said([*analyses, conclusion]))
    instead = partial(plain.actions, issues, texts)
    write = _writing(desk, Part.ACTIONS, prompt, instead=instead, is_plain=_is_plain(desk, analyses))
    return await _examined(desk, Part.ACTIONS, "actions", write, ground)


def _given(desk: Desk) -> str:
    return "\n\n".join([desk.brief.case_facts, *desk.brief.legal_issues])


def _cited(analyses: Sequence[Section]) -> frozenset[int]:
    return frozenset(row.n for section in analyses for row in section.citations)


def _said(sections: Sequence[Section]) -> tuple[str, ...]:
    return tuple(checking.sound(section) for section in sections)


def _is_plain(desk: Desk, analyses: Sequence[Section]) -> bool:
    """Where nothing was found there is nothing for a model to draw together."""
    return desk.model.name == EXTRACTIVE or not _cited(analyses)


def _writing(
    desk: Desk, part: Part, prompt: Prompt, *, instead: Plain, is_plain: bool
) -> Callable[[], Awaitable[Found]]:
    """From the model, or what can be had without one; the built-in one may also stand in for another."""

    async def write() -> Found:
        if is_plain:
            return asdict(instead()), None
        draft, call = await desk.written(part, prompt)
        return asdict(instead() if draft.is_extracted else draft), call

    return write


async def _examined(
    desk: Desk, part: Part, name: str, write: Callable[[], Awaitable[Found]], ground: Ground
) -> Section:
    """Two steps: what was paid for is kept before anything is made of it."""
    await desk.run.checkpoint()
    draft = Draft(**await desk.kept(name, write))

    async def examine() -> Found:
        if draft.written_by == plain.CLIENT:
            return checking.as_given(draft).model_dump(mode="json"), None
        return (await checking.checked(desk.principal, part, draft, ground)).model_dump(mode="json"), None

    return Section.model_validate(await desk.kept(f"{name} examined", examine))


# ---- the end


async def _require_verified(desk: Desk, sections: Mapping[str, Section]) -> None:
    """The job's own error is read by the whole firm, so the spans are told in the brief only."""
    failing = laying_out.failing(sections)
    if not desk.brief.require_verified or not failing:
        return
    await store.note_failing(desk.principal, desk.brief.id, [one.model_dump(mode="json") for one in failing])
    detail = "Some of it does not stand in the given sources; `failing` of the brief lists it. Ask again."
    raise Fatal("unverified", detail)


async def _finish(desk: Desk, whole: Written) -> None:
    principal, brief = desk.principal, desk.brief
    record = laying_out.record(brief, whole.sources, await store.calls(principal, brief.id))
    result = laying_out.result(brief, whole)
    done = await store.complete(
        principal, brief.id,
        result=result.model_dump(mode="json"), record=record.model_dump(mode="json"), cited=whole.cited_document_ids(),
    )  # fmt: skip
    if not done and await store.find(principal, brief.id) is None:
        raise gone()
    await _tidy(desk.run)


async def _tidy(run: Run) -> None:
    """The result has all that the parts had."""
    await staleness.watch(run.principal, run.subject.id)
    await store.drop_parts(run.principal, run.subject.id)
