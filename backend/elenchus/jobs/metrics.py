"""Prometheus figures of the job engine. Types are the tasks' names, so there are only as many as tasks."""

from prometheus_client import Counter, Gauge, Histogram

ended = Counter("elenchus_jobs_total", "Jobs that reached an end.", ["type", "status"])
attempts = Counter("elenchus_job_attempts_total", "Attempts by how they ended.", ["type", "outcome"])
seconds = Histogram(
    "elenchus_job_seconds",
    "How long an attempt ran.",
    ["type"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600),
)
pickup_seconds = Histogram(
    "elenchus_job_pickup_seconds",
    "From the submission of a job to the start of its first attempt.",
    ["queue"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300),
)
depth = Gauge("elenchus_jobs_queue_depth", "Jobs that wait, as the ledger has them.", ["queue"])
running = Gauge("elenchus_jobs_running", "Jobs that this process runs.")
