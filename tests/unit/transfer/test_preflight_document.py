"""Needs nothing running. docs/preflight.md tells every finding that a check can give."""

import ast
import re
from pathlib import Path

from datavalut.transfer import preflight
from datavalut.transfer.errors import PoolerSharesSessions
from datavalut.workflow.job_errors import job_error

DOCUMENT = Path(__file__).parents[3] / "docs" / "preflight.md"
PACKAGE = Path(preflight.__file__).parent


def findings_of_the_checks() -> set[tuple[str, str]]:
    """Code and severity, as they are written."""
    calls = (
        node
        for module in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
    )
    return {
        (ast.literal_eval(call.args[0]), ast.unparse(call.args[1]).removeprefix("Severity.").lower()) for call in calls
    }


def test_the_document_has_each_code_with_its_severity() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    refused_when_opened = (job_error(PoolerSharesSessions("db.example.com", 6432)).code, "error")
    assert len(rows) == len(set(rows))
    assert set(rows) == findings_of_the_checks() | {refused_when_opened}
