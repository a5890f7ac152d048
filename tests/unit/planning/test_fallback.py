"""Which planner reads a prompt, and what happens when the first gives no answer. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.errors import PlannerAnswerInvalid, PlannerUnavailable, UnavailableCause
from datavalut.planning.fallback import Plan, plan_with_fallback
from datavalut.planning.source import PlanningSource
from tests.unit.planning.fixed_source import FixedSource

PLAN = FilterPlan(full=("customers",), reading="All customers")


def answering(answer: FilterPlan | Refusal | Exception) -> Plan:
    def plan(prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return plan


NEVER = answering(AssertionError("the fallback was not to be asked"))


def test_the_fallback_is_not_asked_while_the_model_answers() -> None:
    assert plan_with_fallback("p", FixedSource(), answering(PLAN), NEVER) == PLAN
    refusal = Refusal(reason="no")
    assert plan_with_fallback("p", FixedSource(), answering(refusal), NEVER) == refusal


def test_a_wrong_answer_is_no_outage() -> None:
    with pytest.raises(PlannerAnswerInvalid):
        plan_with_fallback("p", FixedSource(), answering(PlannerAnswerInvalid(3, ("no",))), NEVER)


@pytest.mark.parametrize("cause", list(UnavailableCause))
def test_the_fallback_plans_in_an_outage_and_the_plan_says_so(cause: UnavailableCause) -> None:
    answer = plan_with_fallback("p", FixedSource(), answering(PlannerUnavailable(cause)), answering(PLAN))
    assert isinstance(answer, FilterPlan)
    assert answer.full == PLAN.full
    assert answer.reading.startswith("All customers (The language model gave no answer")
    assert cause in answer.reading


def test_the_fallbacks_refusal_says_so_too() -> None:
    outage = answering(PlannerUnavailable(UnavailableCause.TIMEOUT))
    answer = plan_with_fallback("p", FixedSource(), outage, answering(Refusal(reason="Not understood.")))
    assert isinstance(answer, Refusal)
    assert answer.reason.startswith("Not understood. The language model gave no answer (timeout)")
