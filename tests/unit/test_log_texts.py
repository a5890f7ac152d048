"""No error's text gets into a log: a server's may quote rows, a planner's the prompt. What is logged of an error is its
type, and what of it is known to be harmless. Needs nothing running."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import datavalut

SOURCES = Path(datavalut.__file__).parent
FUNCTIONS = SOURCES.parent / "functions"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def errors_logged(source: str) -> Iterator[str]:
    """Where a caught error itself is given to a logger, or its traceback, which ends with its text."""
    for handler in ast.walk(ast.parse(source)):
        if not isinstance(handler, ast.ExceptHandler):
            continue
        for call in ast.walk(handler):
            if isinstance(call, ast.Call) and _is_of_a_logger(call):
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                if any(_tells(value, handler.name) for value in given) or _tells_traceback(call):
                    yield ast.unparse(call)


def _is_of_a_logger(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="logger"), attr=level):
            return level in LEVELS
        case _:
            return False


def _tells(value: ast.AST, error: str | None) -> bool:
    """An attribute of the error, or its type, is not the error."""
    match value:
        case ast.Name(id=name):
            return name == error
        case ast.Attribute() | ast.Call(func=ast.Name(id="type" | "len")):
            return False
        case _:
            return any(_tells(child, error) for child in ast.iter_child_nodes(value))


def _tells_traceback(call: ast.Call) -> bool:
    is_exception = isinstance(call.func, ast.Attribute) and call.func.attr == "exception"
    return is_exception or any(keyword.arg == "exc_info" for keyword in call.keywords)


@pytest.mark.parametrize(
    "path",
    [path for folder in (SOURCES, FUNCTIONS) for path in sorted(folder.rglob("*.py")) if "logger." in path.read_text()],
    ids=lambda path: str(path.relative_to(SOURCES.parent)),
)
def test_no_module_logs_a_caught_errors_text(path: Path) -> None:
    assert list(errors_logged(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("logged", "found"),
    [
        ("logger.info('%s', error)", True),
        ("logger.info('it failed', extra={'text': str(error)})", True),
        ("logger.info(f'it failed: {error}')", True),
        ("logger.exception('it failed')", True),
        ("logger.error('it failed', exc_info=True)", True),
        ("logger.info('%s', type(error).__name__)", False),
        ("logger.info('it failed', error=type(error).__name__, code=error.sqlstate)", False),
    ],
)
def test_a_text_that_is_logged_is_found(logged: str, found: bool) -> None:
    assert bool(list(errors_logged(f"try:\n    pass\nexcept ValueError as error:\n    {logged}\n"))) is found
