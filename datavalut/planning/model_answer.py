"""What a language model may answer, and what it did answer."""

from openai.types.chat import ChatCompletion
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import ValidationError

from datavalut.filters.model import FilterModel, FilterPlan, Refusal
from datavalut.planning.strict_schema import strict_schema

MAXIMUM_ANSWER = 500_000  # characters
MAXIMUM_REASON = 1_000  # characters
MAXIMUM_NOT_UNDERSTOOD = 20


class PlannerAnswer(FilterModel):
    """Either a plan or a refusal; the other is null."""

    plan: FilterPlan | None = None
    refusal: Refusal | None = None


RESPONSE_FORMAT: ResponseFormatJSONSchema = {
    "type": "json_schema",
    "json_schema": {"name": "filter_plan", "strict": True, "schema": strict_schema(PlannerAnswer)},
}


class UnusableAnswerError(Exception):
    """An answer that the model may be able to better: its problems, and the answer as far as there is one."""

    def __init__(self, problems: tuple[str, ...], answer: str = "", plan: FilterPlan | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.answer = answer
        self.plan = plan


def read_answer(completion: object) -> tuple[FilterPlan | Refusal, str]:
    """The plan, not yet checked, or the refusal, and the text that it was read from. Raises UnusableAnswerError."""
    # A server that only resembles OpenAI's may answer with anything.
    choices = completion.choices if isinstance(completion, ChatCompletion) else None
    message = choices[0].message if choices else None
    if not choices or message is None:
        raise UnusableAnswerError(("the answer is empty",))
    if message.refusal:
        return _shortened(Refusal(reason=f"The language model refused: {message.refusal}")), ""
    if choices[0].finish_reason == "content_filter":
        return Refusal(reason="The language model's content filter refused the request."), ""
    content = message.content or ""
    if choices[0].finish_reason == "length" or len(content) > MAXIMUM_ANSWER:
        raise UnusableAnswerError(("the answer is too long and was cut off: be brief",))
    if not content.strip():
        raise UnusableAnswerError(("the answer is empty",))
    try:
        answer = PlannerAnswer.model_validate_json(_json_part(content))
    except ValidationError as error:
        raise UnusableAnswerError(_sentences(error), content) from None
    if answer.refusal is not None and answer.plan is None:
        return _shortened(answer.refusal), content
    if answer.plan is None or answer.refusal is not None:
        raise UnusableAnswerError(("exactly one of plan and refusal must be null",), content)
    return answer.plan, content


def _json_part(content: str) -> str:
    """Models that are not held to the schema think aloud first, or put the object into a fence."""
    thought, thought_aloud, said = content.partition("</think>")
    text = (said if thought_aloud and thought.lstrip().startswith("<think>") else content).strip()
    if text.startswith("```"):
        text = text[text.find("{") : text.rfind("}") + 1] or text
    return text


def _shortened(refusal: Refusal) -> Refusal:
    return refusal.model_copy(
        update={
            "reason": refusal.reason[:MAXIMUM_REASON],
            "not_understood": refusal.not_understood[:MAXIMUM_NOT_UNDERSTOOD],
        }
    )


def _sentences(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        f"{'.'.join(str(part) for part in problem['loc']) or 'the answer'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )
