"""Traces: what Langfuse is sent, what it is never sent, and that nobody waits for it."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from prometheus_client import REGISTRY

from elenchus.core import tracing
from elenchus.core.ids import new_id
from elenchus.core.llm.base import Usage
from elenchus.core.principal import Principal, Role
from elenchus.core.tracing import Kind, Tracer, traced
from tests.conftest import free_port
from tests.fixtures.langfuse import TRACES, config, langfuse_stub

CANARY = "Maria Svensson v. Harbour Estates"
Traced = Callable[..., AbstractAsyncContextManager[Tracer]]


@pytest.fixture
def me() -> Principal:
    return Principal(new_id(), new_id(), Role.MEMBER)


def a_turn(me: Principal, seed: Any) -> None:
    """As research does it."""
    with tracing.trace("chat.turn", seed, me, session_id=seed) as turn:
        turn.asked(CANARY)
        with tracing.span("retrieval", Kind.RETRIEVER) as retrieval:
            retrieval.facts(passages=8)
        with tracing.span("generation", Kind.GENERATION) as generation:
            generation.called("google_genai:gemini-3.8-flash", temperature=0.2)
            generation.first_word()
            generation.answered(CANARY)
            generation.used(Usage(120, 20, cached_tokens=20, reasoning_tokens=6), cost_usd=0.25)
        with tracing.span("verification", Kind.EVALUATOR):
            pass


class TestWithKeys:
    async def test_a_turn_is_one_trace_with_its_parts(self, langfuse, me):
        seed = new_id()
        async with traced(config(langfuse.url)):
            known_before = tracing.trace_id(seed)
            a_turn(me, seed)
        assert langfuse.names == ["chat.turn", "generation", "retrieval", "verification"]
        root = langfuse["chat.turn"]
        assert {row.trace_id for row in langfuse.observations} == {known_before}
        assert {langfuse[name].parent_id for name in ("retrieval", "generation", "verification")} == {root.span_id}
        kinds = {row.name: row["observation.type"] for row in langfuse.observations}
        assert kinds == {
            "chat.turn": "span", "retrieval": "retriever", "generation": "generation", "verification": "evaluator",
        }  # fmt: skip

    async def test_every_part_says_whose_it_is(self, langfuse, me):
        seed = new_id()
        async with traced(config(langfuse.url)):
            a_turn(me, seed)
        for row in langfuse.observations:
            assert row.attributes["user.id"] == str(me.user_id)
            assert row.attributes["session.id"] == str(seed)
            assert row["trace.name"] == "chat.turn"
            assert json.loads(row["trace.metadata.tenant_id"]) == str(me.tenant_id)

    async def test_the_model_its_tokens_and_their_price(self, langfuse, me):
        async with traced(config(langfuse.url)):
            a_turn(me, new_id())
        generation = langfuse["generation"]
        assert generation["observation.model.name"] == "google_genai:gemini-3.8-flash"
        assert json.loads(generation["observation.model.parameters"]) == {"temperature": 0.2}
        usage = json.loads(generation["observation.usage_details"])
        assert usage.pop("total") == 140 == sum(usage.values())
        assert usage == {"input": 100, "input_cache_read": 20, "output": 14, "output_reasoning": 6}
        assert json.loads(generation["observation.cost_details"]) == {"total": 0.25}
        assert generation["observation.completion_start_time"]
        assert langfuse["retrieval"].facts == {"passages": "8"}

    async def test_parts_end_when_they_end_and_side_by_side_turns_do_not_mix(self, langfuse, me):
        async def turn(seed: Any, mine: asyncio.Event, other: asyncio.Event) -> None:
            with tracing.trace("chat.turn", seed, me):
                mine.set()
                await other.wait()
                with tracing.span(str(seed)):
                    await asyncio.sleep(0)

        seeds, events = (new_id(), new_id()), (asyncio.Event(), asyncio.Event())
        async with traced(config(langfuse.url)):
            await asyncio.gather(turn(seeds[0], *events), turn(seeds[1], *reversed(events)))
            expected = {str(seed): tracing.trace_id(seed) for seed in seeds}
        assert {name: langfuse[name].trace_id for name in expected} == expected
        assert all(row.began <= row.ended for row in langfuse.observations)

    async def test_a_score_names_its_trace_and_is_replaced_by_the_next(self, langfuse):
        async with traced(config(langfuse.url)) as tracer:
            tracer.score("a" * 32, "feedback", 1)
            tracer.score("a" * 32, "feedback", -1, comment=CANARY)
        first, second = langfuse.scores
        assert (first["traceId"], first["name"], first["value"]) == ("a" * 32, "feedback", 1)
        assert first["id"] == second["id"]
        assert CANARY.encode() not in langfuse.raw

    async def test_it_signs_in_with_the_keys(self, langfuse, me):
        mine = config(langfuse.url)
        async with traced(mine):
            a_turn(me, new_id())
        assert langfuse.logins == {f"{mine.public_key}:sk-hush"}

    async def test_only_our_spans_are_sent(self, langfuse, me):
        """Others in this process may trace too, and what they tell is not for this server."""
        from opentelemetry import trace as otel

        before = otel.get_tracer_provider()
        async with traced(config(langfuse.url)):
            assert otel.get_tracer_provider() is before
            with otel.get_tracer("langfuse-sdk").start_as_current_span("another's"):
                a_turn(me, new_id())
        assert "another's" not in langfuse.names

    async def test_of_a_share_of_turns_only_those_are_promised_that_are_sent(self, langfuse, me):
        seeds = [new_id() for _ in range(40)]
        async with traced(config(langfuse.url, sample_rate=0.5)):
            for seed in seeds:
                a_turn(me, seed)
            promised = {known for seed in seeds if (known := tracing.trace_id(seed))}
        assert promised == {row.trace_id for row in langfuse.observations}
        assert 0 < len(promised) < 40

    async def test_a_message_can_name_its_turn_and_its_model_s_last_call(self, langfuse, me):
        seed = new_id()
        async with traced(config(langfuse.url)):
            with tracing.trace("chat.turn", seed, me):
                with tracing.span("generation", Kind.GENERATION) as failed:
                    failed.failed("model_away")
                with tracing.span("generation", Kind.GENERATION) as generation:
                    generation.answered(CANARY)
                with tracing.span("verification", Kind.EVALUATOR):
                    pass
                named = tracing.here()
            assert tracing.here() == {"trace_id": None, "span_id": None, "generation_id": None}
        assert named["trace_id"] == langfuse["chat.turn"].trace_id
        assert named["span_id"] == langfuse["chat.turn"].span_id
        answering = [row for row in langfuse.observations if "langfuse.observation.output" in row.attributes]
        assert [row.span_id for row in answering] == [named["generation_id"]]

    async def test_a_model_that_has_its_own_temperature_is_sent_none(self, langfuse, me):
        async with traced(config(langfuse.url)):
            with tracing.trace("chat.turn", new_id(), me), tracing.span("generation", Kind.GENERATION) as part:
                part.called("google_genai:gemini-3.8-flash", temperature=None)
                part.used(Usage(10, 1, is_estimate=True), cost_usd=None)
        generation = langfuse["generation"]
        assert "langfuse.observation.model.parameters" not in generation.attributes
        assert generation.facts == {"usage_is_estimate": "true"}


class TestClientText:
    async def test_it_is_withheld_unless_the_operator_wants_it(self, langfuse, me):
        async with traced(config(langfuse.url)):
            a_turn(me, new_id())
        assert CANARY.encode() not in langfuse.raw
        assert langfuse["chat.turn"]["observation.input"] == f"[withheld: {len(CANARY)} characters]"

    async def test_else_it_is_sent_up_to_a_length(self, langfuse, me):
        async with traced(config(langfuse.url, send_text=True)):
            a_turn(me, new_id())
            with tracing.trace("long", new_id(), me) as long:
                long.asked("x" * 1_000_000)
        assert langfuse["chat.turn"]["observation.input"] == CANARY
        assert langfuse["generation"]["observation.output"] == CANARY
        assert len(langfuse["long"]["observation.input"]) == 20_000

    async def test_an_exception_is_named_and_not_repeated(self, langfuse, me):
        async with traced(config(langfuse.url, send_text=True)):
            with pytest.raises(ValueError), tracing.trace("chat.turn", new_id(), me):
                with tracing.span("generation"):
                    raise ValueError(CANARY)
        assert CANARY.encode() not in langfuse.raw
        for row in langfuse.observations:
            assert (row["observation.level"], row["observation.status_message"]) == ("ERROR", "ValueError")

    async def test_a_file_within_a_text_is_no_upload(self, langfuse, me):
        """Else the client cuts it out, and sends it to whatever address the server names."""
        file = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        texts = [file, json.dumps({"inline_data": {"mime_type": "image/png", "data": file.partition(",")[2]}})]
        async with traced(config(langfuse.url, send_text=True)):
            for text in texts:
                with tracing.trace("chat.turn", new_id(), me) as turn:
                    turn.asked(text)
        assert set(langfuse.paths) == {TRACES}
        assert [row["observation.input"] for row in langfuse.observations] == texts

    async def test_what_is_cut_off_is_no_fault(self, langfuse, me):
        async def turn(begun: asyncio.Event) -> None:
            with tracing.trace("chat.turn", new_id(), me):
                begun.set()
                await asyncio.sleep(60)

        async with traced(config(langfuse.url)):
            begun = asyncio.Event()
            running = asyncio.create_task(turn(begun))
            await begun.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert "langfuse.observation.level" not in langfuse["chat.turn"].attributes
        assert langfuse["chat.turn"].facts["cut_off"] == "true"

    async def test_a_reader_who_leaves_is_no_fault(self, langfuse, me):
        async def words() -> AsyncIterator[int]:
            with tracing.span("generation"):
                yield 1
                yield 2

        async with traced(config(langfuse.url)):
            with tracing.trace("chat.turn", new_id(), me):
                reading = words()
                await anext(reading)
                await reading.aclose()  # type: ignore[attr-defined]
        assert "langfuse.observation.level" not in langfuse["generation"].attributes


class TestOtherVariables:
    """What the client and OpenTelemetry read by themselves."""

    async def test_debugging_prints_nothing(self, langfuse, me, monkeypatch, caplog):
        monkeypatch.setenv("LANGFUSE_DEBUG", "true")
        async with traced(config(langfuse.url, send_text=True)) as tracer:
            caplog.clear()  # of its lines about its own threads
            a_turn(me, new_id())
            tracer.score("a" * 32, "feedback", 1, comment=CANARY)
        assert [row for row in caplog.records if row.name.startswith(("langfuse", "opentelemetry"))] == []

    async def test_the_keys_of_another_collector_are_not_sent(self, langfuse, me, monkeypatch):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=for-another,authorization=Basic%20another")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        mine = config(langfuse.url)
        async with traced(mine):
            a_turn(me, new_id())
        assert langfuse.logins == {f"{mine.public_key}:sk-hush"}
        assert "for-another" not in langfuse.sent_headers

    @pytest.mark.parametrize(
        ("name", "value"),
        [("LANGFUSE_FLUSH_AT", "many"), ("OTEL_BSP_MAX_QUEUE_SIZE", "-1"), ("OTEL_SDK_DISABLED", "true")],
    )
    async def test_one_that_stops_the_client_stops_the_traces_alone(self, langfuse, me, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        async with traced(config(langfuse.url)) as tracer:
            assert (tracer.is_on, tracing.trace_id(new_id())) == (False, None)
            a_turn(me, new_id())
        assert langfuse.paths == []

    async def test_an_address_that_is_none_stops_the_traces_alone(self, me):
        async with traced(config("http://[nowhere")) as tracer:
            assert tracer.is_on is False
            a_turn(me, new_id())

    async def test_a_package_that_is_not_there_stops_the_traces_alone(self, langfuse, me, monkeypatch):
        monkeypatch.setitem(sys.modules, "elenchus.core.langfusing", None)
        async with traced(config(langfuse.url)) as tracer:
            assert tracer.is_on is False
            a_turn(me, new_id())
        assert langfuse.paths == []

    async def test_one_turns_it_all_off(self, langfuse, me):
        async with traced(config(langfuse.url, tracing_enabled=False)):
            assert tracing.trace_id(new_id()) is None
            a_turn(me, new_id())
        assert langfuse.paths == []


class TestNeverInTheWay:
    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("elenchus.core.langfuse_sending.RETRY_SECONDS", 0.01)

    @pytest.mark.parametrize("status", [401, 404, 413, 500, 503])
    async def test_a_server_that_refuses(self, langfuse, me, status):
        langfuse.status, langfuse.body = status, b"<html>no</html>"
        async with traced(config(langfuse.url)) as tracer:
            a_turn(me, new_id())
            tracer.score("a" * 32, "feedback", 1)
        assert len(langfuse.paths) >= 2

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_a_redirect_is_not_followed_with_the_key(self, langfuse, me, status):
        async with langfuse_stub() as other:
            langfuse.status, langfuse.headers = status, {"Location": f"{other.url}{TRACES}"}
            async with traced(config(langfuse.url)) as tracer:
                a_turn(me, new_id())
                tracer.score("a" * 32, "feedback", 1)
            assert other.paths == []
            assert tracer.last == str(status)

    async def test_what_is_lost_is_counted_and_told(self, langfuse, me):
        before = {outcome: spans_counted(outcome) for outcome in ("made", "sent", "lost")}
        async with traced(config(langfuse.url)) as tracer:
            a_turn(me, new_id())
        assert (tracer.last, tracer.is_on) == ("ok", True)
        langfuse.status = 401
        async with traced(config(langfuse.url)) as tracer:
            a_turn(me, new_id())
        assert tracer.last == "401"
        counted = {outcome: spans_counted(outcome) - before[outcome] for outcome in before}
        assert counted == {"made": 8, "sent": 4, "lost": 4}

    async def test_a_batch_is_sent_again_after_an_error_that_passes(self, langfuse, me):
        langfuse.status_once = 503
        async with traced(config(langfuse.url)):
            a_turn(me, new_id())
        assert len(langfuse.observations) == 4
        assert langfuse.paths == [TRACES, TRACES]

    async def test_a_server_that_answers_nonsense(self, langfuse, me):
        langfuse.body = b"\xff" * 100
        async with traced(config(langfuse.url)):
            a_turn(me, new_id())
        assert len(langfuse.observations) == 4

    async def test_nobody_at_that_port(self, me):
        async with traced(config(f"http://127.0.0.1:{free_port()}")):
            a_turn(me, new_id())

    async def test_a_mute_server_holds_neither_a_turn_nor_the_end_of_the_process(self, langfuse, me, monkeypatch):
        monkeypatch.setattr(tracing, "FLUSH_SECONDS", 0.3)
        langfuse.is_mute = True
        async with traced(config(langfuse.url, timeout_seconds=60)):
            for _ in range(50):
                a_turn(me, new_id())
            began = time.monotonic()
        assert time.monotonic() - began < 30  # the client itself would have waited a minute for its batch

    async def test_what_it_does_not_take_is_dropped_and_not_kept(self, langfuse, me):
        langfuse.is_mute = True
        async with traced(config(langfuse.url)) as tracer:
            queues = [p.span_processor if hasattr(p, "span_processor") else p for p in _processors(tracer)]
            for _ in range(2_000):
                a_turn(me, new_id())
            assert sum(len(p._batch_processor._queue) for p in queues) <= 2_048
            langfuse.is_mute = False
            langfuse.go_on.set()
        taken = {seen.span_id for seen in langfuse.observations}  # once each: what was not answered comes again
        assert 0 < len(taken) < 4 * 2_000

    async def test_a_fault_of_the_client_itself(self, langfuse, me, monkeypatch):
        async with traced(config(langfuse.url)) as tracer:

            def broken(*_args: object, **_more: object) -> None:
                raise RuntimeError(CANARY)

            monkeypatch.setattr(tracer._client, "start_observation", broken)
            monkeypatch.setattr(tracer._client, "create_score", broken)
            a_turn(me, new_id())
            tracer.score("a" * 32, "feedback", 1)


def spans_counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("elenchus_trace_spans_total", {"outcome": outcome}) or 0


def _processors(tracer: Any) -> Any:
    return tracer._client._resources.tracer_provider._active_span_processor._span_processors


class TestWithoutKeys:
    @pytest.mark.parametrize("missing", ["public_key", "secret_key"])
    async def test_nothing_is_traced_and_no_trace_is_promised(self, langfuse, me, missing):
        async with traced(config(langfuse.url, **{missing: None})) as tracer:
            assert tracing.trace_id(new_id()) is None
            a_turn(me, new_id())
            tracer.score("a" * 32, "feedback", 1)
        assert langfuse.paths == []

    def test_the_package_is_not_even_imported(self):
        program = (
            "import sys, elenchus.main, elenchus.worker; from elenchus.core import tracing\n"
            "assert not [m for m in sys.modules if m.startswith(('langfuse', 'opentelemetry.sdk'))]"
        )
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env={"PYTHONPATH": "backend"})
