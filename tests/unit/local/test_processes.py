"""Needs nothing running: starts short-lived processes of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.processes import BackgroundProcess

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[BackgroundProcess]:
    process = BackgroundProcess("sleeper", tmp_path)
    yield process
    process.stop()


def wait_for_end(process: BackgroundProcess) -> None:
    deadline = time.monotonic() + 20
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_process_runs_until_it_is_stopped(process: BackgroundProcess, tmp_path: Path) -> None:
    assert not process.is_running()
    process.start(SLEEP, {}, tmp_path)
    assert process.is_running()
    assert process.stop()
    assert not process.is_running()


def test_stopping_twice_stops_nothing_the_second_time(process: BackgroundProcess, tmp_path: Path) -> None:
    process.start(SLEEP, {}, tmp_path)
    process.stop()
    assert not process.stop()


def test_a_later_process_of_the_same_id_is_not_ours(process: BackgroundProcess, tmp_path: Path) -> None:
    other = subprocess.Popen(SLEEP)
    try:
        (tmp_path / "processes").mkdir()
        record = {"process_id": other.pid, "started": "1"}
        (tmp_path / "processes" / "sleeper.json").write_text(json.dumps(record))
        assert not process.is_running()
        assert not process.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_children_end_with_their_process(process: BackgroundProcess, tmp_path: Path) -> None:
    child_id = tmp_path / "child"
    script = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(child_id)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    process.start([sys.executable, "-c", script], {}, tmp_path)
    deadline = time.monotonic() + 20
    while not (child_id.exists() and child_id.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.stop()
    state = Path(f"/proc/{child_id.read_text()}/stat")
    deadline = time.monotonic() + 20
    while state.exists() and state.read_text().split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_what_a_process_said_before_it_ended_is_told(process: BackgroundProcess, tmp_path: Path) -> None:
    process.start([sys.executable, "-c", "raise SystemExit('no room')"], {}, tmp_path)
    wait_for_end(process)
    with pytest.raises(LocalStackError, match="ended by itself") as failure:
        process.require_running()
    assert "no room" in failure.value.detail
