"""Needs nothing running. What makes the local template stale, and which variables reach the deployment."""

from dataclasses import fields

from infra.configuration import Configuration
from local.synthesis import _context, _fingerprint, _input_files


def test_code_queries_and_the_workflow_are_part_of_what_goes_in() -> None:
    names = {file.name for file in _input_files()}
    assert {"stack.py", "handler.py", "foreign_keys.sql", "filtered_database.asl.json", "cdk.json"} <= names
    assert not any(name.endswith(".pyc") for name in names)


def test_a_key_for_openai_changes_what_is_deployed_and_is_not_part_of_it() -> None:
    with_key = _context({"OPENAI_API_KEY": "sk-secret"})
    assert _fingerprint(with_key) != _fingerprint(_context({}))
    assert "sk-secret" not in str(with_key)


def test_the_same_gives_the_same() -> None:
    assert _fingerprint(_context({})) == _fingerprint(_context({}))


def test_the_planners_variables_are_choices_of_the_deployment() -> None:
    variables = {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "PLANNER_SHARE_VALUES": "true", "PLANNER": ""}
    context = _context(variables)
    assert context["openai_base_url"] == variables["OPENAI_BASE_URL"]
    assert context["planner_share_values"] == "true"
    assert "planner" not in context
    assert set(context) <= {field.name for field in fields(Configuration)}
