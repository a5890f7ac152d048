"""`make up`: starts the local stack, deploys to it, and says how to use it."""

import errno
import fcntl
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import down
from local.databases import Databases
from local.deploy import Deployer
from local.emulator import Emulator
from local.errors import LocalStackError
from local.ports import require_free
from local.processes import BackgroundProcess
from local.settings import HOST, PROJECT, LocalSettings
from local.synthesis import OPENAI_SECRET, Synthesis

_GATEWAY_SECONDS = 15
_NEEDED_BYTES = 300 * 2**20


@dataclass(frozen=True)
class RunningStack:
    """`api_url` has no slash at its end; `sample_url` is the sample shop's connection string."""

    api_url: str
    sample_url: str
    aws_url: str


def start(settings: LocalSettings) -> RunningStack:
    """Starts what does not run yet, deploys what has changed, and returns when all of it answers.

    Raises LocalStackError; what it had started itself is stopped then.
    """
    with _alone(settings):
        _require_same_ports(settings)
        before = {name for name, running in down.running_parts(settings).items() if running}
        try:
            return _start(settings)
        except OSError as error:
            down.stop(settings, keep=before)
            if error.errno == errno.ENOSPC:
                raise LocalStackError(f"the disk of {settings.directory} is full") from error
            raise
        except BaseException:
            down.stop(settings, keep=before)
            raise


def _start(settings: LocalSettings) -> RunningStack:
    gateway = gateway_process(settings)
    if not gateway.is_running():
        require_free(settings.api_port, "API", "DATAVALUT_API_PORT")
    for directory in (settings.directory, settings.postgres_directory):
        _require_space(directory)
    databases = Databases(settings)
    emulator = Emulator(settings)
    synthesis = Synthesis.start(os.environ)  # the longest, beside the others
    try:
        is_new = emulator.start()
        _say("PostgreSQL")
        databases.start()
        databases.fill()
        if is_new:
            databases.remove_half_made()
        _say("AWS emulator")
        emulator.wait()
        _say("infrastructure")
        assembly = synthesis.wait()
    finally:
        synthesis.abandon()
    deployer = Deployer(settings.aws_url, assembly)
    if os.environ.get("OPENAI_API_KEY"):
        deployer.put_secret(OPENAI_SECRET, os.environ["OPENAI_API_KEY"])
    outputs = deployer.deploy({"TargetConnection": databases.admin_connection})
    _say("API")
    _start_gateway(settings, outputs["ApiId"])
    return RunningStack(api_url=settings.api_url, sample_url=databases.sample_url, aws_url=settings.aws_url)


def _require_same_ports(settings: LocalSettings) -> None:
    """What runs already cannot move to other ports."""
    record = settings.directory / "ports.json"
    ports = {"API": settings.api_port, "PostgreSQL": settings.postgres_port, "AWS emulator": settings.aws_port}
    if any(down.running_parts(settings).values()) and record.exists():
        present = json.loads(record.read_text(encoding="utf-8"))
        if present != ports:
            listed = ", ".join(f"{part} {port}" for part, port in present.items())
            raise LocalStackError(f"the stack runs already, on other ports ({listed}): `make down` first")
    record.write_text(json.dumps(ports), encoding="utf-8")


def _require_space(directory: Path) -> None:
    existing = next(folder for folder in (directory, *directory.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < _NEEDED_BYTES:
        need = f"{free // 2**20} MiB are free, {_NEEDED_BYTES // 2**20} are needed"
        raise LocalStackError(f"the disk of {directory} is full: {need}")


def gateway_process(settings: LocalSettings) -> BackgroundProcess:
    return BackgroundProcess("gateway", settings.directory)


def _start_gateway(settings: LocalSettings, api_id: str) -> None:
    gateway = gateway_process(settings)
    serves = settings.directory / "processes" / "gateway.serves"
    wanted = f"{settings.api_port} {settings.aws_port} {api_id}"
    if gateway.is_running() and serves.exists() and serves.read_text() == wanted:
        return
    gateway.stop()
    gateway.start(
        [sys.executable, "-m", "local.gateway", *wanted.split()],
        {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
        PROJECT,
    )
    serves.write_text(wanted)
    jobs = f"http://{HOST}:{settings.api_port}/datavalut/jobs"
    deadline = time.monotonic() + _GATEWAY_SECONDS
    while time.monotonic() < deadline:
        gateway.require_running()
        try:
            with urllib.request.urlopen(jobs, timeout=_GATEWAY_SECONDS):
                return
        except urllib.error.HTTPError as error:
            raise LocalStackError(f"the API answers {error.code}", error.read().decode(errors="replace")) from error
        except OSError:
            time.sleep(0.1)
    raise LocalStackError(f"the API does not answer at {settings.api_url}", gateway.log_tail())


@contextmanager
def _alone(settings: LocalSettings) -> Iterator[None]:
    """Two commands at once would start everything twice."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    with (settings.directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(part: str) -> None:
    print(f"starting: {part}", flush=True)


def explain(stack: RunningStack) -> str:
    return f"""
The stack is running.

  API               {stack.api_url}
  sample database   {stack.sample_url}
  AWS emulator      {stack.aws_url} (AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test, region us-east-1)

Try:

  curl -X POST "{stack.api_url}/create-filtered-db" \\
    -H "Content-Type: application/json" \\
    -d '{{"source_db_connection": "{stack.sample_url}",
         "filter_prompt": "Extract customers from last 6 months with 3+ purchases"}}'
  curl "{stack.api_url}/jobs"

Stop it with: make down
"""


def print_failure(command: str, error: LocalStackError) -> None:
    """What a child said comes first, so that the reason is the last line."""
    if error.detail:
        print(error.detail, file=sys.stderr)
    print(f"{command}: {error.reason}", file=sys.stderr)


def main() -> int:
    try:
        print(explain(start(LocalSettings.from_environment())))
    except LocalStackError as error:
        print_failure("make up", error)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
