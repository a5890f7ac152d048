"""The API's address: what AWS would serve at a domain of ours, from the emulator's path for it.

`python -m local.gateway PORT EMULATOR_PORT API_ID` serves http://localhost:PORT/datavalut/….
"""

import http.client
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from local.settings import HOST

STAGE = "datavalut"
LARGEST_BODY = 10 * 1024 * 1024  # API Gateway's
_ANSWER_SECONDS = 60
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
# These are of one connection, not of the message.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, emulator_port: int, api_id: str) -> None:
        super().__init__((HOST, port), _Forwarder)
        self.emulator_port = emulator_port
        self.stage_path = f"/_aws/execute-api/{api_id}"


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DataValut"
    sys_version = ""
    server: Gateway

    def _forward(self) -> None:
        body = self._read_body()
        if body is None:
            return
        if not self._comes_from_this_machine():
            self._refuse(HTTPStatus.FORBIDDEN, "Pages of other hosts may not use this API: nobody logs in here.")
            return
        segments = unquote(urlsplit(self.path).path).split("/")
        if segments[:2] != ["", STAGE] or ".." in segments:
            self._refuse(HTTPStatus.NOT_FOUND, f"No such path: all of them begin with /{STAGE}/.")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        headers |= {"Host": self.headers.get("Host", f"{HOST}:{self.server.server_port}")}
        emulator = http.client.HTTPConnection(HOST, self.server.emulator_port, timeout=_ANSWER_SECONDS)
        try:
            emulator.request(self.command, self.server.stage_path + self.path, body or None, headers)
            response = emulator.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._refuse(HTTPStatus.BAD_GATEWAY, "The emulator does not answer: see `make up`.")
            return
        finally:
            emulator.close()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self._send(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _forward  # noqa: N815

    def _comes_from_this_machine(self) -> bool:
        """Not from a page of somebody else's that the browser has open, whatever name that gave to this address."""
        asked, page = self.headers.get("Host"), self.headers.get("Origin")
        urls = [f"//{asked}" if asked else None, page]
        return all(_host_of(url) in _THIS_MACHINE for url in urls if url is not None)

    def _read_body(self) -> bytes | None:
        """None if the request was refused."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit():
            self._refuse(HTTPStatus.BAD_REQUEST, "Content-Length is not a number.", close=True)
            return None
        if int(length) > LARGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 10 MiB.", close=True)
            return None
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes | None:
        body = bytearray()
        while True:
            size_text = self.rfile.readline(1024).split(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError:
                self._refuse(HTTPStatus.BAD_REQUEST, "A chunk of the body has no size.", close=True)
                return None
            if len(body) + size > LARGEST_BODY:
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 10 MiB.", close=True)
                return None
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return bytes(body)
            body += self.rfile.read(size)
            self.rfile.readline(16)

    def _refuse(self, status: HTTPStatus, detail: str, *, close: bool = False) -> None:
        problem = {
            "type": "about:blank",
            "title": status.phrase,
            "status": int(status),
            "detail": detail,
            "success": False,
            "message": detail,
            "request_id": None,
        }
        self.close_connection = self.close_connection or close
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        if close:
            self.send_header("Connection", "close")
        self._send(json.dumps(problem).encode())

    def _send(self, content: bytes) -> None:
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 the base class's name
        """One line a request, without its query, which may hold a page token."""
        sys.stderr.write(f"{self.log_date_time_string()} {self.command} {urlsplit(self.path).path} {arguments[1:2]}\n")


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def main() -> None:
    port, emulator_port, api_id = sys.argv[1:]
    with Gateway(int(port), int(emulator_port), api_id) as gateway:
        gateway.serve_forever()


if __name__ == "__main__":
    main()
