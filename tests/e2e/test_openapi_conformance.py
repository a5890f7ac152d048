"""Requests made up from the OpenAPI document, good ones and bad ones, to the local stack, which the fixtures start:
whatever they are, the answer is one that the document promises, and never an error of ours."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from datavalut.api.openapi import openapi_document
from tests.e2e.client import Client

REQUESTS = 80  # to each operation, of each kind
CONFORMS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """With filters that are any JSON: conditions nest without end, and making up some takes minutes."""
    described = openapi_document()
    described["components"]["schemas"]["FilterPlan"] = {"type": "object"}
    return described


def operations() -> Iterator[tuple[str, Any]]:
    for result in schemathesis.openapi.from_dict(document()).get_all_operations():
        operation = cast(Any, result).ok()
        yield operation.label, operation


OPERATIONS = dict(operations())
# Any text is a job id to the document, so there are no bad ones; and a list takes parameters that it does not know.
BAD = ("POST /create-filtered-db", "GET /jobs")


def made_up(operation: str, mode: GenerationMode, checks: list[Any], client: Client) -> None:
    @given(OPERATIONS[operation].as_strategy(generation_mode=mode))
    @settings(
        max_examples=REQUESTS,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    def call(case: Any) -> None:
        case.call_and_validate(base_url=client.api, checks=checks, timeout=30)

    call()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_answer_to_a_request_of_the_document_is_of_the_document(operation: str, client: Client) -> None:
    made_up(operation, GenerationMode.POSITIVE, CONFORMS, client)


@pytest.mark.parametrize("operation", BAD)
def test_an_answer_to_any_other_request_is_of_the_document(operation: str, client: Client) -> None:
    made_up(operation, GenerationMode.NEGATIVE, CONFORMS, client)


def test_a_body_that_is_not_of_the_document_is_refused(client: Client) -> None:
    made_up("POST /create-filtered-db", GenerationMode.NEGATIVE, [negative_data_rejection], client)


def test_the_documents_own_example_is_taken(client: Client) -> None:
    properties = openapi_document()["components"]["schemas"]["CreateJobRequest"]["properties"]
    body = {name: properties[name]["examples"][0] for name in ("source_db_connection", "filter_prompt")}
    case = OPERATIONS["POST /create-filtered-db"].Case(body=body, media_type="application/json")
    response = case.call_and_validate(base_url=client.api, checks=CONFORMS, timeout=30)
    assert response.status_code == 202
    client.ended(response.json()["job_id"])
