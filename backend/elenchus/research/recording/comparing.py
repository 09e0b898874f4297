"""Two answers to the same question, side by side: what they were made of and what they say."""

import re
from collections.abc import Sequence
from typing import TypeVar

from elenchus.research.models import Failing, Message
from elenchus.research.recording.schemas import Change, Difference, Judged, Made, Moved, SourceRecorded

T = TypeVar("T")
_WORDS = re.compile(r"\S+\s*")
_KINDS = {"equal": "same", "delete": "removed", "insert": "added", "replace": "changed"}


def difference(before: Made, after: Made, *, was: Message, now: Message) -> Difference:
    moved = _moved(before.sources, after.sources)
    changes, similarity = _changes(was.content, now.content)
    quoted, quotes = [row.quote for row in was.citations], [row.quote for row in now.citations]
    same_prompt = before.prompt_sha256 == after.prompt_sha256
    same_text = was.content == now.content
    judged, failing = _judged(was, now), (_failing(was), _failing(now))
    same_examination = not judged and failing[0] == failing[1]
    return Difference(
        is_same=same_prompt and same_text and quoted == quotes and same_examination,
        same_prompt=same_prompt,
        same_model=before.answered_by == after.answered_by,
        same_rules=before.rules_sha256 == after.rules_sha256 and before.prompt_version == after.prompt_version,
        same_sources=not moved,
        same_text=same_text,
        sources=moved,
        text=changes,
        similarity=similarity,
        citations_lost=_without(quoted, quotes),
        citations_gained=_without(quotes, quoted),
        same_examination=same_examination,
        quotes=judged,
        failing_lost=_without(*failing),
        failing_gained=_without(*failing[::-1]),
    )


def _without(some: Sequence[T], others: Sequence[T]) -> list[T]:
    return [each for number, each in enumerate(some) if each not in others and each not in some[:number]]


def _failing(message: Message) -> list[Failing]:
    return message.verification.failing if message.verification else []


def _judged(was: Message, now: Message) -> list[Judged]:
    before, after = _verdicts(was), _verdicts(now)
    return [
        Judged(quote=quote, before=before.get(quote), after=after.get(quote))
        for quote in {**before, **after}
        if before.get(quote) != after.get(quote)
    ]


def _verdicts(message: Message) -> dict[str, str]:
    rows = message.verification.quotes if message.verification else []
    return {str(row.get("quote")): str(row.get("verdict")) for row in rows}


def _moved(before: Sequence[SourceRecorded], after: Sequence[SourceRecorded]) -> list[Moved]:
    """By document and text: the same words read anew have another chunk's id and are the same source."""
    was, now = _places(before), _places(after)
    rows = {_key(row): row for row in (*before, *after)}
    return [
        Moved(
            document_id=rows[key].document_id,
            chunk_id=rows[key].chunk_id,
            sha256=rows[key].sha256,
            before=was.get(key),
            after=now.get(key),
        )
        for key in rows
        if was.get(key) != now.get(key)
    ]


def _places(sources: Sequence[SourceRecorded]) -> dict[tuple[str, str, int], int]:
    return {_key(row): n for n, row in enumerate(sources, 1)}


def _key(row: SourceRecorded) -> tuple[str, str, int]:
    return row.document_id, row.sha256, row.start_char


def _changes(before: str, after: str) -> tuple[list[Change], float]:
    """Word by word; how alike they are is the share of words that need no change."""
    from rapidfuzz.distance import Levenshtein

    was, now = _WORDS.findall(before), _WORDS.findall(after)
    changes = [
        Change(
            kind=_KINDS[step.tag],
            before="".join(was[step.src_start : step.src_end]),
            after="".join(now[step.dest_start : step.dest_end]),
        )
        for step in Levenshtein.opcodes(was, now)
    ]
    return changes, round(Levenshtein.normalized_similarity(was, now), 4)
