"""A planner that steps in for another, where a deployment wants that."""

import logging
from collections.abc import Callable

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.errors import PlannerUnavailable
from datavalut.planning.source import PlanningSource

logger = logging.getLogger(__name__)

Plan = Callable[[str, PlanningSource], FilterPlan | Refusal]


def plan_with_fallback(prompt: str, source: PlanningSource, plan: Plan, fallback: Plan) -> FilterPlan | Refusal:
    """What `plan` answers, or `fallback` where the service behind the first gives no answer. Whoever reads the answer
    is told which planner read the prompt."""
    try:
        return plan(prompt, source)
    except PlannerUnavailable as error:
        logger.warning("The fallback plans", extra={"cause": str(error.cause), "status": error.status})
        note = f"The language model gave no answer ({error.cause}), so the offline planner read the prompt."
    answer = fallback(prompt, source)
    if isinstance(answer, Refusal):
        return answer.model_copy(update={"reason": f"{answer.reason} {note}"})
    return answer.model_copy(update={"reading": f"{answer.reading} ({note})".strip()})
