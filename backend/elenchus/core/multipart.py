"""A multipart/form-data body as events while it arrives; holds no more than the block it was just given.

It does no I/O, so that whoever drives it decides where a file's bytes go and when to stop reading.
"""

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from elenchus.core.errors import Malformed, UnsupportedType

MAX_PART_HEADERS = 8
MAX_HEADER_BYTES = 4096
CUT_OFF = "The body ends before its closing boundary: the upload was cut off. Send it again."


@dataclass(frozen=True, slots=True)
class PartBegan:
    """`filename` is None for a plain field."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class PartData:
    block: bytes


@dataclass(frozen=True, slots=True)
class PartEnded:
    pass


Event = PartBegan | PartData | PartEnded


class Multipart:
    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data":
            raise UnsupportedType("Send a multipart/form-data body.")
        if not options.get(b"boundary"):
            raise Malformed("The Content-Type names no boundary.")
        self._events: list[Event] = []
        self._disposition = b""
        self._header_name = b""
        self._header_value = b""
        self._complete = False
        self._parser = self._make_parser(options[b"boundary"])

    def _make_parser(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._on_header_name,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._announce,
                    "on_part_data": self._on_data,
                    "on_part_end": self._end,
                    "on_end": self._finish,
                },
                max_header_count=MAX_PART_HEADERS,
                max_header_size=MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise Malformed("The boundary is longer than RFC 2046 allows.") from error

    def feed(self, block: bytes) -> list[Event]:
        """What this block brings, in order."""
        try:
            self._parser.write(block)
        except FormParserError as error:
            raise Malformed("The body is not well-formed multipart/form-data.") from error
        events, self._events = self._events, []
        return events

    def finish(self) -> None:
        """Call it when the body ends: one without its closing boundary was cut off, and its last file with it."""
        if not self._complete:
            raise Malformed(CUT_OFF)

    def _begin(self) -> None:
        self._disposition = self._header_name = self._header_value = b""

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _announce(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise Malformed("A part has no `Content-Disposition: form-data` with a name.")
        filename = options.get(b"filename")
        self._events.append(PartBegan(_text(options[b"name"]), None if filename is None else _text(filename)))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(PartData(data[start:end]))

    def _end(self) -> None:
        self._events.append(PartEnded())

    def _finish(self) -> None:
        self._complete = True


def _text(raw: bytes) -> str:
    """Browsers send UTF-8; what is not gets a letter for each byte instead of a refusal."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
