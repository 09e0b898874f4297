"""Logs are sentences with fields. Request, tenant and job ids are bound once, at the border; never a client's text."""

import io
import logging
import re
import sys
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, FilteringBoundLogger, WrappedLogger

#: A field of one of these names never reaches a log, whoever wrote the line.
FORBIDDEN_FIELDS = frozenset(
    """
    password new_password current_password otp code recovery_codes token access_token refresh_token mfa_token secret
    secret_key api_key authorization cookie content question answer
    """.split()
)


#: Where Pydantic, PyMongo and BSON begin to repeat the value that they did not expect.
_REPEATING = re.compile("(input_value=|dup key: |full error: |cannot encode object: ).*")
#: Without the local variables of each frame, which structlog prints by default: passwords and questions are there.
_frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)


def _as_rows(exc_info: ExcInfo) -> list[dict[str, Any]]:
    return _hushed(_frames(exc_info))


def _hushed(stacks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for stack in stacks:
        stack["exc_value"] = _REPEATING.sub(r"\1[withheld]", stack["exc_value"])
        stack["exceptions"] = [_hushed(group) for group in stack["exceptions"]]
    return stacks


def _as_text(out: TextIO, exc_info: ExcInfo) -> None:
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, exc_info)
    out.write(_REPEATING.sub(r"\1[withheld]", whole.getvalue()))


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
        [structlog.dev.ConsoleRenderer(exception_formatter=_as_text)]
        if console
        else [structlog.processors.ExceptionRenderer(_as_rows), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _route_libraries(level, [structlog.stdlib.ExtraAdder(), *shared], last)


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
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq"):
        logging.getLogger(chatty).handlers.clear()
        logging.getLogger(chatty).propagate = True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # it would tell queries, in which mailed tokens are
