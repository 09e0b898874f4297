"""Prometheus figures of the calls to language models, by provider: a model's name may come from a request."""

from prometheus_client import Counter, Gauge, Histogram

calls = Counter("elenchus_llm_calls_total", "Calls by how they ended.", ["provider", "outcome"])
retries = Counter("elenchus_llm_retries_total", "Calls that repeat a failed one.", ["provider", "reason"])
first_words_seconds = Histogram(
    "elenchus_llm_first_words_seconds",
    "From asking to the first words.",
    ["provider"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120),
)
tokens = Counter("elenchus_llm_tokens_total", "Tokens; cached and reasoning are parts of them.", ["provider", "kind"])
circuits_open = Gauge(
    "elenchus_llm_circuits_open", "How many rest after failures: providers, or models.", ["provider", "scope"]
)
circuit_openings = Counter("elenchus_llm_circuit_openings_total", "Times a rest began.", ["provider", "scope"])
stand_ins = Counter("elenchus_llm_stand_ins_total", "Answers that a model of LLM_FALLBACKS gave.", ["provider"])
