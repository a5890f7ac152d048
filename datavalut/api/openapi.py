"""The OpenAPI document, made from the models that the functions use.

`python -m datavalut.api.openapi > docs/openapi.json`; a test holds the file to it.
"""

import json
import sys
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from datavalut.api.problems import PROBLEM_JSON, Problem
from datavalut.api.requests import DEFAULT_LIMIT, MAX_LIMIT, CreateJobRequest
from datavalut.api.responses import JobCancelled, JobCreated, JobList, JobState
from datavalut.jobs.model import JobStatus

_SCHEMAS = "#/components/schemas/"

_PROBLEMS = {
    400: "The body is no JSON object, or a parameter is at fault.",
    401: "The request bears no valid token, where the deployment wants one.",
    403: "The caller is not known, or may not do this.",
    404: "There is no such job, or it is another caller's.",
    409: "The job was completed, or failed, before.",
    413: "The body is too large.",
    422: "Fields are at fault, each named in `errors`; or the idempotency key was sent with another body before.",
    429: "Too many requests.",
    500: "Something went wrong on our side.",
    503: "The job could not be started, or a service that the API rests on did not answer. Send it again later.",
}


def openapi_document() -> dict[str, Any]:
    models: list[type[BaseModel]] = [JobCreated, JobState, JobList, JobCancelled, Problem]
    _, schemas = models_json_schema(
        [(CreateJobRequest, "validation"), *((model, "serialization") for model in models)],
        ref_template=f"{_SCHEMAS}{{model}}",
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DataValut",
            "version": "1.0.0",
            "description": "A new PostgreSQL database with the rows that a sentence asks for and everything they need.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": "http://localhost:8002/datavalut", "description": "The local stack"},
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/datavalut",
                "description": "A deployment",
                "variables": {"api": {"default": "api-id"}, "region": {"default": "eu-central-1"}},
            },
        ],
        "security": [{"signature": []}, {"token": []}, {}],
        "paths": {
            "/create-filtered-db": {"post": _create_job()},
            "/jobs": {"get": _list_jobs()},
            "/job/{job_id}": {"parameters": [_job_id()], "get": _get_job(), "delete": _cancel_job()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "AWS Signature Version 4 in a deployment; nothing in the local stack.",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Instead of the signature, in a deployment that names an issuer of tokens.",
                },
            },
        },
    }


def _create_job() -> dict[str, Any]:
    return {
        "operationId": "createJob",
        "summary": "Start a job that makes a filtered database",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same key and body give the same job, however often they are sent.",
                "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
            }
        ],
        "requestBody": {"required": True, "content": _json_content(CreateJobRequest)},
        "responses": {
            "202": {
                "description": "The job is stored and about to run.",
                "headers": {
                    "Location": {"description": "The job's address.", "schema": {"type": "string"}},
                    "Retry-After": _retry_after(),
                },
                "content": _json_content(JobCreated),
            },
            **_problems(400, 401, 403, 413, 422, 429, 500, 503),
        },
    }


def _get_job() -> dict[str, Any]:
    return {
        "operationId": "getJob",
        "summary": "How far a job is, and its result",
        "responses": {
            "200": {
                "description": "The job.",
                "headers": {"Retry-After": _retry_after()},
                "content": _json_content(JobState),
            },
            **_problems(401, 403, 404, 429, 500, 503),
        },
    }


def _list_jobs() -> dict[str, Any]:
    return {
        "operationId": "listJobs",
        "summary": "The caller's jobs, newest first",
        "parameters": [
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            },
            {"name": "status", "in": "query", "schema": {"type": "string", "enum": [str(each) for each in JobStatus]}},
            {
                "name": "next_token",
                "in": "query",
                "description": "Of the page before, with the same status.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {"description": "A page of jobs.", "content": _json_content(JobList)},
            **_problems(400, 401, 403, 429, 500, 503),
        },
    }


def _cancel_job() -> dict[str, Any]:
    return {
        "operationId": "cancelJob",
        "summary": "Cancel a pending or running job",
        "responses": {
            "200": {
                "description": "The job is cancelled. A repeated request gives the same answer.",
                "content": _json_content(JobCancelled),
            },
            **_problems(401, 403, 404, 409, 429, 500, 503),
        },
    }


def _job_id() -> dict[str, Any]:
    return {
        "name": "job_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "examples": ["job_a1b2c3d4e5f6"]},
    }


def _retry_after() -> dict[str, Any]:
    return {
        "description": "Seconds until it is worth asking, while the job has not ended.",
        "schema": {"type": "integer"},
    }


def _json_content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"{_SCHEMAS}{model.__name__}"}}}


def _problems(*statuses: int) -> dict[str, Any]:
    return {
        str(status): {
            "description": _PROBLEMS[status],
            "content": {PROBLEM_JSON: {"schema": {"$ref": f"{_SCHEMAS}{Problem.__name__}"}}},
        }
        for status in statuses
    }


def document_text() -> str:
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document_text())
