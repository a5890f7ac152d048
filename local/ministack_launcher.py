"""Starts MiniStack, truer to AWS in two things; run by the Python of its own virtual environment.

MiniStack calls whatever a function raises by one name, so that the state machine could not tell what to try again. AWS
names an error by the type of the exception, and a process that has died Runtime.ExitError. So does this.

MiniStack unpacks a function's layers anew for each of its workers, without the files' modes, so that pg_dump could not
be run. AWS keeps the modes, and shows every worker the same read-only files. So does this: each archive is unpacked
once, with its modes, and linked to where a worker looks for it.
"""

import hashlib
import importlib
import os
import runpy
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

_unpack_one_at_a_time = threading.Lock()
_unpack_all = zipfile.ZipFile.extractall


def _unpacked(archive: zipfile.ZipFile, directory: Path) -> Path:
    """The folder with the archive's content."""
    assert archive.filename is not None  # noqa: S101 the callers open files by name
    with Path(archive.filename).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder = directory / digest
    with _unpack_one_at_a_time:
        if not folder.is_dir():
            unfinished = directory / f"unfinished-{digest}"
            shutil.rmtree(unfinished, ignore_errors=True)
            _unpack_all(archive, unfinished)
            for entry in archive.infolist():
                mode = (entry.external_attr >> 16) & 0o777
                if mode:
                    (unfinished / entry.filename).chmod(mode)
            unfinished.rename(folder)
    return folder


def _link_all(self: zipfile.ZipFile, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
    if path is None or members is not None or self.filename is None:
        _unpack_all(self, path, members, pwd)
        return
    for entry in _unpacked(self, Path(os.environ["DATAVALUT_UNPACKED"])).iterdir():
        (Path(path) / entry.name).symlink_to(entry)


class _LastError(threading.local):
    """Of the function that this thread has called."""

    name: str | None = None


def _name_errors(lambda_runtime: Any, lambda_svc: Any) -> None:
    """Of the functions' processes (`lambda_runtime.Worker`) and of those who call them (`lambda_svc`)."""
    unnamed = '"error": str(e), "trace":'
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if unnamed not in script:
        raise RuntimeError("this version of MiniStack tells errors of functions otherwise")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(unnamed, f'"name": type(e).__name__, {unnamed}')
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm
    last_error = _LastError()

    def invoke_and_note(*arguments: Any, **options: Any) -> Any:
        answer = invoke(*arguments, **options)
        last_error.name = "Runtime.ExitError" if answer.get("error") == "Worker process died" else answer.get("name")
        return answer

    def execute_and_name(*arguments: Any) -> Any:
        last_error.name = None
        answer = execute(*arguments)
        if answer.get("error") and last_error.name is not None:
            answer["body"]["errorType"] = last_error.name
        return answer

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_name


def main() -> None:
    zipfile.ZipFile.extractall = _link_all  # type: ignore[method-assign]
    core = importlib.import_module("ministack.core.lambda_runtime")
    _name_errors(core, importlib.import_module("ministack.services.lambda_svc"))
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
