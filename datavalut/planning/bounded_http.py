"""An HTTP client whose answers end: in time, and before they fill the memory. The openai package bounds only the time
between two pieces of an answer."""

import time
from collections.abc import Iterator

import httpx2
import openai


class AnswerTooLargeError(openai.OpenAIError):
    """The server sent more than any plan can be. As an error of openai's own it is not tried again."""


_BEGUN = "datavalut_begun"


def bounded_client(answer_seconds: float, answer_bytes: int) -> httpx2.Client:
    """openai's own client, with bounds for an answer: its bytes, and the seconds from the request's beginning to the
    answer's end. It follows no redirect, which would take prompt and schema to a host that nobody has chosen."""

    def begin(request: httpx2.Request) -> None:
        request.extensions[_BEGUN] = time.monotonic()

    def bound(response: httpx2.Response) -> None:
        response.stream = _BoundedStream(response, response.request.extensions[_BEGUN] + answer_seconds, answer_bytes)

    return openai.DefaultHttpxClient(follow_redirects=False, event_hooks={"request": [begin], "response": [bound]})


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, response: httpx2.Response, deadline: float, size: int) -> None:
        self._request = response.request
        self._stream = response.stream
        self._deadline = deadline
        self._left = size

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._stream, httpx2.SyncByteStream):
            return
        for part in self._stream:
            self._left -= len(part)
            if self._left < 0:
                raise AnswerTooLargeError
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer does not end", request=self._request)
            yield part

    def close(self) -> None:
        if isinstance(self._stream, httpx2.SyncByteStream):
            self._stream.close()
