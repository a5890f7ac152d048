"""Goals that were reached, money that was raised, states in other words than their labels, dates that have passed, and
who belongs to what. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import (
    Age,
    Comparison,
    ComparisonOperator,
    Condition,
    Expression,
    FilterPlan,
    Refusal,
    Root,
    TimeUnit,
)
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aged,
    aggregate,
    both,
    compare,
    compare_columns,
    compare_expression,
    count,
    dates,
    exists,
    no,
    null,
    one_of,
    path,
    root,
    time,
    top,
    upcoming,
)
from tests.unit.planning.offline.known_values import FixedValues

APPEALS = catalog(
    "appeals",
    (
        table("donors", "id int!", "full_name text!", "email text"),
        table(
            "campaigns",
            *("id int!", "name text!", "goal_amount num!", "ends_on date", "status planned|running|completed!"),
        ),
        table(
            "donations",
            "id int!",
            "donor_id int!",
            "campaign_id int",
            "amount num!",
            "currency text!",
            "given_on date!",
        ),
        table("tickets", "id int!", "campaign_id int!", "paid_amount num!"),
        table(
            "pledges",
            "id int!",
            "donor_id int!",
            "due_on date!",
            "fulfilled_on date",
            "is_recurring bool!",
            "coordinator_id int",
        ),
        table("events", "id int!", "title text!", "venue text!", "city text!", "held_on date!", "price num!"),
        table("beneficiaries", "id int!", "name text!", "case_worker_id int"),
        table("staff", "id int!", "full_name text!", "job_title text!", "birth_date date!"),
        table("sponsors", "id int!", "company_name text!", "valid_from date!", "valid_until date"),
    ),
    (
        reference("donations", "donor_id", "donors"),
        reference("donations", "campaign_id", "campaigns"),
        reference("tickets", "campaign_id", "campaigns"),
        reference("pledges", "donor_id", "donors"),
        reference("pledges", "coordinator_id", "staff"),
        reference("beneficiaries", "case_worker_id", "staff"),
    ),
)
FUNDS = catalog(  # where the amount that was raised is kept
    "funds",
    (
        table("campaigns", "id int!", "goal_amount num!", "raised_amount num!"),
        table("tickets", "id int!", "campaign_id int!", "paid_amount num!"),
    ),
    (reference("tickets", "campaign_id", "campaigns"),),
)
SUITE = catalog(  # software that teams rent
    "suite",
    (
        table("workspaces", "id int!", "name text!", "plan free|pro!", "owner_id int"),
        table("users", "id int!", "workspace_id int!", "full_name text!", "is_2fa_enabled bool!"),
        table("projects", "id int!", "name text!", "deadline date", "featured_user_id int", "assigned_agent_id int"),
        table("seats", "id int!", "price num!"),
        table("payments", "id int!", "method card|transfer!", "status succeeded|failed!", "amount num!"),
        table("courses", "id int!", "is_elective bool!"),
        table("lecturers", "id int!", "full_name text!", "rank full_professor|associate_professor|fellow!"),
        table("tasks", "id int!", "lecturer_id int!"),
    ),
    (
        reference("workspaces", "owner_id", "users"),
        reference("users", "workspace_id", "workspaces"),
        reference("tasks", "lecturer_id", "lecturers"),
        reference("projects", "featured_user_id", "users"),
        reference("projects", "assigned_agent_id", "users"),
    ),
)
VALUES = FixedValues(
    {
        ("events", "venue"): ("City Hall",),
        ("events", "city"): ("Berlin",),
        ("donations", "currency"): ("EUR", "USD"),
        ("staff", "job_title"): ("Coordinator", "Director"),
    }
)
GIFTS = path("v donations.campaign_id")
GIVEN = path("v donations.donor_id")
RAISED = aggregate("sum", GIFTS, "amount")


def reached(amount: Expression, operator: str) -> Condition:
    goal = compare_columns("goal_amount", operator, "goal_amount")
    assert isinstance(goal, Comparison)
    return Comparison(left=amount, operator=ComparisonOperator(operator), right=goal.right)


def past(column: str) -> Condition:
    return time(column, Age(unit=TimeUnit.DAY, at_least=1))


def begun(column: str) -> Condition:
    return time(column, Age(unit=TimeUnit.DAY))


def given_in(year: int) -> Condition:
    return exists(GIVEN, time("given_on", dates(f"{year}-01-01", f"{year + 1}-01-01")))


UNDERSTOOD: list[tuple[Catalog, str, Root]] = [
    # goals and what was raised
    (APPEALS, "campaigns that reached their goal", root("campaigns", reached(RAISED, ">="))),
    (APPEALS, "campaigns that have not reached their goal", root("campaigns", no(reached(RAISED, ">=")))),
    (APPEALS, "campaigns that raised more than their goal", root("campaigns", reached(RAISED, ">"))),
    (APPEALS, "campaigns that raised over 10,000", root("campaigns", compare_expression(RAISED, ">", 10000))),
    (APPEALS, "top 5 campaigns by amount raised", root("campaigns", top=top(5, RAISED))),
    (APPEALS, "the 10 campaigns that raised the most", root("campaigns", top=top(10, RAISED))),
    (
        FUNDS,
        "campaigns that exceeded their goal",
        root("campaigns", compare_columns("raised_amount", ">", "goal_amount")),
    ),
    (FUNDS, "campaigns that raised less than 5000 in total", root("campaigns", compare("raised_amount", "<", 5000))),
    (FUNDS, "top 5 campaigns by amount raised", root("campaigns", top=top(5, "raised_amount"))),
    # deeds in the past tense, and in both of two years
    (APPEALS, "donors who gave at least 3 times", root("donors", count(GIVEN, ">=", 3))),
    (APPEALS, "donors who did not donate", root("donors", no(exists(GIVEN)))),
    (APPEALS, "donors who donated in both 2024 and 2025", root("donors", both(given_in(2024), given_in(2025)))),
    (
        APPEALS,
        "top 10 donors by amount donated",
        root("donors", top=top(10, aggregate("sum", GIVEN, "amount"))),
    ),
    # what is on by its two dates
    (APPEALS, "current sponsors", root("sponsors", both(begun("valid_from"), no(past("valid_until"))))),
    # currencies
    (
        APPEALS,
        "donations of at least 100 euros",
        root("donations", both(compare("amount", ">=", 100), compare("currency", "=", "EUR"))),
    ),
    # states in other words
    (APPEALS, "finished campaigns", root("campaigns", compare("status", "=", "completed"))),
    (APPEALS, "ongoing campaigns", root("campaigns", compare("status", "=", "running"))),
    (APPEALS, "overdue pledges", root("pledges", both(past("due_on"), null("fulfilled_on")))),
    (APPEALS, "one-time pledges", root("pledges", compare("is_recurring", "=", False))),
    (APPEALS, "campaigns that have ended", root("campaigns", past("ends_on"))),
    (APPEALS, "past events", root("events", past("held_on"))),
    (APPEALS, "upcoming events", root("events", time("held_on", upcoming(1000, "year")))),
    (APPEALS, "free events", root("events", compare("price", "=", 0))),
    (
        SUITE,
        "card payments that failed",
        root("payments", both(compare("method", "=", "card"), compare("status", "=", "failed"))),
    ),
    (SUITE, "successful payments", root("payments", compare("status", "=", "succeeded"))),
    (SUITE, "payments that failed or succeeded", root("payments", one_of("status", "failed", "succeeded"))),
    (SUITE, "required courses", root("courses", compare("is_elective", "=", False))),
    # dates that have passed, by any name
    (SUITE, "projects past their deadline", root("projects", past("deadline"))),
    (SUITE, "projects whose deadline has not passed", root("projects", no(past("deadline")))),
    (APPEALS, "sponsors without an expiry date", root("sponsors", null("valid_until"))),
    # places of several words, roles of two, what is provided
    (APPEALS, "events at City Hall", root("events", compare("venue", "=", "City Hall"))),
    (APPEALS, "beneficiaries with a case worker", root("beneficiaries", no(null("case_worker_id")))),
    (APPEALS, "pledges without a coordinator", root("pledges", null("coordinator_id"))),
    (SUITE, "users with 2FA", root("users", compare("is_2fa_enabled", "=", True))),
    (APPEALS, "staff aged 25 or older", root("staff", time("birth_date", aged(25, None)))),
    # who belongs to a group, though one of them owns it
    (
        SUITE,
        "users of pro workspaces",
        root("users", exists(path("^ workspaces.workspace_id"), compare("plan", "=", "pro"))),
    ),
    (SUITE, "workspaces with more than 10 users", root("workspaces", count(path("v users.workspace_id"), ">", 10))),
    (SUITE, "unassigned projects", root("projects", null("assigned_agent_id"))),
    (SUITE, "full professors", root("lecturers", compare("rank", "=", "full_professor"))),
]
REFUSED: list[tuple[Catalog, str]] = [
    (SUITE, "workspaces of users called Ana"),  # that they own, or are in?
    (SUITE, "professors"),  # full ones, associate ones, or all lecturers?
    (SUITE, "tasks of professors"),
    (APPEALS, "donations over $100"),  # whose dollars?
    (APPEALS, "donors who gave 500 or more"),  # at once, or in all?
    (APPEALS, "campaigns that raised awareness"),
    (APPEALS, "sponsors that reached their goal"),
    (SUITE, "free seats"),  # that nobody has, or that cost nothing?
    (SUITE, "featured projects"),  # somebody featured in it makes it none
    (APPEALS, "past campaigns"),  # it may be on still
    (FUNDS, "campaigns that raised more than 1000 in 2025"),  # by then, or then?
    (SUITE, "payments that failed in 2025"),  # no date says when
]


@pytest.mark.parametrize(("of", "prompt", "expected"), UNDERSTOOD, ids=[prompt for _, prompt, _ in UNDERSTOOD])
def test_goals_and_states_are_understood(of: Catalog, prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, of, VALUES)

    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("of", "prompt"), REFUSED, ids=[prompt for _, prompt in REFUSED])
def test_what_could_be_meant_otherwise_is_refused(of: Catalog, prompt: str) -> None:
    assert isinstance(plan_offline(prompt, of, VALUES), Refusal)
