"""How much one answer of a provider may weigh. Clients gather a line, or a whole form, however long it grows."""

from collections.abc import AsyncIterator

import httpx

#: A long answer is 0.4 MB, and some ten times that in its events; nobody has sent a tenth of this in earnest.
MOST_BYTES = 32 * 1024 * 1024


class TooMuchSaid(Exception):
    """The provider does not come to an end."""


async def bounded(answer: httpx.Response) -> None:
    """For the client's `event_hooks`: the answer breaks off past `MOST_BYTES`."""
    if isinstance(answer.stream, httpx.AsyncByteStream):
        answer.stream = _Bounded(answer.stream)


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        weight = 0
        async for piece in self._stream:
            weight += len(piece)
            if weight > MOST_BYTES:
                raise TooMuchSaid
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
