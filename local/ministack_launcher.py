"""Starts MiniStack; run by the Python of its own virtual environment.

MiniStack unpacks a function's layers anew for each of its workers, without the files' modes, so that pg_dump could not
be run. AWS keeps the modes, and shows every worker the same read-only files. So does this: each archive is unpacked
once, with its modes, and linked to where a worker looks for it.
"""

import hashlib
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


def main() -> None:
    zipfile.ZipFile.extractall = _link_all  # type: ignore[method-assign]
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
