"""Needs nothing running but itself: a stand-in for the emulator."""

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.gateway import LARGEST_BODY, Gateway
from local.postgres import free_port
from local.settings import HOST


@dataclass
class Emulator:
    """Answers with `status`, `headers` and `body`, and keeps what it was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def emulator() -> Emulator:
    return Emulator()


@pytest.fixture
def gateway(emulator: Emulator) -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            emulator.requests.append((self.command, self.path, dict(self.headers), body))
            self.send_response(emulator.status)
            for name, value in emulator.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(emulator.body)))
            self.end_headers()
            self.wfile.write(emulator.body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as upstream, Gateway(0, upstream.server_port, "api1") as gateway:
        for server in (upstream, gateway):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        yield gateway
        for server in (gateway, upstream):
            server.shutdown()


def ask(
    gateway: Gateway, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, gateway.server_port, timeout=10)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    answer = (response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answer


def test_a_request_reaches_the_stage_of_the_api_as_it_was_sent(gateway: Gateway, emulator: Emulator) -> None:
    ask(gateway, "POST", "/datavalut/create-filtered-db?a=b%2Fc", b'{"x": 1}', {"Idempotency-Key": "k"})
    method, path, headers, body = emulator.requests[0]
    assert (method, path, body) == (
        "POST",
        "/_aws/execute-api/api1/datavalut/create-filtered-db?a=b%2Fc",
        b'{"x": 1}',
    )
    assert headers["Idempotency-Key"] == "k"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Host": "evil.example:8002"},
    ],
)
def test_a_page_of_another_host_is_refused(headers: dict[str, str], gateway: Gateway, emulator: Emulator) -> None:
    """Nobody logs in here, and a browser sends such requests without asking if they are simple ones."""
    status, _, body = ask(gateway, "POST", "/datavalut/create-filtered-db", b"{}", headers)
    assert status == 403
    assert "other hosts" in json.loads(body)["detail"]
    assert emulator.requests == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost:3000"}, {"Host": "localhost:8002"}, {"Host": "[::1]:8002"}]
)
def test_a_page_of_this_machine_is_served(headers: dict[str, str], gateway: Gateway, emulator: Emulator) -> None:
    assert ask(gateway, "POST", "/datavalut/create-filtered-db", b"{}", headers)[0] == 200
    assert len(emulator.requests) == 1


def test_an_answer_comes_back_as_it_was_given(gateway: Gateway, emulator: Emulator) -> None:
    emulator.status, emulator.body = 409, b'{"status": "completed"}'
    emulator.headers = {"Content-Type": "application/problem+json", "Retry-After": "2"}
    status, headers, body = ask(gateway, "DELETE", "/datavalut/job/job_1")
    assert (status, body) == (409, b'{"status": "completed"}')
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/datavalutx/jobs", "/_ministack/reset", "/datavalut/../_ministack/reset"]
)
def test_nothing_but_the_api_can_be_reached(gateway: Gateway, emulator: Emulator, path: str) -> None:
    ask(gateway, "POST", path)
    assert all(
        asked.startswith("/_aws/execute-api/api1/datavalut/") and "/.." not in asked
        for _, asked, _, _ in emulator.requests
    )


def test_a_path_outside_is_not_found_in_the_agreed_shape(gateway: Gateway) -> None:
    status, headers, body = ask(gateway, "GET", "/nope")
    problem = json.loads(body)
    assert status == problem["status"] == 404
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["success"] is False


def test_a_body_that_api_gateway_would_refuse_is_refused(gateway: Gateway, emulator: Emulator) -> None:
    status, _, body = ask(gateway, "POST", "/datavalut/jobs", None, {"Content-Length": str(LARGEST_BODY + 1)})
    assert (status, json.loads(body)["status"]) == (413, 413)
    assert not emulator.requests


def test_a_body_in_chunks_is_understood(gateway: Gateway, emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(HOST, gateway.server_port, timeout=10)
    connection.request("POST", "/datavalut/jobs", iter([b'{"a"', b": 1}"]), encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert emulator.requests[0][3] == b'{"a": 1}'


def test_without_an_emulator_the_answer_says_so() -> None:
    with Gateway(0, free_port(), "api1") as gateway:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        status, _, body = ask(gateway, "GET", "/datavalut/jobs")
        gateway.shutdown()
    assert status == 502
    assert "emulator" in json.loads(body)["detail"]
