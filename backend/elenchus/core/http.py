"""uvicorn's HTTP protocol with a bound on what comes before the body, which httptools reads without one, and a word to
responses without an end when the server stops."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from elenchus.core import stopping

MOST_HEADER_BYTES = 64 * 1024  # of a request's header fields, and of what is buffered for one that does not end
MOST_HEADERS = 200
MOST_MESSAGE_BYTES = 262_144  # over a WebSocket: a question of 32,000 characters, each written as \uXXXX, and 200 ids
MOST_PIECES = 1_000  # frames of one such message: an empty one has no size and costs 100 bytes all the same
PING_SECONDS, PONG_SECONDS = 15.0, 20.0


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 and closes when a request's head is larger than anybody needs."""

    _head_bytes = 0
    _unended_bytes = 0
    _head_ended = False

    def data_received(self, data: bytes) -> None:
        self._unended_bytes += len(data)
        super().data_received(data)
        if not self._head_ended and self._unended_bytes > MOST_HEADER_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        self._head_bytes = self._unended_bytes = 0
        self._head_ended = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_ended = True
        if self._head_bytes > MOST_HEADER_BYTES or len(self.headers) > MOST_HEADERS:
            self._refuse()
        else:
            super().on_headers_complete()

    def shutdown(self) -> None:
        stopping.begin(self.app_state)
        super().shutdown()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.send_400_response("The request's header is too large.")


class PatientWebSocket(WebSocketsSansIOProtocol):
    """When the server stops, an open WebSocket is told and ends itself: what is being said on it is not cut off before
    the server's grace is over. And what is kept of a client's frames has a bound."""

    def handle_ping(self) -> None:
        """A pong that cannot leave is left out, as RFC 6455, 5.5.3 allows: else one who pings and reads nothing would
        fill the memory with them."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        super().handle_cont(event)
        if len(self.frames) > MOST_PIECES:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many pieces")
            self.handle_parser_exception()

    def shutdown(self) -> None:
        stopping.begin(self.app_state)
        if self.close_sent or not self.handshake_complete:
            super().shutdown()


#: For uvicorn. Compression would cost each idle socket more memory than all the rest of it.
WEBSOCKETS: dict[str, Any] = {
    "ws": PatientWebSocket,
    "ws_max_size": MOST_MESSAGE_BYTES,
    "ws_ping_interval": PING_SECONDS,
    "ws_ping_timeout": PONG_SECONDS,
    "ws_per_message_deflate": False,
}
