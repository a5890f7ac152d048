"""What the functions of the API load. Needs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WHAT_IS_LOADED = (
    "import runpy, sys; runpy.run_path(sys.argv[1]); "
    "print([name for name in ('openai', 'psycopg2') if name in sys.modules])"
)


@pytest.mark.parametrize("function", ["create_job", "get_job", "list_jobs", "cancel_job", "publish_events"])
def test_the_functions_of_the_api_load_neither_openai_nor_psycopg2(function: str) -> None:
    handler = ROOT / "functions" / function / "handler.py"
    loaded = subprocess.run(
        [sys.executable, "-c", WHAT_IS_LOADED, str(handler)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
