"""The record of an answer, as it is stored in the answer's row: enough to make it again and to see what changed."""

import hashlib

import orjson

from elenchus.core.llm.base import Prompt
from elenchus.core.mongo import Row
from elenchus.core.settings import settings
from elenchus.library.schemas import Passage
from elenchus.research import prompts
from elenchus.research.answering import Inquiry, Outcome

FORM = 1  # of the record; a reader of later forms must know the earlier ones


def made(question: Inquiry, outcome: Outcome) -> Row:
    """Passages, prompt and answer are named by their hashes; their words are kept once, where they belong."""
    counted = outcome.counted
    return {
        "form": FORM,
        "answered_by": outcome.model or question.model.name,
        "prompt_version": prompts.rules().version,
        "rules_sha256": prompts.rules().sha256,
        "prompt_sha256": _prompt_sha256(outcome.prompt) if outcome.prompt else None,
        "text_sha256": prompts.digest(outcome.text),
        "max_output_tokens": settings().llm.max_output_tokens,
        "history_turns": outcome.composed.turns if outcome.composed else None,
        "history_left_out": len(question.history.turns) - outcome.composed.turns if outcome.composed else None,
        "summary": _summary(outcome.composed.summary) if outcome.composed and outcome.composed.summary else None,
        "sources_left_out": outcome.left_out,
        "retrieval_mode": outcome.retrieval_mode,
        "sources": [_source(n, row) for n, row in enumerate(outcome.passages, 1)],
        "cached_tokens": counted.cached_tokens if counted else None,
        "reasoning_tokens": counted.reasoning_tokens if counted else None,
        "usage_is_estimate": counted.is_estimate if counted else None,
        "cut_at_limit": counted.is_cut if counted else None,
        "timings_ms": dict(outcome.timings_ms),
        "latency_ms": outcome.latency_ms,
    }


def _prompt_sha256(prompt: Prompt) -> str:
    """Of what was sent and of its form: two turns are not one that looks like two."""
    sent = [prompt.system, *([turn.speaker, turn.text] for turn in prompt.turns)]
    return hashlib.sha256(orjson.dumps(sent)).hexdigest()


def _summary(summary: prompts.Summary) -> Row:
    digest, version = prompts.digest(summary.text), summary.prompt_version
    return {"until": summary.until, "sha256": digest, "prompt_version": version}


def _source(n: int, passage: Passage) -> Row:
    return {
        "n": n,
        "document_id": str(passage.document_id),
        "document_title": passage.document_title,
        "chunk_id": str(passage.chunk_id),
        "page_start": passage.page_start,
        "page_end": passage.page_end,
        "start_char": passage.start_char,
        "end_char": passage.end_char,
        "sha256": prompts.digest(passage.text),
        "score": passage.score,
    }
