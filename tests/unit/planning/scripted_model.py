"""A server on 127.0.0.1 that speaks the chat completions protocol and answers from a script."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer of the server: its body is sent as it is after `delay` seconds, in `pieces` with that time between
    them. A body that is `cut` ends with its connection, before the length that was announced."""

    body: str
    status: int = 200
    delay: float = 0.0
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    pieces: int = 1
    cut: bool = False


@dataclass
class ScriptedModel:
    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def messages(self, request: int) -> list[dict[str, str]]:
        messages: list[dict[str, str]] = self.requests[request]["messages"]
        return messages


def completion(content: str | None, finish_reason: str = "stop", refusal: str | None = None) -> Reply:
    return Reply(
        json.dumps(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "scripted",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": finish_reason,
                        "message": {"role": "assistant", "content": content, "refusal": refusal},
                    }
                ],
            }
        )
    )


def failure(
    status: int,
    code: str | None = None,
    *,
    message: str = "no",
    param: str | None = None,
    kind: str = "error",
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    error = {"message": message, "type": kind, "param": param, "code": code}
    return Reply(json.dumps({"error": error}), status, headers=headers)


@contextmanager
def scripted_model(replies: Sequence[Reply]) -> Iterator[ScriptedModel]:
    """Answers each request with the next reply, and with the last one when there is no other."""
    remaining = list(replies)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                model.requests.append(json.loads(body) | {"path": self.path})
                model.headers.append({header.lower(): text for header, text in self.headers.items()})
                model.times.append(time.monotonic())
                reply = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            with suppress(ConnectionError):  # the client has given up, as some tests want
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            content = reply.body.encode()
            if reply.pieces == 1:
                time.sleep(reply.delay)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(content)))
            for name, text in reply.headers:
                self.send_header(name, text)
            self.end_headers()
            if reply.cut:
                content, self.close_connection = content[: len(content) // 2], True
            size = -(-len(content) // reply.pieces)
            for start in range(0, len(content), size or 1):
                if reply.pieces > 1:
                    time.sleep(reply.delay)
                self.wfile.write(content[start : start + size])
                self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the parent names it)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = ScriptedModel(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
