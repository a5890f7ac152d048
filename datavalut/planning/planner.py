"""What a planner is: it reads a prompt and a catalog, and answers with a plan or with a refusal."""

from typing import Protocol

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal


class Planner(Protocol):
    def plan(self, prompt: str, catalog: Catalog) -> FilterPlan | Refusal:
        """The plan that `prompt` asks for, its names as the planner wrote them (`filters.check` resolves them), or a
        refusal that names the words it did not understand.

        Raises PlannerUnavailable and PlannerAnswerInvalid (`planning.errors`).
        """
        ...
