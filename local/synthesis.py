"""The synthesized app for the local target, made anew only when something that goes into it has changed."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalStackError
from local.settings import PROJECT, LocalSettings

OPENAI_SECRET = "datavalut/openai-api-key"  # noqa: S105 a name, not a secret

_INPUTS = ("infra", "statemachine", "functions", "datavalut")
_INPUT_FILES = ("cdk.json", "requirements/layer-api.txt", "requirements/layer-database.txt")


@dataclass(frozen=True)
class Synthesis:
    """Runs beside what else has to start: `start`, then `wait`."""

    settings: LocalSettings
    environment: Mapping[str, str]

    def start(self) -> "subprocess.Popen[str] | None":
        """None if what was synthesized last is still right."""
        if self._fingerprint_file.exists() and self._fingerprint_file.read_text() == self._fingerprint():
            return None
        shutil.rmtree(self.settings.assembly, ignore_errors=True)
        arguments = [f"--context={name}={value}" for name, value in self._context().items()]
        return subprocess.Popen(
            [sys.executable, "-m", "infra.app", "--output", str(self.settings.assembly), *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self, process: "subprocess.Popen[str] | None") -> None:
        """Raises LocalStackError."""
        if process is None:
            return
        fingerprint = self._fingerprint()
        output, _ = process.communicate()
        if process.returncode != 0:
            raise LocalStackError("the infrastructure could not be synthesized", output[-3000:])
        self._fingerprint_file.write_text(fingerprint)

    @property
    def _fingerprint_file(self) -> Path:
        return self.settings.assembly / "inputs.sha256"

    def _context(self) -> dict[str, str]:
        machine = platform.machine()
        context = {
            "target": "local",
            "architecture": "arm64" if machine in ("aarch64", "arm64") else "x86_64",
            "source_allowed_networks": "127.0.0.0/8,::1/128",
        }
        if self.environment.get("OPENAI_API_KEY"):
            context["openai_secret"] = OPENAI_SECRET
        for name in ("OPENAI_MODEL", "OPENAI_BASE_URL"):
            if self.environment.get(name):
                context[name.lower()] = self.environment[name]
        return context

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps([self._context(), sys.version, str(PROJECT)]).encode())
        for file in _input_files():
            digest.update(str(file.relative_to(PROJECT)).encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()


def _input_files() -> Iterator[Path]:
    for name in _INPUTS:
        for folder, folders, files in sorted(os.walk(PROJECT / name)):
            folders[:] = [it for it in folders if it != "__pycache__"]
            yield from (Path(folder) / file for file in sorted(files))
    yield from (PROJECT / name for name in _INPUT_FILES)
