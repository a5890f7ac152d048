"""The planner behind which a language model stands, at OpenAI or any server that speaks its protocol.

Imported only where it is used: the openai package takes about a second to import.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

import openai
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import ValidationError

from datavalut.catalog.model import Catalog
from datavalut.filters.check import check_plan
from datavalut.filters.errors import FilterPlanError
from datavalut.filters.model import FilterModel, FilterPlan, Refusal
from datavalut.planning.errors import PlannerAnswerInvalid, PlannerUnavailable, UnavailableCause
from datavalut.planning.instructions import INSTRUCTIONS, repair_message, request_message
from datavalut.planning.strict_schema import strict_schema

OPENAI_URL = "https://api.openai.com/v1"
ATTEMPTS = 3  # the first answer, and two repairs
REQUEST_SECONDS = 90
REQUEST_RETRIES = 2  # of one request, by the openai package: rate limits, outages and timeouts
MAXIMUM_ANSWER = 500_000  # characters
MAXIMUM_PROBLEMS = 20  # told to the model
MAXIMUM_REASON = 1_000  # characters


class PlannerAnswer(FilterModel):
    """Either a plan or a refusal; the other is null."""

    plan: FilterPlan | None
    refusal: Refusal | None


RESPONSE_FORMAT: ResponseFormatJSONSchema = {
    "type": "json_schema",
    "json_schema": {"name": "filter_plan", "strict": True, "schema": strict_schema(PlannerAnswer)},
}


def make_openai_planner(api_key: str | None, model: str, base_url: str | None = None) -> "OpenAIPlanner":
    """`base_url` of None is OpenAI itself; a server of one's own may need no key."""
    client = openai.OpenAI(
        api_key=api_key or "none",
        base_url=base_url or OPENAI_URL,
        timeout=REQUEST_SECONDS,
        max_retries=REQUEST_RETRIES,
    )
    return OpenAIPlanner(client, model)


class _UnusableAnswerError(Exception):
    """An answer that the model may be able to better: its problems, and the answer as far as there is one."""

    def __init__(self, problems: tuple[str, ...], answer: str = "") -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.answer = answer


def _today_in_utc() -> date:
    return datetime.now(UTC).date()


class OpenAIPlanner:
    """Sends the prompt and the catalog, never a row. `today` is told to the model, for "since March"."""

    def __init__(self, client: openai.OpenAI, model: str, today: Callable[[], date] = _today_in_utc) -> None:
        self._client = client
        self._model = model
        self._today = today

    def plan(self, prompt: str, catalog: Catalog) -> FilterPlan | Refusal:
        """The model's plan, checked against the catalog, or its refusal. What is wrong with an answer is told to the
        model, which may answer again twice.

        Raises PlannerUnavailable if no answer came, PlannerAnswerInvalid if none was usable.
        """
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": request_message(prompt, catalog, self._today())},
        ]
        problems: tuple[str, ...] = ()
        for _ in range(ATTEMPTS):
            completion = self._complete(messages)
            try:
                return _read(completion, catalog)
            except _UnusableAnswerError as unusable:
                problems = unusable.problems
                messages += [
                    {"role": "assistant", "content": unusable.answer},
                    {"role": "user", "content": repair_message(problems[:MAXIMUM_PROBLEMS])},
                ]
        raise PlannerAnswerInvalid(ATTEMPTS, problems)

    def _complete(self, messages: list[ChatCompletionMessageParam]) -> ChatCompletion:
        """Errors are raised without their origin, whose text may quote the key."""
        try:
            return self._client.chat.completions.create(
                model=self._model, messages=messages, response_format=RESPONSE_FORMAT
            )
        except openai.APITimeoutError:
            raise PlannerUnavailable(UnavailableCause.TIMEOUT) from None
        except openai.APIConnectionError:
            raise PlannerUnavailable(UnavailableCause.UNREACHABLE) from None
        except openai.APIStatusError as error:
            raise PlannerUnavailable(_cause(error), error.status_code) from None
        except openai.APIError:
            raise PlannerUnavailable(UnavailableCause.SERVER_ERROR) from None
        except ValueError:
            # A body that is no JSON, as a proxy's error page.
            raise PlannerUnavailable(UnavailableCause.SERVER_ERROR) from None


def _cause(error: openai.APIStatusError) -> UnavailableCause:
    match error:
        case openai.RateLimitError(code="insufficient_quota"):
            return UnavailableCause.QUOTA_EXHAUSTED
        case openai.RateLimitError():
            return UnavailableCause.RATE_LIMITED
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return UnavailableCause.KEY_REJECTED
        case openai.NotFoundError():
            return UnavailableCause.MODEL_NOT_FOUND
        case openai.BadRequestError(code="context_length_exceeded"):
            return UnavailableCause.SCHEMA_TOO_LARGE
        case openai.InternalServerError():
            return UnavailableCause.SERVER_ERROR
        case _:
            return UnavailableCause.REQUEST_REJECTED


def _read(completion: ChatCompletion, catalog: Catalog) -> FilterPlan | Refusal:
    """Raises _UnusableAnswerError."""
    # A server that only resembles OpenAI's may answer with anything.
    choices = completion.choices if isinstance(completion, ChatCompletion) else None
    if not choices:
        raise _UnusableAnswerError(("the answer is empty",))
    choice = choices[0]
    if choice.message.refusal:
        return Refusal(reason=f"The language model refused: {choice.message.refusal[:MAXIMUM_REASON]}")
    if choice.finish_reason == "content_filter":
        return Refusal(reason="The language model's content filter refused the request.")
    content = choice.message.content or ""
    if choice.finish_reason == "length" or len(content) > MAXIMUM_ANSWER:
        raise _UnusableAnswerError(("the answer is too long and was cut off: be brief",))
    try:
        answer = PlannerAnswer.model_validate_json(content)
    except ValidationError as error:
        raise _UnusableAnswerError(_sentences(error), content) from None
    if (answer.plan is None) == (answer.refusal is None):
        raise _UnusableAnswerError(("exactly one of plan and refusal must be null",), content)
    if answer.plan is None:
        return answer.refusal or Refusal(reason="")
    try:
        return check_plan(answer.plan, catalog)
    except FilterPlanError as error:
        raise _UnusableAnswerError(tuple(problem.sentence() for problem in error.problems), content) from None


def _sentences(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        f"{'.'.join(str(part) for part in problem['loc']) or 'the answer'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )
