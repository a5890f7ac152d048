"""Between API Gateway and a handler: every answer, also that to an error, in the agreed shape."""

import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel

from datavalut.api.errors import RouteNotFound, ServiceUnavailable
from datavalut.api.problems import INTERNAL, PROBLEM_JSON, kind_of, problem_answer

STAGE = "/datavalut"  # API Gateway leaves its stage out of a request's path, others that call us leave it in
POLL_SECONDS = 5


def make_resolver(
    logger: Logger, metrics: Metrics, is_transient_fault: Callable[[Exception], bool]
) -> APIGatewayRestResolver:
    """A resolver whose routes may raise what they like: `problems` turns it into an answer. `is_transient_fault` tells
    which errors of the services pass by themselves: their caller is asked to try again.

    Counts `Answered`, `Refused` (the request's fault) and `Unavailable` (ours).
    """
    resolver = APIGatewayRestResolver(strip_prefixes=[STAGE])

    def with_problems(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[str]:
        try:
            response = next_middleware(app)
        except Exception as error:  # the last place where one can still be answered in our shape
            response = _answer_to(_told(error, is_transient_fault), app, logger)
        metrics.add_metric(_outcome(response.status_code), MetricUnit.Count, 1)
        return response

    def not_found(_: Exception) -> Response[str]:
        return _answer_to(RouteNotFound(), resolver, logger)

    resolver.use(middlewares=[with_problems])
    resolver.not_found(not_found)
    return resolver


def answer(
    model: BaseModel, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    return Response(
        status_code=int(status),
        content_type="application/json",
        body=model.model_dump_json(),
        headers=dict(headers or {}),
    )


def header(app: APIGatewayRestResolver, name: str) -> str | None:
    return app.current_event.headers.get(name)


def _outcome(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Unavailable"
    return "Refused" if status >= HTTPStatus.BAD_REQUEST else "Answered"


def _answer_to(error: Exception, app: APIGatewayRestResolver, logger: Logger) -> Response[str]:
    request_id = app.current_event.request_context.request_id or ""
    kind = kind_of(error)
    if kind is INTERNAL:
        # Not the error's text: nobody knows what is in it, and it may be of a body.
        logger.error("Unexpected error", error=type(error).__name__, stack=traceback.format_tb(error.__traceback__))
    else:
        logger.info("Request refused", problem=kind.name, cause=_cause_of(error))
    told = problem_answer(error, request_id)
    return Response(status_code=int(told.status), content_type=PROBLEM_JSON, body=told.body, headers=dict(told.headers))


def _told(error: Exception, is_transient_fault: Callable[[Exception], bool]) -> Exception:
    if not is_transient_fault(error):
        return error
    told = ServiceUnavailable()
    told.__cause__ = error
    return told


def _cause_of(error: Exception) -> str | None:
    """By its type: a text may be of a body."""
    return None if error.__cause__ is None else type(error.__cause__).__name__
