"""Background processes that outlive the command that started them, and that only we end."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.errors import LocalStackError

_STOP_SECONDS = 10


@dataclass(frozen=True)
class _Record:
    """Which process it was. Process ids are used again, so the time of its start tells it from a later one."""

    process_id: int
    started: str


@dataclass(frozen=True)
class BackgroundProcess:
    """A process named `name`, recorded in `<directory>/processes/<name>.json`, which writes to its log file."""

    name: str
    directory: Path

    @property
    def log_file(self) -> Path:
        return self.directory / "logs" / f"{self.name}.log"

    @property
    def _record_file(self) -> Path:
        return self.directory / "processes" / f"{self.name}.json"

    def start(self, command: Sequence[str], environment: Mapping[str, str], working_directory: Path) -> None:
        """In a session of its own, so that a Ctrl-C here does not reach it, and its children can be ended with it."""
        for folder in (self.log_file.parent, self._record_file.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=working_directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record = _Record(process.pid, _start_time(process.pid) or "")
        self._record_file.write_text(json.dumps(asdict(record)), encoding="utf-8")

    def is_running(self) -> bool:
        record = self._read_record()
        return record is not None and _start_time(record.process_id) == record.started

    def require_running(self) -> None:
        """Raises LocalStackError with the end of its log."""
        if not self.is_running():
            raise LocalStackError(f"the {self.name} ended by itself; see {self.log_file}", self.log_tail())

    def log_tail(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        return ""

    def stop(self) -> bool:
        """Ends the process and its children. Whether there was one; another's process is never touched."""
        record = self._read_record()
        running = record is not None and self.is_running()
        if record is not None and running:
            os.kill(record.process_id, signal.SIGTERM)
            deadline = time.monotonic() + _STOP_SECONDS
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(0.05)
            with suppress(ProcessLookupError):
                os.killpg(record.process_id, signal.SIGKILL)  # what is left of its session
        self._record_file.unlink(missing_ok=True)
        return running

    def _read_record(self) -> _Record | None:
        try:
            return _Record(**json.loads(self._record_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _start_time(process_id: int) -> str | None:
    """When the process started, as the system counts it; None if there is none, or only its remains."""
    with suppress(ChildProcessError):
        os.waitpid(process_id, os.WNOHANG)
    try:
        text = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return None if fields[0] in ("Z", "X") else fields[19]
