"""The planner behind which a language model stands, at OpenAI or any server that speaks its protocol.

Imported only where it is used: the openai package takes about a second to import.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import openai
from openai.types.chat import ChatCompletionMessageParam

from datavalut.catalog.model import Catalog, TableName
from datavalut.errors import shortened
from datavalut.filters.check import check_plan
from datavalut.filters.errors import FilterPlanError, NameUnresolvedError
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.filters.names import resolve_table
from datavalut.filters.tables_named import tables_named
from datavalut.planning.bounded_http import AnswerTooLargeError, bounded_client
from datavalut.planning.errors import PlannerAnswerInvalid, PlannerUnavailable, UnavailableCause
from datavalut.planning.evidence import faults_of_explanation, with_true_evidence
from datavalut.planning.instructions import INSTRUCTIONS, repair_message, request_message
from datavalut.planning.model_answer import RESPONSE_FORMAT, UnusableAnswerError, read_answer
from datavalut.planning.schema_text import describe_further, describe_schema
from datavalut.planning.shared_values import SharedValues
from datavalut.planning.source import PlanningSource

OPENAI_URL = "https://api.openai.com/v1"
ATTEMPTS = 3  # the first answer, and two repairs
REQUEST_SECONDS = 90
REQUEST_RETRIES = 2  # of one request, by the openai package: rate limits (Retry-After), outages and timeouts
LONGEST_WAIT = 120  # seconds that the openai package waits before such a retry, if Retry-After says so
# All requests of one prompt together, with their retries: none is begun that may take longer than what is left. A
# Lambda lives for 900 seconds: in the rest of them the catalog is read before, and rows are counted after.
PLANNING_SECONDS = 780
ANSWER_BYTES = 5_000_000
SCHEMA_TOKENS = 60_000
# A model whose context is too small for the schema is asked again with so much less of it, twice.
SMALLER = 4

# OpenAI's code, llama.cpp's type. A tuple, since a server's code may be of any type, which a set would have to hash.
_TOO_LONG = ("context_length_exceeded", "exceed_context_size_error")
# Of servers that say it in words only: vLLM, LM Studio and gateways; and OpenAI, where one request alone is beyond what
# may be sent in a minute.
_TOO_LONG_IN_WORDS = re.compile(
    r"context (length|size|window)|prompt is too long|too many (input )?tokens", re.IGNORECASE
)
_TOO_LARGE_FOR_A_MINUTE = re.compile("request too large", re.IGNORECASE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlannerOptions:
    """`share_values` lets the model see values of text columns; `schema_tokens` is the most of a schema that it is
    told, the repairs of its answer included; `request_seconds` is how long it may take to answer, at most
    PLANNING_SECONDS."""

    share_values: bool = False
    schema_tokens: int = SCHEMA_TOKENS
    request_seconds: float = REQUEST_SECONDS


def make_openai_planner(
    api_key: str | None, model: str, base_url: str | None = None, options: PlannerOptions = PlannerOptions()
) -> "OpenAIPlanner":
    """`base_url` of None is OpenAI itself; a server of one's own may need no key."""
    client = openai.OpenAI(
        api_key=api_key or "none",
        base_url=base_url or OPENAI_URL,
        timeout=options.request_seconds,
        max_retries=REQUEST_RETRIES,
        http_client=bounded_client(options.request_seconds, ANSWER_BYTES),
    )
    return OpenAIPlanner(client, model, options)


class OpenAIPlanner:
    """Sends the prompt and the catalog; never a row, and values of text columns only if the deployment shares them."""

    def __init__(
        self,
        client: openai.OpenAI,
        model: str,
        options: PlannerOptions = PlannerOptions(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`client` gives up a request after `options.request_seconds`."""
        self._client = client
        self._model = model
        self._options = options
        self._clock = clock
        self._temperature: float | openai.Omit = 0.0

    def plan(self, prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
        """The model's plan, checked against the catalog and explained by the server, or its refusal. What is wrong with
        an answer is told to the model, which may answer again twice; a plan that is right and has a reading is then
        taken without the evidence that is wrong.

        Raises PlannerUnavailable if no answer came, PlannerAnswerInvalid if none was usable, and what `source` raises.
        """
        tokens, end = self._options.schema_tokens, self._clock() + PLANNING_SECONDS
        for budget in (tokens, tokens // SMALLER):
            try:
                return self._plan(prompt, source, budget, end)
            except PlannerUnavailable as error:
                if error.cause is not UnavailableCause.SCHEMA_TOO_LARGE or not self._has_time(end):
                    raise
        return self._plan(prompt, source, tokens // SMALLER**2, end)

    def _plan(self, prompt: str, source: PlanningSource, tokens: int, end: float) -> FilterPlan | Refusal:
        shared = SharedValues(source, prompt) if self._options.share_values else None
        schema = describe_schema(source.catalog, prompt, tokens, shared)
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": request_message(prompt, schema.text, source.reference_time)},
        ]
        problems: tuple[str, ...] = ()
        usable: FilterPlan | None = None
        attempts = 0
        while attempts == 0 or (attempts < ATTEMPTS and self._has_time(end)):
            attempts += 1
            try:
                return _checked(self._complete(messages, end), prompt, source)
            except PlannerUnavailable:
                if usable is None:
                    raise
                return usable
            except UnusableAnswerError as unusable:
                problems, usable = unusable.problems, unusable.usable or usable
                logger.info("The model's answer %s has %s problems", attempts, len(problems))
                schema = describe_further(_tables_of(unusable.plan, source.catalog), schema, source.catalog, shared)
                messages += [
                    {"role": "assistant", "content": unusable.answer},
                    {"role": "user", "content": repair_message(problems, schema.text)},
                ]
        if usable is not None:
            return usable
        raise PlannerAnswerInvalid(attempts, problems)

    def _has_time(self, end: float) -> bool:
        return end - self._clock() >= self._options.request_seconds

    def _retries(self, end: float) -> int:
        """As many as have ended by then, if each is waited for as long as can be and takes as long as can be."""
        seconds = self._options.request_seconds
        return max(0, min(self._client.max_retries, int((end - self._clock() - seconds) // (seconds + LONGEST_WAIT))))

    def _complete(self, messages: list[ChatCompletionMessageParam], end: float) -> object:
        """The answer's JSON. Errors are raised without their origin, whose text may quote the key."""
        try:
            client = self._client.with_options(max_retries=self._retries(end))
            response = client.chat.completions.with_raw_response.create(
                model=self._model,
                messages=messages,
                response_format=RESPONSE_FORMAT,
                temperature=self._temperature,
            )
            return json.loads(response.content)
        except openai.APITimeoutError:
            raise PlannerUnavailable(UnavailableCause.TIMEOUT) from None
        except openai.APIConnectionError:
            raise PlannerUnavailable(UnavailableCause.UNREACHABLE) from None
        except openai.BadRequestError as error:
            if error.param != "temperature" or isinstance(self._temperature, openai.Omit):
                raise _unavailable(error) from None
        except openai.APIStatusError as error:
            raise _unavailable(error) from None
        except (openai.APIError, AnswerTooLargeError):
            raise PlannerUnavailable(UnavailableCause.SERVER_ERROR) from None
        except (ValueError, RecursionError):
            # A body that is no JSON, as a proxy's error page.
            raise PlannerUnavailable(UnavailableCause.SERVER_ERROR) from None
        # Models that reason choose their temperature themselves.
        self._temperature = openai.omit
        if not self._has_time(end):
            raise PlannerUnavailable(UnavailableCause.TIMEOUT)
        return self._complete(messages, end)


def _unavailable(error: openai.APIStatusError) -> PlannerUnavailable:
    # The server's own words are not logged: they may quote the key.
    code, parameter = (shortened(str(fact), 60) for fact in (error.code, error.param))
    logger.warning("The model's server answered %s, code %s, parameter %s", error.status_code, code, parameter)
    return PlannerUnavailable(_cause(error), error.status_code)


def _cause(error: openai.APIStatusError) -> UnavailableCause:
    match error:
        case openai.RateLimitError(code="insufficient_quota"):
            return UnavailableCause.QUOTA_EXHAUSTED
        case openai.RateLimitError() if _TOO_LARGE_FOR_A_MINUTE.search(error.response.text):
            return UnavailableCause.SCHEMA_TOO_LARGE
        case openai.RateLimitError():
            return UnavailableCause.RATE_LIMITED
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return UnavailableCause.KEY_REJECTED
        case openai.NotFoundError():
            return UnavailableCause.MODEL_NOT_FOUND
        case openai.BadRequestError() if (
            error.code in _TOO_LONG or error.type in _TOO_LONG or _TOO_LONG_IN_WORDS.search(error.response.text)
        ):
            return UnavailableCause.SCHEMA_TOO_LARGE
        case openai.InternalServerError():
            return UnavailableCause.SERVER_ERROR
        case _ if error.status_code == 408:
            return UnavailableCause.TIMEOUT
        case _ if error.status_code == 413:
            return UnavailableCause.SCHEMA_TOO_LARGE
        case _:
            return UnavailableCause.REQUEST_REJECTED


def _checked(body: object, prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
    """Raises UnusableAnswerError."""
    answer, text = read_answer(body)
    if isinstance(answer, Refusal):
        return answer
    try:
        plan = check_plan(answer, source.catalog, source.reference_time)
    except FilterPlanError as error:
        problems = tuple(problem.sentence() for problem in error.problems)
        raise UnusableAnswerError(problems, text, answer) from None
    failure = source.explain(plan)
    if failure is not None:
        raise UnusableAnswerError((f"the server cannot run it: {failure}",), text, plan)
    faults = faults_of_explanation(plan, prompt)
    if faults:
        raise UnusableAnswerError(
            faults, text, plan, with_true_evidence(plan, prompt) if plan.reading.strip() else None
        )
    return plan


def _tables_of(plan: FilterPlan | None, catalog: Catalog) -> list[TableName]:
    """Those that it names and the catalog has, each once."""
    found: dict[TableName, None] = {}
    for text in tables_named(plan) if plan is not None else ():
        with suppress(NameUnresolvedError):
            found[resolve_table(text, catalog).name] = None
    return list(found)
