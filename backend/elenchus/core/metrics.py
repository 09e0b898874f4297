"""Prometheus figures of the HTTP border; rooms define their own beside what they measure."""

from functools import lru_cache

from prometheus_client import Counter, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

requests = Counter("elenchus_http_requests_total", "Requests answered.", ["method", "route", "status"])
seconds = Histogram(
    "elenchus_http_request_seconds",
    "From the first byte of the request to the last of the answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


@lru_cache(maxsize=1024)  # looking a labelled child up costs more than counting with it
def _children(method: str, route: str, status: int) -> tuple[MetricWrapperBase, MetricWrapperBase]:
    return requests.labels(method, route, str(status)), seconds.labels(method, route)


def observe(method: str, route: str, status: int, took_seconds: float) -> None:
    """`route` is the template, never the path: ids in labels would grow without end."""
    counter, histogram = _children(method, route, status)
    counter.inc()  # type: ignore[attr-defined]  # the common base does not declare the verbs
    histogram.observe(took_seconds)  # type: ignore[attr-defined]


def exposition() -> bytes:
    return generate_latest()
