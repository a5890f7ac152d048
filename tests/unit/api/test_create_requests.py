"""Reading the body of POST. Needs nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datavalut.api.errors import BodyTooLarge, FieldProblem, InvalidFields, MalformedBody
from datavalut.api.requests import MAX_BODY_BYTES, read_create_job_body
from datavalut.filters.model import FilterPlan

BASE = {"source_db_connection": "postgresql://user:pass@host:5432/db", "filter_prompt": "all customers"}
WITH_FILTER = {"source_db_connection": BASE["source_db_connection"]}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)


def problems_of(body: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refusal:
        read_create_job_body(json.dumps(body))
    return {problem.field: problem.reason for problem in refusal.value.problems}


def problems_of_condition(condition: Any) -> dict[str, str]:
    return problems_of({**WITH_FILTER, "filter": {"roots": [{"table": "orders", "condition": condition}]}})


def test_the_seeds_two_fields_are_enough() -> None:
    request = read_create_job_body(json.dumps(BASE)).request
    assert request.source_db_connection == BASE["source_db_connection"]
    assert request.filter_prompt == BASE["filter_prompt"]
    assert (request.filter, request.scope, request.dry_run, request.target_db_name) == (None, None, None, None)


def test_null_is_as_good_as_left_out() -> None:
    body = {**BASE, "filter": None, "source_secret_arn": None, "scope": None, "dry_run": None, "target_db_name": None}
    assert read_create_job_body(json.dumps(body)).request == read_create_job_body(json.dumps(BASE)).request


def test_source_and_filter_are_each_needed_once() -> None:
    assert problems_of({}) == {
        "source_db_connection": "Is missing: give source_db_connection or source_secret_arn",
        "filter_prompt": "Is missing: give filter_prompt or filter",
    }
    assert problems_of({**BASE, "filter": {}, "source_secret_arn": "arn"}) == {
        "source_secret_arn": "Give either source_db_connection or source_secret_arn, not both",
        "filter": "Give either filter_prompt or filter, not both",
    }


def test_unknown_fields_are_refused_with_their_names_at_any_depth() -> None:
    assert problems_of({**BASE, "colour": 1}) == {"colour": "Is not a known field"}
    body = {**WITH_FILTER, "filter": {"roots": [{"table": "a"}, {"table": "b", "where": "1=1"}]}}
    assert problems_of(body) == {"filter.roots[1].where": "Is not a known field"}


@pytest.mark.parametrize(
    ("condition", "field", "reason"),
    [
        ({"kind": "is_null"}, "operand", "Is missing"),
        ({"kind": "is_null", "operand": {}}, "operand", "Is missing its kind"),
        ({"kind": "is_null", "operand": {"kind": "column"}}, "operand.column", "Is missing"),
        (
            {"kind": "in", "operand": {"kind": "column", "column": "a"}, "values": ["x", {}]},
            "values[1]",
            "Should be a text, a number or a boolean",
        ),
        (
            {"kind": "all", "conditions": [{"kind": "not", "condition": {"kind": "in", "values": [1]}}]},
            "conditions[0].condition.operand",
            "Is missing",
        ),
        (
            {
                "kind": "time",
                "operand": {"kind": "column", "column": "at"},
                "window": {"kind": "last", "amount": 0, "unit": "day"},
            },
            "window.amount",
            "Should be greater than or equal to 1",
        ),
        ({"kind": "all", "conditions": []}, "conditions", "Should not be empty"),
        ({"kind": "all", "conditions": {}}, "conditions", "Should be a list"),
        ({"kind": "not", "condition": 1}, "condition", "Should be an object"),
    ],
)
def test_a_filters_fault_is_named_by_its_json_path(condition: Any, field: str, reason: str) -> None:
    assert problems_of_condition(condition)[f"filter.roots[0].condition.{field}"] == reason


def test_a_filter_nested_beyond_reason_is_refused() -> None:
    condition: Any = {"kind": "is_null", "operand": {"kind": "column", "column": "a"}}
    for _ in range(100):
        condition = {"kind": "not", "condition": condition}
    assert problems_of_condition(condition) == {"filter": "Is nested deeper than 100 levels of JSON"}


def test_a_filter_is_read_as_a_plan_and_kept_as_sent() -> None:
    plan = {"roots": [{"table": "orders", "sample": {"percent": 2.5}}], "exclude": ["audit"]}
    body = read_create_job_body(json.dumps({**WITH_FILTER, "filter": plan}))
    assert body.request.filter == FilterPlan.model_validate(plan)
    assert body.filter_json == plan


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are() -> None:
    reason = problems_of_condition({"kind": "sql", "text": "1=1"})["filter.roots[0].condition"]
    assert reason.startswith("Its kind is none of 'all', 'any', 'not', 'compare'")


def test_a_name_that_comes_twice_is_not_guessed_at() -> None:
    with pytest.raises(MalformedBody, match="the name filter_prompt twice"):
        read_create_job_body('{"filter_prompt": "all customers", "filter_prompt": "all orders"}')


@pytest.mark.parametrize("prompt", ["", "   ", "?!", "a\0b", "a" * 4001, 7, ["a"]])
def test_a_prompt_must_say_something(prompt: Any) -> None:
    assert list(problems_of({**BASE, "filter_prompt": prompt})) == ["filter_prompt"]


@pytest.mark.parametrize("name", ["canada", "_a", "Shop-2024", "a" * 63])
def test_a_database_name_may_be_chosen(name: str) -> None:
    assert read_create_job_body(json.dumps({**BASE, "target_db_name": name})).request.target_db_name == name


@pytest.mark.parametrize(
    "name",
    ["", "a" * 64, "1a", "a b", 'a"b', "a;b", "é", "a\n", "postgres", "Template1", "pg_x", "datavalut_build_1", 7],
)
def test_some_database_names_are_refused(name: Any) -> None:
    assert list(problems_of({**BASE, "target_db_name": name})) == ["target_db_name"]


@pytest.mark.parametrize("flag", ["true", 1, 0, "yes", []])
def test_a_dry_run_is_true_or_false(flag: Any) -> None:
    assert list(problems_of({**BASE, "dry_run": flag})) == ["dry_run"]


def test_a_port_that_is_no_number_is_left_to_the_job() -> None:
    body = {**BASE, "source_db_connection": "postgresql://user:pass@host:port/db"}
    assert read_create_job_body(json.dumps(body)).request.source_db_connection == body["source_db_connection"]


def test_what_is_secret_is_not_in_the_representation() -> None:
    assert "pass" not in repr(read_create_job_body(json.dumps(BASE)).request)


@pytest.mark.parametrize("body", [None, b"", b" ", b"\xff", b"nothing", b'{"a": Infinity}', b'{"a": 1e999}', b"[]"])
def test_a_body_that_is_no_json_object_is_malformed(body: bytes | None) -> None:
    with pytest.raises(MalformedBody):
        read_create_job_body(body)


def test_the_limit_is_counted_in_bytes() -> None:
    assert problems_of({**BASE, "colour": "a" * (MAX_BODY_BYTES - 200)})
    with pytest.raises(BodyTooLarge):
        read_create_job_body(json.dumps({**BASE, "colour": "é" * (MAX_BODY_BYTES // 2)}, ensure_ascii=False))


def test_bodies_that_say_the_same_have_the_same_fingerprint() -> None:
    one = read_create_job_body(json.dumps(BASE)).fingerprint(b"key")
    other = read_create_job_body(json.dumps(dict(reversed(BASE.items())), indent=4)).fingerprint(b"key")
    different = read_create_job_body(json.dumps({**BASE, "dry_run": True})).fingerprint(b"key")
    assert one == other
    assert one != different
    assert one != read_create_job_body(json.dumps(BASE)).fingerprint(b"another key")


@given(st.dictionaries(st.sampled_from([*BASE, "filter", "scope", "dry_run", "target_db_name", "x"]), json_values))
def test_any_json_object_is_read_or_refused_field_by_field(body: dict[str, Any]) -> None:
    try:
        read_create_job_body(json.dumps(body))
    except InvalidFields as refusal:
        assert refusal.problems
        assert all(isinstance(problem, FieldProblem) and problem.field for problem in refusal.problems)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises((MalformedBody, InvalidFields)):
        read_create_job_body(body)
