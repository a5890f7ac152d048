"""Why there is no plan."""

from enum import StrEnum

from datavalut.errors import DataValutError
from datavalut.filters.model import Refusal


class UnavailableCause(StrEnum):
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate limited"
    QUOTA_EXHAUSTED = "quota exhausted"
    KEY_REJECTED = "key rejected"
    SCHEMA_TOO_LARGE = "schema too large"
    MODEL_NOT_FOUND = "model not found"
    REQUEST_REJECTED = "request rejected"
    SERVER_ERROR = "server error"


class PlannerUnavailable(DataValutError):
    """The service behind a planner gave no answer. `retryable`: the same request may succeed later."""

    def __init__(self, cause: UnavailableCause, status: int | None = None) -> None:
        answered = f" (HTTP status {status})" if status is not None else ""
        super().__init__(f"the planner's model service gave no answer: {cause}{answered}")
        self.cause = cause
        self.status = status

    @property
    def retryable(self) -> bool:
        return self.cause in {
            UnavailableCause.TIMEOUT,
            UnavailableCause.UNREACHABLE,
            UnavailableCause.RATE_LIMITED,
            UnavailableCause.SERVER_ERROR,
        }


class PlannerAnswerInvalid(DataValutError):
    """The planner answered, but with no plan that fits the source, in `attempts` attempts.

    `problems` are those of the last answer, each a sentence.
    """

    def __init__(self, attempts: int, problems: tuple[str, ...]) -> None:
        super().__init__(f"no usable plan in {attempts} attempts: {'; '.join(problems)}")
        self.attempts = attempts
        self.problems = problems


class PromptNotUnderstood(DataValutError):
    """The planner refused: `refusal` says why, and which words it did not understand."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal
