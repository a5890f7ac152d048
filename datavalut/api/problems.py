"""The one place where errors become HTTP: problem details (RFC 9457), with our own three keys beside."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from datavalut.api.errors import (
    BodyTooLarge,
    CallerUnknown,
    InvalidFields,
    InvalidPageToken,
    InvalidParameter,
    MalformedBody,
    RouteNotFound,
    ServiceUnavailable,
)
from datavalut.errors import DataValutError
from datavalut.jobs.errors import IdempotencyKeyReused, IllegalMove, JobNotFoundError, StoreBusy
from datavalut.jobs.lifecycle import NOT_STARTED, JobNotStarted
from datavalut.jobs.model import JobStatus

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:datavalut:problem:"
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True)
class Kind:
    status: HTTPStatus
    name: str
    title: str


INTERNAL = Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")

KINDS: dict[type[DataValutError], Kind] = {
    MalformedBody: Kind(HTTPStatus.BAD_REQUEST, "malformed-body", "The body is not a JSON object"),
    BodyTooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", "The body is too large"),
    InvalidFields: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-fields", "Fields are at fault"),
    IdempotencyKeyReused: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key was used for another request"
    ),
    InvalidParameter: Kind(HTTPStatus.BAD_REQUEST, "invalid-parameter", "A parameter is at fault"),
    InvalidPageToken: Kind(HTTPStatus.BAD_REQUEST, "invalid-page-token", "The page token is not valid"),
    CallerUnknown: Kind(HTTPStatus.FORBIDDEN, "caller-unknown", "The caller is not known"),
    RouteNotFound: Kind(HTTPStatus.NOT_FOUND, "not-found", "There is nothing here"),
    JobNotFoundError: Kind(HTTPStatus.NOT_FOUND, "job-not-found", "There is no such job"),
    IllegalMove: Kind(HTTPStatus.CONFLICT, "job-ended", "The job has ended"),
    JobNotStarted: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "job-not-started", "The job could not be started"),
    StoreBusy: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too many requests at once"),
    ServiceUnavailable: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "A service that the API rests on does not answer"
    ),
}


class ProblemField(BaseModel):
    """A field at fault and why."""

    model_config = ConfigDict(frozen=True)

    field: Annotated[str, Field(examples=["filter.roots[0].table"])]
    reason: str


class Problem(BaseModel):
    """RFC 9457, as the body of every answer that is no success. `message` is the same text as `detail`."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(examples=[f"{TYPE_PREFIX}invalid-fields"])]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    success: Literal[False] = False
    message: str
    request_id: str
    errors: list[ProblemField] | None = Field(default=None, description="Which fields are at fault, with 422.")
    job_id: str | None = Field(default=None, description="The job that the problem is about, if there is one.")
    job_status: JobStatus | None = Field(default=None, description="The job's present status, with 409.")


@dataclass(frozen=True)
class ProblemAnswer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


def problem_answer(error: Exception, request_id: str) -> ProblemAnswer:
    """An error that is in no row of the table says nothing about itself."""
    kind = kind_of(error)
    detail = str(error) if kind is not INTERNAL else f"It was recorded under the request id {request_id}."
    errors = None
    job_id: str | None = None
    job_status: JobStatus | None = None
    if isinstance(error, InvalidFields):
        errors = [ProblemField(field=problem.field, reason=problem.reason) for problem in error.problems]
    elif isinstance(error, IllegalMove):
        job_id, job_status = error.current.job_id, error.current.status
        detail = f"Job {job_id} is {job_status} already, and cannot be cancelled any more."
    elif isinstance(error, JobNotStarted):
        job_id, job_status = error.job_id, JobStatus.FAILED
        detail = f"{error} {NOT_STARTED.remedy}"
    elif isinstance(error, JobNotFoundError | IdempotencyKeyReused):
        job_id = error.job_id
    problem = Problem(
        type=f"{TYPE_PREFIX}{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        message=detail,
        request_id=request_id,
        errors=errors,
        job_id=job_id,
        job_status=job_status,
    )
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if kind.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return ProblemAnswer(kind.status, retry, problem.model_dump_json(exclude_none=True, ensure_ascii=True))


def kind_of(error: Exception) -> Kind:
    return next((KINDS[each] for each in type(error).__mro__ if each in KINDS), INTERNAL)
