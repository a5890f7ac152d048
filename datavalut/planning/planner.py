"""What a planner is: it reads a prompt about a database, and answers with a plan or with a refusal."""

from typing import Protocol

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.source import PlanningSource


class Planner(Protocol):
    def plan(self, prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
        """The plan that `prompt` asks for, its names as the planner wrote them (`filters.check` resolves them), or a
        refusal that names the words it did not understand.

        Raises PlannerUnavailable and PlannerAnswerInvalid (`planning.errors`).
        """
        ...
