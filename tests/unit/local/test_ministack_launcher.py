"""Needs nothing running. How the emulator unpacks layers: with modes, as AWS does, and once."""

import zipfile
from pathlib import Path

import pytest

from local import ministack_launcher


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(tool, "bin/tool")
    return archive


def unpack(archive: Path, folder: Path) -> None:
    folder.mkdir()
    with zipfile.ZipFile(archive) as file:
        ministack_launcher._link_all(file, folder)


def test_a_program_of_a_layer_can_be_run(layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAVALUT_UNPACKED", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()
    unpack(layer, tmp_path / "one")
    assert (tmp_path / "one" / "bin" / "tool").stat().st_mode & 0o777 == 0o755


def test_workers_share_the_files_of_a_layer(layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAVALUT_UNPACKED", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()
    unpack(layer, tmp_path / "one")
    unpack(layer, tmp_path / "two")
    assert (tmp_path / "one" / "bin").resolve() == (tmp_path / "two" / "bin").resolve()
