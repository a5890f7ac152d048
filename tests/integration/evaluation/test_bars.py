"""The prompts that `make eval` measures by: their gold is valid, and the planner keeps its bars. Needs PostgreSQL."""

from collections import Counter

import pytest

from datavalut.filters.model import FilterPlan
from evaluation.__main__ import REFUSED, RIGHT, WRONG, Result, evaluated
from evaluation.cases import DATABASES, HALVES, read_cases
from evaluation.databases import made_database, running_server
from evaluation.judge import Judge

BARS = {"simple": 0.9, "time and aggregates": 0.8, "logic and several subjects": 0.65, "must be refused": 1.0}
MOST_WRONG = 0.02


@pytest.fixture(scope="module")
def results() -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {half: [] for half in HALVES}
    with running_server() as server:
        for name in DATABASES:
            with made_database(server, name) as database:
                judge = Judge(database.session, database.catalog, database.reference_time)
                for half in HALVES:
                    cases = [case for case in read_cases(half) if case.database == name]
                    for case in cases:
                        for gold in case.golds:
                            judge.check(gold)
                    found[half].extend(evaluated(cases, database))
    return found


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(("kind", "bar"), BARS.items())
def test_each_kind_keeps_its_bar(results: dict[str, list[Result]], half: str, kind: str, bar: float) -> None:
    outcomes = Counter(result.outcome for result in results[half] if result.case.kind == kind)
    assert outcomes[RIGHT] >= bar * outcomes.total()


@pytest.mark.parametrize("half", HALVES)
def test_hardly_any_prompt_is_silently_wrong(results: dict[str, list[Result]], half: str) -> None:
    outcomes = Counter(result.outcome for result in results[half])
    assert outcomes[WRONG] <= MOST_WRONG * outcomes.total()
    assert outcomes.keys() <= {RIGHT, REFUSED, WRONG}


def test_plans_that_differ_have_different_readings(results: dict[str, list[Result]]) -> None:
    plans: dict[tuple[str, str], dict[FilterPlan, str]] = {}
    for result in results["tuning"]:
        if isinstance(result.answer, FilterPlan):
            chosen = result.answer.model_copy(update={"evidence": ()})
            plans.setdefault((result.case.database, chosen.reading), {})[chosen] = result.case.prompt
    assert [prompts for prompts in plans.values() if len(prompts) > 1] == []


def test_the_evidence_quotes_the_prompt(results: dict[str, list[Result]]) -> None:
    for result in results["tuning"]:
        if isinstance(result.answer, FilterPlan):
            assert [entry.words for entry in result.answer.evidence if entry.words not in result.case.prompt] == []


def test_there_are_enough_prompts_of_every_kind() -> None:
    for half in HALVES:
        kinds = Counter(case.kind for case in read_cases(half))
        assert kinds.keys() == BARS.keys()
        assert kinds.total() >= 75
    assert len({case.database for case in read_cases("held_out")}) >= 5


def test_no_prompt_is_in_both_halves() -> None:
    tuning, held_out = ({case.prompt.lower() for case in read_cases(half)} for half in HALVES)
    assert not tuning & held_out
