"""Wordings of time. Needs nothing running."""

from datetime import UTC, datetime

import pytest

from datavalut.filters.model import FilterPlan, Refusal, TimeWindow
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import SHOP
from tests.unit.planning.offline.conditions import calendar, dates, either, last, older, root, time

WORDINGS: list[tuple[str, TimeWindow]] = [
    ("orders in the last 24 hours", last(24, "hour")),
    ("orders from the past 6 mths", last(6, "month")),
    ("orders in the last 6mo", last(6, "month")),
    ("orders of the last 30d", last(30, "day")),
    ("orders in the last couple of months", last(2, "month")),
    ("last month's orders", calendar("month", -1)),
    ("yesterday's orders", calendar("day", -1)),
    ("2024 orders", dates("2024-01-01", "2025-01-01")),
    ("March 2024 orders", dates("2024-03-01", "2024-04-01")),
    ("orders so far this year", calendar("year", 0)),
    ("orders year to date", calendar("year", 0)),
    ("orders since the start of the year", calendar("year", 0)),
    ("orders since the beginning of 2024", dates("2024-01-01", None)),
    ("orders until June 2024", dates(None, "2024-07-01")),
    ("orders up to 2024-12-31", dates(None, "2025-01-01")),
    ("orders by the end of 2024", dates(None, "2025-01-01")),
    ("orders after March 2024 and before June 2024", dates("2024-04-01", "2024-06-01")),
    ("orders since 2023 and before 2025", dates("2023-01-01", "2025-01-01")),
    ("orders in 2024-03", dates("2024-03-01", "2024-04-01")),
    ("orders in 03/2024", dates("2024-03-01", "2024-04-01")),
    ("orders in the month of March 2024", dates("2024-03-01", "2024-04-01")),
    ("orders from the 1990s", dates("1990-01-01", "2000-01-01")),
    ("orders in the 90s", dates("1990-01-01", "2000-01-01")),
    ("orders more than 90 days old", older(90, "day")),
    ("orders placed over a year ago", older(1, "year")),
    ("orders in the last quarter of 2025", dates("2025-10-01", "2026-01-01")),
    ("orders in the first 6 months of 2025", dates("2025-01-01", "2025-07-01")),
    ("orders in the last three months of 2024", dates("2024-10-01", "2025-01-01")),
    ("orders in 2023-2025", dates("2023-01-01", "2026-01-01")),
    ("orders from March 2025 until now", dates("2025-03-01", None)),
    ("orders from 2025 to date", dates("2025-01-01", None)),
    ("orders no older than 30 days", last(30, "day")),
    ("orders placed under 2 weeks ago", last(2, "week")),
]
NOT_SAID_ENOUGH = [
    "orders from 05/06/2024",  # which of them is the month?
    "orders in March",
    "orders in recent months",
    "orders in the last few days",
    "orders in summer 2024",
    "orders in FY2024",
    "orders placed within 30 days",
    "orders on Mondays",
    "orders on weekends",
    "orders in late 2025",
    "orders at the end of 2025",
    "orders in the last week of 2025",
    "orders 2 days ago",
    "orders in the last quarter of the year",
    "orders in the last quarter of last year",
]


@pytest.mark.parametrize(("prompt", "window"), WORDINGS, ids=[case[0] for case in WORDINGS])
def test_a_wording_means_a_window(prompt: str, window: TimeWindow) -> None:
    plan = plan_offline(prompt, SHOP)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root("orders", time("order_date", window)),)


@pytest.mark.parametrize("joiner", ["or", "and"])
def test_months_of_one_year_are_alternatives(joiner: str) -> None:
    plan = plan_offline(f"orders in January {joiner} March 2024", SHOP)
    assert isinstance(plan, FilterPlan), plan
    months = dates("2024-01-01", "2024-02-01"), dates("2024-03-01", "2024-04-01")
    assert plan.roots == (root("orders", either(*(time("order_date", month) for month in months))),)


@pytest.mark.parametrize("joiner", ["or", "and"])
def test_quarters_of_one_year_are_alternatives(joiner: str) -> None:
    plan = plan_offline(f"orders in Q1 {joiner} Q3 2024", SHOP)
    assert isinstance(plan, FilterPlan), plan
    quarters = dates("2024-01-01", "2024-04-01"), dates("2024-07-01", "2024-10-01")
    assert plan.roots == (root("orders", either(*(time("order_date", quarter) for quarter in quarters))),)


@pytest.mark.parametrize("prompt", NOT_SAID_ENOUGH)
def test_a_time_that_leaves_a_choice_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, SHOP), Refusal)


def test_with_a_reference_time_the_evidence_tells_the_days() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    plan = plan_offline("customers from last 6 months", SHOP, reference_time=now)
    assert isinstance(plan, FilterPlan)
    assert [(entry.words, entry.meaning) for entry in plan.evidence] == [
        ("customers", "the table public.customers"),
        ("from last 6 months", "customers.created_at within the last 6 months (2026-05-23 to 2026-11-23)"),
    ]
    assert plan.roots == (root("customers", time("created_at", last(6, "month"))),)


@pytest.mark.parametrize(
    ("prompt", "days"),
    [
        ("orders from last month", "2026-10-01 to 2026-10-31"),
        ("orders this year", "2026-01-01 to 2026-12-31"),
        ("orders older than 2 years", "before 2024-11-23"),
    ],
)
def test_calendar_periods_are_told_by_their_first_and_last_day(prompt: str, days: str) -> None:
    plan = plan_offline(prompt, SHOP, reference_time=datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert isinstance(plan, FilterPlan)
    assert f"({days})" in plan.evidence[-1].meaning
