"""What a language model may answer, and what it did answer."""

from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, Field, ValidationError

from datavalut.errors import first_of, shortened
from datavalut.filters.model import Evidence, FilterModel, FilterPlan, NotUnderstood, Refusal
from datavalut.planning.strict_schema import strict_schema

MAXIMUM_ANSWER = 500_000  # characters
MAXIMUM_REASON = 1_000  # characters, of a plan's reading too
MAXIMUM_WORDS = 300  # characters, of a piece of evidence, of what was not understood, and of a candidate
MAXIMUM_PIECES = 20  # of evidence, of what was not understood, and of the candidates for each
# What the model is told again.
MAXIMUM_REPEATED = 6_000  # characters of its answer
MAXIMUM_PROBLEMS = 20
MAXIMUM_PROBLEM = 300  # characters


class PlannerAnswer(FilterModel):
    """Either a plan or a refusal; the other is null."""

    plan: FilterPlan | None = None
    refusal: Refusal | None = None


RESPONSE_FORMAT: ResponseFormatJSONSchema = {
    "type": "json_schema",
    "json_schema": {"name": "filter_plan", "strict": True, "schema": strict_schema(PlannerAnswer)},
}


class _Part(BaseModel):
    """Some gateways send a text in parts, and what the model thought as others of another type."""

    type: str = "text"
    text: str = ""


class _Message(BaseModel):
    content: str | list[_Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type in _TEXT_PARTS)
        return self.content or ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    """What is read of a chat completion. The openai package does not hold an answer to its types, and a server that
    only resembles OpenAI's may send anything."""

    choices: list[_Choice] = Field(min_length=1)


_TEXT_PARTS = frozenset({"text", "output_text"})


class UnusableAnswerError(Exception):
    """An answer that the model may be able to better: its problems, and the answer as far as there is one, neither
    longer than it helps to tell. `usable` is
    what can be made of it if the model does not: a plan that is right, but ill explained."""

    def __init__(
        self,
        problems: tuple[str, ...],
        answer: str = "",
        plan: FilterPlan | None = None,
        usable: FilterPlan | None = None,
    ) -> None:
        self.problems = first_of(problems, MAXIMUM_PROBLEMS, MAXIMUM_PROBLEM)
        super().__init__("; ".join(self.problems))
        self.answer = answer[:MAXIMUM_REPEATED]
        self.plan = plan
        self.usable = usable


def read_answer(body: object) -> tuple[FilterPlan | Refusal, str]:
    """The plan, not yet checked, or the refusal, and the text that it was read from. `body` is the server's JSON.

    Raises UnusableAnswerError.
    """
    try:
        choice = _Completion.model_validate(body).choices[0]
    except ValidationError:
        raise UnusableAnswerError(("the answer has no text",)) from None
    if choice.message.refusal:
        return _short_refusal(Refusal(reason=f"The language model refused: {choice.message.refusal}")), ""
    if choice.finish_reason == "content_filter":
        return Refusal(reason="The language model's content filter refused the request."), ""
    content = choice.message.text
    if choice.finish_reason == "length" or len(content) > MAXIMUM_ANSWER:
        raise UnusableAnswerError(("the answer is too long and was cut off: be brief",))
    if not content.strip():
        raise UnusableAnswerError(("the answer is empty",))
    try:
        answer = PlannerAnswer.model_validate_json(_json_part(content))
    except ValidationError as error:
        raise UnusableAnswerError(_sentences(error), content) from None
    if answer.refusal is not None and answer.plan is None:
        return _short_refusal(answer.refusal), content
    if answer.plan is None or answer.refusal is not None:
        raise UnusableAnswerError(("exactly one of plan and refusal must be null",), content)
    return _short_explanation(answer.plan), content


def _json_part(content: str) -> str:
    """Models that are not held to the schema think aloud first, or put the object into a fence."""
    thought, thought_aloud, said = content.partition("</think>")
    text = (said if thought_aloud and thought.lstrip().startswith("<think>") else content).strip()
    if text.startswith("```"):
        text = text[text.find("{") : text.rfind("}") + 1] or text
    return text


def _short_explanation(plan: FilterPlan) -> FilterPlan:
    return plan.model_copy(
        update={
            "reading": shortened(plan.reading, MAXIMUM_REASON),
            "evidence": tuple(
                Evidence(
                    words=shortened(evidence.words, MAXIMUM_WORDS), meaning=shortened(evidence.meaning, MAXIMUM_WORDS)
                )
                for evidence in plan.evidence[:MAXIMUM_PIECES]
            ),
        }
    )


def _short_refusal(refusal: Refusal) -> Refusal:
    return Refusal(
        reason=shortened(refusal.reason.strip(), MAXIMUM_REASON) or "The language model gave no reason.",
        not_understood=tuple(
            NotUnderstood(
                words=shortened(part.words, MAXIMUM_WORDS),
                candidates=tuple(shortened(candidate, MAXIMUM_WORDS) for candidate in part.candidates[:MAXIMUM_PIECES]),
            )
            for part in refusal.not_understood[:MAXIMUM_PIECES]
        ),
    )


def _sentences(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        f"{'.'.join(str(part) for part in problem['loc']) or 'the answer'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )
