"""Questions and answers over a WebSocket: the events of the stream as JSON."""
