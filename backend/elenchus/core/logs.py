"""Logs are sentences with fields. Request, tenant and job ids are bound once, at the border; never a client's text."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

#: A field of one of these names never reaches a log, whoever wrote the line.
FORBIDDEN_FIELDS = frozenset(
    "password token access_token refresh_token secret secret_key api_key authorization content question answer".split()
)


#: Without the local variables of each frame, which structlog prints by default: passwords and questions are there.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
)


def get(name: str) -> FilteringBoundLogger:
    """A logger for one module; cheap before `configure`, since it binds at the first line."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


def bind(**fields: str) -> None:
    """Put these fields on every line of this request or job."""
    structlog.contextvars.bind_contextvars(**fields)


def bound() -> dict[str, object]:
    return structlog.contextvars.get_contextvars()


def unbind_all() -> None:
    structlog.contextvars.clear_contextvars()


def _withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in FORBIDDEN_FIELDS & event.keys():
        event[name] = "[withheld]"
    return event


def configure(level: str, form: Literal["auto", "json", "console"]) -> None:
    """Our lines and those of the libraries leave in one form, on standard error."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _withhold,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [_TRACEBACKS, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _route_libraries(level, [*shared, structlog.stdlib.ExtraAdder()], last)


def _route_libraries(
    level: str, shared: list[structlog.typing.Processor], last: list[structlog.typing.Processor]
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=max(logging.getLevelName(level), logging.WARNING), force=True)
    for chatty in ("uvicorn", "uvicorn.error", "arq"):
        logging.getLogger(chatty).handlers.clear()
        logging.getLogger(chatty).propagate = True
