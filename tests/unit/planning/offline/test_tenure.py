"""How long something has been so, or has not been done. Needs nothing running."""

import pytest

from datavalut.filters.check import check_plan
from datavalut.filters.model import Condition, FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import SHOP, catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aged,
    both,
    compare,
    exists,
    last,
    no,
    older,
    path,
    root,
    time,
)

HELPDESK = catalog(
    "helpdesk",
    (
        table("members", "id int!", "name text!", "vip bool!", "joined_on date!", "last_login_at tstz"),
        table("agents", "id int!", "hired_on date!", "terminated_on date"),
        table("tickets", "id int!", "member_id int!", "status open|suspended|done!", "created_at tstz!"),
    ),
    (reference("tickets", "member_id", "members"),),
)

UNDERSTOOD: list[tuple[str, str, Condition]] = [
    ("members for more than 2 years", "members", time("joined_on", older(2, "year"))),
    ("members for at least 2 years", "members", time("joined_on", aged(2, None))),
    ("members with over 5 years of membership", "members", time("joined_on", older(5, "year"))),
    ("members who have been members for less than a year", "members", time("joined_on", last(1, "year"))),
    ("members who have been with us for over 18 months", "members", time("joined_on", older(18, "month"))),
    (
        "tickets open for more than a week",
        "tickets",
        both(compare("status", "=", "open"), time("created_at", older(1, "week"))),
    ),
    (
        "tickets that have been open for over 30 days",
        "tickets",
        both(compare("status", "=", "open"), time("created_at", older(30, "day"))),
    ),
    (
        "members with no tickets in 6 months",
        "members",
        no(exists(path("v tickets.member_id"), time("created_at", last(6, "month")))),
    ),
    ("members who haven't logged in for 90 days", "members", no(time("last_login_at", last(90, "day")))),
    ("members who have not logged in for over a year", "members", no(time("last_login_at", last(1, "year")))),
]


@pytest.mark.parametrize(("prompt", "of", "meant"), UNDERSTOOD)
def test_a_length_until_now(prompt: str, of: str, meant: Condition) -> None:
    plan = plan_offline(prompt, HELPDESK)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root(of, meant),)
    check_plan(plan, HELPDESK)


NOT_KNOWN = [
    "agents with more than 5 years of service",  # those who left may have stayed shorter
    "tickets suspended for more than a week",  # no date says since when
    "members for 2 years",
    "vip members for more than 2 years",
    "members who have been vip for more than 2 years",
    "members who logged in for 90 days",
    "members with tickets in 6 months",
    "tickets not created in 5 days",
]


@pytest.mark.parametrize("prompt", NOT_KNOWN)
def test_a_length_until_what_nobody_knows_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, HELPDESK)
    assert isinstance(answer, Refusal), answer.reading


def test_a_silence_is_that_of_the_phrase_with_the_no() -> None:
    assert isinstance(plan_offline("customers not in Berlin with orders in 6 months", SHOP), Refusal)
