"""Needs nothing running."""

import inspect
import json
from dataclasses import asdict
from types import ModuleType

import pytest

from datavalut.errors import DataValutError
from datavalut.filters.errors import FilterPlanError, FilterProblem, ProblemKind
from datavalut.filters.model import NotUnderstood, Refusal
from datavalut.planning import errors as planning
from datavalut.subset import errors as subset
from datavalut.transfer import errors as transfer
from datavalut.transfer.preflight.finding import Finding, Severity
from datavalut.workflow import errors as workflow
from datavalut.workflow.job_errors import INTERNAL, job_error

HOW_A_WORKER_LEARNS_THAT_ITS_JOB_ENDED = {transfer.JobNoLongerRunning}
NEVER_RAISED_ITSELF = {transfer.TransferError, transfer.ConnectFailed}
A_MISTAKE_OF_OURS = {subset.UnknownTable}
FINDINGS = (
    Finding("row_security", Severity.ERROR, "public.orders", "Rows are hidden.", "Use another user."),
    Finding("missing_extension", Severity.ERROR, "vector", "The target lacks vector.", "Ask the operator."),
)
FACTS = {
    "host": "db.example.com",
    "port": 5432,
    "user": "reader",
    "database": "shop",
    "reason": "Connection refused",
    "change": "there is no table public.orders any more",
    "sslmode": "require",
    "sqlstate": "42P01",
    "version": 18,
    "supported": (12, 17),
    "table": "public.orders",
    "name": "vector",
    "object_name": "VIEW public.totals",
    "snapshot_id": "00000003-0000001B-1",
    "discrepancies": (transfer.Discrepancy("rows of public.orders", "3", "2"),),
    "cause": planning.UnavailableCause.TIMEOUT,
    "attempts": 3,
    "problems": ("there is no column surname",),
    "refusal": Refusal(reason="Some words are not understood.", not_understood=(NotUnderstood(words="purple"),)),
    "seconds": 840.0,
    "statements": ("root", "exclude"),
    "findings": FINDINGS,
}


def errors_of(module: ModuleType) -> list[type[DataValutError]]:
    return [
        error
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, DataValutError)
        and error.__module__ == module.__name__
        and error not in HOW_A_WORKER_LEARNS_THAT_ITS_JOB_ENDED | NEVER_RAISED_ITSELF | A_MISTAKE_OF_OURS
    ]


def example_of(error: type[DataValutError]) -> DataValutError:
    parameters = inspect.signature(error).parameters.values()
    facts = {
        parameter.name: FACTS[parameter.name]
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
    }
    return error(**facts)


def test_rows_that_break_a_rule_are_told_by_table_constraint_and_key() -> None:
    told = job_error(transfer.ConstraintViolated("public.orders", "orders_pkey", "id = 5"))
    assert "public.orders" in told.message
    assert "orders_pkey" in told.message
    assert told.details == ("Among them is id = 5.",)


def test_a_refused_row_is_told_with_the_constraint_that_refused_it() -> None:
    told = job_error(transfer.CopyFailed("public.orders", "23514", "a check is violated", "positive", "7, -1"))
    assert "public.orders" in told.message
    assert "-1" not in told.message
    assert told.details == ("They violate the constraint positive.", "One of them is (7, -1).")


@pytest.mark.parametrize(
    "error", [*errors_of(transfer), *errors_of(planning), *errors_of(subset), *errors_of(workflow)]
)
def test_every_error_that_a_step_can_meet_tells_its_cause_and_a_remedy(error: type[DataValutError]) -> None:
    told = job_error(example_of(error))
    assert told is not INTERNAL
    assert told.message.strip()
    assert told.remedy.strip()
    assert "\n" not in told.message


def test_one_finding_before_the_start_is_the_error() -> None:
    told = job_error(transfer.PreflightFailed(FINDINGS[:1]))
    assert (told.code, told.message, told.remedy, told.details) == (
        "row_security",
        "Rows are hidden.",
        "Use another user.",
        (),
    )


def test_several_findings_are_told_all_at_once_each_with_its_remedy() -> None:
    told = job_error(transfer.PreflightFailed(FINDINGS))
    assert told.code == "preflight_failed"
    assert told.message == "2 things keep the job from being begun."
    assert told.details == ("Rows are hidden. Use another user.", "The target lacks vector. Ask the operator.")


def test_a_prompt_that_is_not_understood_fails_with_its_words_and_what_they_may_mean() -> None:
    refusal = Refusal(
        reason="I do not know what some words mean.",
        not_understood=(NotUnderstood(words="purple"), NotUnderstood(words="date", candidates=("due", "paid"))),
    )
    told = job_error(planning.PromptNotUnderstood(refusal))
    assert told.code == "prompt_not_understood"
    assert told.details == ('"purple"', '"date": one of due, paid?')


def test_a_filter_that_does_not_fit_fails_with_each_problem() -> None:
    told = job_error(
        FilterPlanError(
            (FilterProblem("roots[0].table", ProblemKind.UNKNOWN_TABLE, "there is no table cats", ("carts",)),)
        )
    )
    assert told.details == ("roots[0].table: there is no table cats (perhaps: carts)",)


def test_an_unknown_error_says_nothing_of_its_text() -> None:
    assert job_error(RuntimeError("password=hunter2")) is INTERNAL
    assert "hunter2" not in str(INTERNAL)


def test_a_snapshot_that_other_sessions_cannot_import_tells_what_lies_between() -> None:
    told = job_error(transfer.SnapshotLost("00000003-0000001B-1"))
    assert told.code == "snapshot_not_shared"
    assert "different servers" in told.message
    assert "pooler in transaction mode" in told.message


def test_a_lock_on_the_source_is_not_told_as_a_lost_connection() -> None:
    locked = job_error(transfer.SourceBusy(transfer.LOCK_NOT_AVAILABLE))
    assert locked.code == "source_locked"
    assert "locked by others" in locked.message
    assert job_error(transfer.SourceBusy("40001")).code == "source_connection_lost"


@pytest.mark.parametrize(
    "error",
    [
        planning.PlannerAnswerInvalid(3, ("p" * 300_000,)),
        planning.PlannerAnswerInvalid(3, ("p" * 100,) * 20_000),
        planning.PromptNotUnderstood(
            Refusal(
                reason="r" * 300_000, not_understood=(NotUnderstood(words="w" * 9_000, candidates=("c" * 99,) * 999),)
            )
        ),
        transfer.SchemaNotReadable("s" * 300_000),
    ],
)
def test_no_error_is_too_long_to_be_kept(error: DataValutError) -> None:
    assert len(json.dumps(asdict(job_error(error)))) < 32_000


def test_details_that_are_not_told_are_counted() -> None:
    details = job_error(planning.PlannerAnswerInvalid(3, tuple(map(str, range(60))))).details
    assert details == (*map(str, range(50)), "And 10 more.")
