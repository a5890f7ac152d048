"""The synthesized templates, once for all tests. Layers and functions are stubs: what pip fills is tested by use."""

import json
from pathlib import Path

import pytest

from infra.app import synthesize
from infra.packaging import Bundles
from tests.infra.template import Template

FUNCTIONS = (
    "create_job",
    "get_job",
    "list_jobs",
    "cancel_job",
    "plan_job",
    "keep_snapshot",
    "prepare_target",
    "copy_worker",
    "finalize_job",
    "settle_job",
    "sweep",
    "publish_events",
)


@pytest.fixture(scope="session")
def stub_bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    folder = tmp_path_factory.mktemp("bundles")
    for name in FUNCTIONS:
        (folder / "functions" / name).mkdir(parents=True)
        (folder / "functions" / name / "handler.py").write_text(f"def handler(event, context): return {name!r}\n")
    for layer in ("library", "api", "database"):
        (folder / layer / "python").mkdir(parents=True)
        (folder / layer / "python" / f"{layer}.py").write_text("")
    return Bundles(folder / "functions", folder / "library", folder / "api", folder / "database")


def _template(context: dict[str, str], bundles: Bundles, folder: Path) -> Template:
    synthesize(context, output=folder, bundles=bundles)
    file = folder / "DataValut.template.json"
    return Template(json.loads(file.read_text(encoding="utf-8")), file)


@pytest.fixture(scope="session")
def aws(stub_bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What goes to an account, with the OpenAI planner."""
    context = {"target": "aws", "openai_secret": "openai-key"}
    return _template(context, stub_bundles, tmp_path_factory.mktemp("aws"))


@pytest.fixture(scope="session")
def local(stub_bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What goes to the emulator."""
    return _template(
        {"target": "local", "snapshot_keeper_seconds": "5"}, stub_bundles, tmp_path_factory.mktemp("local")
    )
