"""Needs nothing running. What goes into the layers."""

from pathlib import Path

import pytest

from infra import packaging
from infra.packaging import PROJECT, Bundles, Platform


def test_the_library_layer_holds_the_package_with_its_queries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packaging, "BUILD", tmp_path)
    monkeypatch.setattr(packaging, "_build_layer", lambda *_: tmp_path)
    bundles: Bundles = packaging.build_bundles(Platform.of_this_machine())
    built = {file.relative_to(bundles.library) for file in bundles.library.rglob("*.*")}
    sources = {
        Path("python") / file.relative_to(PROJECT)
        for kind in ("py", "sql")
        for file in (PROJECT / "datavalut").rglob(f"*.{kind}")
    }
    assert sources <= built
    assert not any(file.suffix == ".pyc" for file in built)


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_lambda_takes_wheels_for_its_glibc_and_older_ones(architecture: str, machine: str) -> None:
    tags = Platform.of_lambda(architecture).wheel_tags
    assert tags is not None
    assert tags[0] == f"manylinux_2_34_{machine}"
    assert f"manylinux2014_{machine}" in tags
    assert f"manylinux_2_35_{machine}" not in tags


def test_a_layer_is_built_once_for_its_requirements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[str] = []
    monkeypatch.setattr(packaging, "BUILD", tmp_path)
    monkeypatch.setattr(packaging, "_install", lambda requirements, *_: installed.append(requirements.name))
    build = packaging._build_layer
    first = build("layer-api", Platform.of_lambda("x86_64"), lambda _: None)
    assert build("layer-api", Platform.of_lambda("x86_64"), lambda _: None) == first
    assert installed == ["layer-api.txt"]


def test_pips_reason_is_told_when_a_layer_cannot_be_filled(tmp_path: Path) -> None:
    requirements = tmp_path / "broken.txt"
    requirements.write_text("no such requirement !\n")
    with pytest.raises(packaging.PackagingError, match=r"broken\.txt"):
        packaging._install(requirements, tmp_path / "packages", Platform.of_this_machine())
