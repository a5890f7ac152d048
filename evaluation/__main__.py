"""`make eval`: the offline planner against prompts whose right rows were written down by hand, in SQL.

About two thirds of the prompts are for tuning the planner, the others are held out: what is wrong with single prompts
is shown for the first only (`--show all` shows what is not right, with the plan's reading or the refusal).
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from evaluation.cases import DATABASES, HALVES, Case, read_cases
from evaluation.databases import Database, made_database, running_server
from evaluation.judge import Judge

RIGHT, REFUSED, WRONG = "right", "refused", "silently wrong"


@dataclass(frozen=True)
class Result:
    case: Case
    outcome: str
    seconds: float
    answer: FilterPlan | Refusal


def evaluated(cases: Sequence[Case], database: Database) -> Iterator[Result]:
    judge = Judge(database.session, database.catalog, database.reference_time)
    for case in cases:
        began = time.perf_counter()
        answer = plan_offline(case.prompt, database.catalog, database.values)
        seconds = time.perf_counter() - began
        yield Result(case, _outcome(judge, case, answer), seconds, answer)


def _outcome(judge: Judge, case: Case, answer: FilterPlan | Refusal) -> str:
    if isinstance(answer, Refusal):
        return RIGHT if any(gold.refused for gold in case.golds) else REFUSED
    return RIGHT if any(judge.is_right(answer, gold) for gold in case.golds) else WRONG


def _described(answer: FilterPlan | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else answer.reading


def _print_table(half: str, results: Sequence[Result]) -> None:
    print(f"\n{half.replace('_', ' ')}: {len(results)} prompts")
    print(f"{'':32}{'prompts':>8}{RIGHT:>16}{REFUSED:>16}{WRONG:>18}")
    kinds = list(dict.fromkeys(result.case.kind for result in results))
    for kind in [*kinds, "all"]:
        outcomes = Counter(result.outcome for result in results if kind in {result.case.kind, "all"})
        shares = [
            f"{outcomes[outcome]} ({outcomes[outcome] / outcomes.total():.0%})" for outcome in (RIGHT, REFUSED, WRONG)
        ]
        print(f"{kind:32}{outcomes.total():>8}{shares[0]:>16}{shares[1]:>16}{shares[2]:>18}")
    print(f"slowest: {max(result.seconds for result in results) * 1000:.0f} ms")


def _print_not_right(results: Sequence[Result]) -> None:
    for result in results:
        if result.outcome != RIGHT:
            print(
                f"{result.outcome:15} {result.case.database:7} {result.case.prompt}\n{'':24}{_described(result.answer)}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--show", choices=("tuning", "all", "none"), default="none", help="the prompts not right of")
    shown = parser.parse_args().show
    results: dict[str, list[Result]] = {half: [] for half in HALVES}
    with running_server() as server:
        for name in DATABASES:
            with made_database(server, name) as database:
                for half in HALVES:
                    cases = [case for case in read_cases(half) if case.database == name]
                    results[half].extend(evaluated(cases, database))
    for half in HALVES:
        if shown in {half, "all"}:
            _print_not_right(results[half])
    for half in HALVES:
        _print_table(half, results[half])


if __name__ == "__main__":
    main()
