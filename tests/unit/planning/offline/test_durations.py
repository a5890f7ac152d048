"""Lengths between two dates of a row, and what was done in time. Needs nothing running."""

import pytest

from datavalut.filters.check import check_plan
from datavalut.filters.model import (
    Arithmetic,
    ArithmeticOperator,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    FilterPlan,
    LiteralValue,
    Refusal,
)
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, compare_columns, null, older, root, time, upcoming

AGENCY = catalog(
    "agency",
    (
        table("members", "id int!", "joined_on date!"),
        table("loans", "id int!", "member_id int!", "loaned_on date!", "due_on date!", "returned_on date"),
        table("stays", "id int!", "member_id int!", "check_in date!", "check_out date!", "created_at tstz!"),
        table("leaves", "id int!", "member_id int!", "starts_on date!", "ends_on date!", "days int!"),
        table("tasks", "id int!", "created_at tstz!", "due_date date", "completed_at tstz"),
        table(
            "shipments",
            *("id int!", "ordered_at tstz!", "shipped_at tstz", "delivered_at tstz", "expected_delivery_at tstz"),
        ),
        table("cards", "id int!", "issued_on date!", "expires_on date!"),
        table("projects", "id int!", "started_on date!", "finished_on date"),
        table("vans", "id int!", "purchased_on date!", "last_inspected_on date"),
    ),
    (
        reference("loans", "member_id", "members"),
        reference("stays", "member_id", "members"),
        reference("leaves", "member_id", "members"),
    ),
)


def moved(column: str, by: int | str, sign: str = "+") -> Arithmetic:
    return Arithmetic(operator=ArithmeticOperator(sign), left=ColumnValue(column=column), right=LiteralValue(value=by))


def day_after(column: str, days: int) -> Arithmetic:
    """The end of the day so many days later."""
    return Arithmetic(operator=ArithmeticOperator.ADD, left=moved(column, days), right=LiteralValue(value=1))


def beside(column: str, operator: str, other: Arithmetic) -> Condition:
    return Comparison(left=ColumnValue(column=column), operator=ComparisonOperator(operator), right=other)


UNDERSTOOD: list[tuple[str, str, Condition]] = [
    ("stays longer than 3 nights", "stays", beside("check_out", ">", moved("check_in", 3))),
    ("stays of 3 or more nights", "stays", beside("check_out", ">=", moved("check_in", 3))),
    ("stays of exactly 2 nights", "stays", beside("check_out", "=", moved("check_in", 2))),
    (
        "stays of 2 to 5 nights",
        "stays",
        both(
            beside("check_out", ">=", moved("check_in", 2)),
            beside("check_out", "<=", moved("check_in", 5)),
        ),
    ),
    ("stays lasting more than a week", "stays", beside("check_out", ">", moved("check_in", 7))),
    ("leaves longer than 10 days", "leaves", compare("days", ">", 10)),
    ("loans that lasted over a month", "loans", beside("returned_on", ">", moved("loaned_on", "1 months"))),
    ("loans returned late", "loans", compare_columns("returned_on", ">", "due_on")),
    ("loans returned on time", "loans", compare_columns("returned_on", "<=", "due_on")),
    ("loans that were returned early", "loans", compare_columns("returned_on", "<", "due_on")),
    ("loans returned more than 5 days late", "loans", beside("returned_on", ">", moved("due_on", 5))),
    ("loans returned late by at least a week", "loans", beside("returned_on", ">=", moved("due_on", 7))),
    ("loans returned within 2 weeks", "loans", beside("returned_on", "<=", moved("loaned_on", 14))),
    ("loans returned after more than 7 days", "loans", beside("returned_on", ">", moved("loaned_on", 7))),
    ("loans returned in under 7 days", "loans", beside("returned_on", "<", moved("loaned_on", 7))),
    (
        "loans more than 30 days overdue",
        "loans",
        both(time("due_on", older(30, "day")), null("returned_on")),
    ),
    # What is due on a day may be done until it ends.
    ("tasks completed late", "tasks", beside("completed_at", ">=", moved("due_date", 1))),
    ("tasks completed on time", "tasks", beside("completed_at", "<", moved("due_date", 1))),
    ("tasks completed after the due date", "tasks", beside("completed_at", ">=", moved("due_date", 1))),
    ("tasks completed before the due date", "tasks", compare_columns("completed_at", "<", "due_date")),
    ("tasks completed within 48 hours", "tasks", beside("completed_at", "<=", moved("created_at", "48 hours"))),
    ("tasks that took less than 3 days", "tasks", beside("completed_at", "<", moved("created_at", "3 days"))),
    ("shipments delivered late", "shipments", compare_columns("delivered_at", ">", "expected_delivery_at")),
    (
        "shipments shipped more than 5 days after the order date",
        "shipments",
        beside("shipped_at", ">", moved("ordered_at", "5 days")),
    ),
    (
        "shipments delivered within 3 days of being shipped",
        "shipments",
        both(
            beside("delivered_at", ">=", moved("shipped_at", "3 days", "-")),
            beside("delivered_at", "<=", moved("shipped_at", "3 days")),
        ),
    ),
    (
        "stays made within a week of check-in",
        "stays",
        both(
            beside("created_at", ">=", moved("check_in", 7, "-")),
            beside("created_at", "<", day_after("check_in", 7)),
        ),
    ),
    (
        "shipments delivered less than a day after they were shipped",
        "shipments",
        both(
            beside("delivered_at", "<", moved("shipped_at", "1 days")),
            compare_columns("delivered_at", ">=", "shipped_at"),
        ),
    ),
    ("projects that lasted more than a year", "projects", beside("finished_on", ">", moved("started_on", "1 years"))),
    ("cards expiring within 3 months", "cards", time("expires_on", upcoming(3, "month"))),
    ("cards expiring in 30 days", "cards", time("expires_on", upcoming(30, "day"))),
]


@pytest.mark.parametrize(("prompt", "of", "meant"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_a_length_between_two_dates(prompt: str, of: str, meant: Condition) -> None:
    plan = plan_offline(prompt, AGENCY)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root(of, meant),)
    check_plan(plan, AGENCY)


NOT_SAID_ENOUGH = [
    "loans longer than 30 days",  # as lent, or as returned?
    "loans over 30 days",
    "loans returned 5 days late",
    "loans returned within 5 days of the due date",  # before it or after it?
    "shipments delivered within 3 days",  # of the order, or of the shipping?
    "shipments that took more than a week",
    "members late by 5 days",
    "late loans",  # returned late, or out still?
    "stays longer than 3 hours",
    "stays longer than 3 nights in 2025",  # booked then, or spent?
    "stays next month",
    "cards expired within 30 days",
    "tasks created within 30 days",
    "projects longer than a year",  # those still running, too?
    "the 10 longest projects",
    "loans returned late in 2025",  # lent then, or returned?
    "tasks completed after the due date in 2025",
    "loans not returned late",  # returned in time, or not at all?
    "vans inspected within a year of purchase",  # before the last inspection may have been others
]


@pytest.mark.parametrize("prompt", NOT_SAID_ENOUGH)
def test_a_length_of_what_is_not_said_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, AGENCY)
    assert isinstance(answer, Refusal), answer.reading
