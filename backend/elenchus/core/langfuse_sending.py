"""Spans on their way to Langfuse, over its OpenTelemetry endpoint.

Not by OpenTelemetry's own exporter: that one adds the headers that OTEL_EXPORTER_OTLP_HEADERS names for some other
collector, with its keys, reads whatever a wrong server answers, and logs it.
"""

import base64
import gzip
import threading
from collections.abc import Sequence

import httpx
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import Counter

from elenchus.core import logs
from elenchus.core.settings import LangfuseSettings

PATH = "/api/public/otel/v1/traces"
INGESTION_VERSION = "4"  # of Langfuse's reading of these attributes, as its client 5 says it
RETRY_SECONDS = 1.0
log = logs.get(__name__)

spans = Counter(
    "elenchus_trace_spans_total",
    "Spans that were made, and those that were sent or lost; what is missing waits, or found no room to wait.",
    ["outcome"],
)


class Sender(SpanExporter):
    """Used by one thread of the client's. A batch is tried twice; then it is lost, and counted."""

    def __init__(self, config: LangfuseSettings) -> None:
        self._url = config.base_url.rstrip("/") + PATH
        self._client = httpx.Client(timeout=config.timeout_seconds, headers=_headers(config), follow_redirects=False)
        self._over = threading.Event()
        #: How the last batch ended: `ok`, an HTTP status or the name of an error; empty before the first.
        self.last = ""

    def export(self, spans_: Sequence[ReadableSpan]) -> SpanExportResult:
        body = gzip.compress(encode_spans(spans_).SerializeToString())
        last = self._sent(body)
        if _passes(last) and not self._over.wait(RETRY_SECONDS):
            last = self._sent(body)
        if last != self.last and last != "ok":
            log.warning("traces are lost: Langfuse does not take them", reason=last)
        self.last = last
        spans.labels("sent" if last == "ok" else "lost").inc(len(spans_))
        return SpanExportResult.SUCCESS if last == "ok" else SpanExportResult.FAILURE

    def _sent(self, body: bytes) -> str:
        """What it answers is not read: only how."""
        try:
            with self._client.stream("POST", self._url, content=body) as answer:
                return "ok" if answer.is_success else str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return type(error).__name__

    def shutdown(self) -> None:
        self._over.set()
        self._client.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # nothing is kept here
        return True


def _passes(last: str) -> bool:
    """Whether it may go better a second time."""
    return last in {"408", "429", "500", "502", "503", "504"} or not (last == "ok" or last.isdigit())


def _headers(config: LangfuseSettings) -> dict[str, str]:
    secret = config.secret_key.get_secret_value() if config.secret_key else ""
    pair = base64.b64encode(f"{config.public_key}:{secret}".encode()).decode()
    return {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/x-protobuf",
        "Content-Encoding": "gzip",
        "x-langfuse-public-key": str(config.public_key),
        "x-langfuse-ingestion-version": INGESTION_VERSION,
    }
