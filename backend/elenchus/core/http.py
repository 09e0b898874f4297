"""uvicorn's HTTP protocol with a bound on what comes before the body, which httptools reads without one, and a word to
responses without an end when the server stops."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from elenchus.core import stopping

MOST_HEADER_BYTES = 64 * 1024  # of a request's header fields, and of what is buffered for one that does not end
MOST_HEADERS = 200


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
