"""A sentence that no row can meet is told so in its own words: "priority 9" where a check allows 1 to 5."""

import re
from datetime import datetime
from typing import Any

from datavalut.catalog.model import Catalog
from datavalut.filters.check import check_plan
from datavalut.filters.errors import FilterPlanError, FilterProblem, ProblemKind
from datavalut.filters.model import FilterPlan, NotUnderstood, Refusal

_IMPOSSIBLE = frozenset({ProblemKind.IMPOSSIBLE_VALUE, ProblemKind.CONTRADICTION})
_LOCATION = re.compile(r"roots\[\d+\](?:\.\w+|\[\d+\])*")
_STEP = re.compile(r"\.?(\w+)|\[(\d+)\]")


def refusal_of_the_impossible(plan: FilterPlan, catalog: Catalog, reference_time: datetime | None) -> Refusal | None:
    """None if some row may meet the plan, as far as that can be known without looking."""
    try:
        check_plan(plan, catalog, reference_time)
    except FilterPlanError as error:
        if all(problem.kind in _IMPOSSIBLE for problem in error.problems):
            return _refusal(plan, error.problems)
    return None


def _refusal(plan: FilterPlan, problems: tuple[FilterProblem, ...]) -> Refusal:
    reasons = dict.fromkeys(
        f"{_quoted(plan, problem.location)} {_LOCATION.sub(lambda found: _quoted(plan, found[0]), problem.reason)}"
        for problem in problems
    )
    named = {words: problem.candidates for problem in problems for words in _words(plan, problem.location)}
    return Refusal(
        reason=f"{'; '.join(reasons)}.",
        not_understood=tuple(NotUnderstood(words=words, candidates=names) for words, names in named.items()),
    )


def _quoted(plan: FilterPlan, location: str) -> str:
    return " and ".join(f'"{words}"' for words in _words(plan, location))


def _words(plan: FilterPlan, location: str) -> list[str]:
    """What of the prompt led to the condition: what is explained by its column and its value, or else by its column;
    the description as a whole where nothing tells them apart."""
    said = [entry for entry in plan.evidence if not entry.meaning.startswith("the table ")]
    part = _part(plan.model_dump(mode="json"), location)
    columns, values = {*_found(part, "column")}, {*_found(part, "value")}
    of_column = [entry for entry in said if any(column in entry.meaning for column in columns)]
    of_both = [entry for entry in of_column if any(value in entry.words for value in values)]
    return [entry.words for entry in of_both or of_column or said]


def _part(dumped: Any, location: str) -> Any:
    """The part of the plan's JSON there, as far as it goes."""
    part = dumped
    for name, index in _STEP.findall(location):
        if isinstance(part, dict):
            inner = part.get(name)
        else:
            inner = part[int(index)] if index and isinstance(part, list) else None
        if inner is None:
            return part
        part = inner
    return part


def _found(part: Any, key: str) -> list[str]:
    """The texts of all that is called `key` in it."""
    if isinstance(part, list):
        return [text for item in part for text in _found(item, key)]
    if not isinstance(part, dict):
        return []
    own = [str(part[key])] if isinstance(part.get(key), str | int | float) else []
    return own + [text for inner in part.values() for text in _found(inner, key)]
