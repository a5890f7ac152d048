"""The OpenAPI document. Needs nothing."""

import json
from pathlib import Path

from openapi_spec_validator import validate

from datavalut.api.openapi import document_text, openapi_document

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_document_is_that_of_the_code() -> None:
    assert COMMITTED.read_text() == document_text(), "run: python -m datavalut.api.openapi > docs/openapi.json"


def test_the_document_is_valid_openapi() -> None:
    validate(json.loads(document_text()))


def test_it_has_the_four_operations() -> None:
    operations = {
        operation["operationId"]
        for path in openapi_document()["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    }
    assert operations == {"createJob", "getJob", "listJobs", "cancelJob"}
