"""Needs nothing running: the source code is read. An error's text may hold rows, the prompt or a password, so no log
line has one; what lines may say of an error is its type, and what it keeps as a fact of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.packaging import PROJECT

MODULES = sorted(
    path
    for folder in ("datavalut", "functions")
    for path in (PROJECT / folder).rglob("*.py")
    if "logger" in path.read_text()
)


def logged_errors(tree: ast.Module) -> Iterator[int]:
    """The lines that log an error itself: as an argument, as a text, or with its traceback."""
    for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)):
        for call in (node for node in ast.walk(handler) if isinstance(node, ast.Call)):
            match call.func:
                case ast.Attribute(value=ast.Name(id="logger"), attr=level):
                    said = [*call.args, *(keyword.value for keyword in call.keywords)]
                    if level == "exception" or any(_is_text_of(handler.name, each) for each in said):
                        yield call.lineno


def _is_text_of(name: str | None, said: ast.expr) -> bool:
    match said:
        case ast.Name():
            return said.id == name
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=asked)]):
            return asked == name
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.FormattedValue) and _is_text_of(name, part.value) for part in parts)
        case ast.Dict(values=values):
            return any(_is_text_of(name, value) for value in values)
        case _:
            return False


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_line_of_the_log_has_an_errors_text(module: Path) -> None:
    assert list(logged_errors(ast.parse(module.read_text()))) == []


@pytest.mark.parametrize(
    "line",
    [
        "logger.info('It failed: %s', error)",
        "logger.info(f'It failed: {error}')",
        "logger.info('It failed', extra={'text': str(error)})",
        "logger.info('It failed', text=str(error))",
        "logger.info('It failed', exc_info=error)",
        "logger.exception('It failed')",
    ],
)
def test_a_line_that_had_one_would_be_found(line: str) -> None:
    code = f"try:\n    ask()\nexcept OSError as error:\n    {line}\n"
    assert list(logged_errors(ast.parse(code))) == [4]


def test_a_line_with_an_errors_type_is_not_taken_for_one() -> None:
    code = "try:\n    ask()\nexcept OSError as error:\n    logger.info('It failed: %s', type(error).__name__)\n"
    assert list(logged_errors(ast.parse(code))) == []
