"""The synthesized app for the local target, made anew only when something that goes into it has changed.

`python -m local.synthesis` makes it in advance, so that `make up` need not wait for it.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalStackError
from local.settings import PROJECT

# Each is a context value of the same name in small letters.
DEPLOYMENT_VARIABLES = (
    "OPENAI_MODEL",
    "OPENAI_BASE_URL",
    "PLANNER",
    "PLANNER_FALLBACK",
    "PLANNER_SHARE_VALUES",
    "PLANNER_SCHEMA_TOKENS",
    "PLANNER_REQUEST_SECONDS",
    "SNAPSHOT_KEEPER_SECONDS",
)
OPENAI_SECRET = "datavalut/openai-api-key"  # noqa: S105 a name, not a secret

_ASSEMBLIES = PROJECT / "build" / "local"
_KEPT_ASSEMBLIES = 3  # others may be deploying an earlier one
_INPUTS = ("infra", "statemachine", "functions", "datavalut")
_INPUT_FILES = ("cdk.json", "requirements/layer-api.txt", "requirements/layer-database.txt")


@dataclass(frozen=True)
class Synthesis:
    """Into `assembly`, a folder named for all that went into it. `process` is None if it is there already."""

    assembly: Path
    process: "subprocess.Popen[str] | None"

    @classmethod
    def start(cls, environment: Mapping[str, str]) -> "Synthesis":
        """Runs beside what else has to start; `wait` for it."""
        context = _context(environment)
        assembly = _ASSEMBLIES / _fingerprint(context)
        if assembly.is_dir():
            assembly.touch()
            return cls(assembly, None)
        _ASSEMBLIES.mkdir(parents=True, exist_ok=True)
        arguments = [f"--context={name}={value}" for name, value in context.items()]
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.app", "--output", str(_unfinished(assembly)), *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return cls(assembly, process)

    def wait(self) -> Path:
        """The assembly's folder. Raises LocalStackError."""
        if self.process is None:
            return self.assembly
        output, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise LocalStackError("the infrastructure could not be synthesized", output[-3000:])
        with suppress(OSError):  # another command has made the same meanwhile
            _unfinished(self.assembly).rename(self.assembly)
        assemblies = sorted(_ASSEMBLIES.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for outdated in assemblies[_KEPT_ASSEMBLIES:]:
            shutil.rmtree(outdated, ignore_errors=True)
        return self.assembly

    def abandon(self) -> None:
        """Ends it, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def _unfinished(assembly: Path) -> Path:
    return assembly.with_name(f"{assembly.name}-{os.getpid()}")


def _context(environment: Mapping[str, str]) -> dict[str, str]:
    context = {
        "target": "local",
        "architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "source_allowed_networks": "127.0.0.0/8,::1/128",
    }
    if environment.get("OPENAI_API_KEY"):
        context["openai_secret"] = OPENAI_SECRET
    for name in DEPLOYMENT_VARIABLES:
        if environment.get(name):
            context[name.lower()] = environment[name]
    return context


def _fingerprint(context: Mapping[str, str]) -> str:
    digest = hashlib.sha256(json.dumps([context, sys.version]).encode())
    for file in _input_files():
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _input_files() -> Iterator[Path]:
    for name in _INPUTS:
        for folder, folders, files in os.walk(PROJECT / name):
            folders[:] = sorted(it for it in folders if it != "__pycache__")
            yield from (Path(folder) / file for file in sorted(files))
    yield from (PROJECT / name for name in _INPUT_FILES)


def main() -> int:
    try:
        Synthesis.start(os.environ).wait()
    except LocalStackError as error:
        print(f"{error.detail}\n{error.reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
