"""Ends of validity, last times, states of the day, and what is given to nobody. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import null, root

DESK = catalog(
    "desk",
    (
        table("carriers", "id int!", "name text!", "insurance_valid_until date!", "licence_exp_dt date"),
        table("players", "id int!", "contract_until date", "born_on date"),
        table("contacts", "id int!", "name text!", "last_login_at tstz", "country text!"),
        table("matches", "id int!", "kickoff_at tstz!", "status scheduled|played|postponed!"),
        table("agents", "id int!", "name text!"),
        table("customers", "id int!", "kind hotel|school!", "customer_since date!", "created_at tstz!"),
        table(
            "tickets",
            *("id int!", "assigned_agent_id int", "customer_id int", "created_at tstz!"),
            *("due_at tstz", "resolved_at tstz", "minutes int!"),
        ),
    ),
    (reference("tickets", "assigned_agent_id", "agents"), reference("tickets", "customer_id", "customers")),
)


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("carriers whose insurance expires within the next 90 days", "insurance_valid_until within the next 90 days"),
        ("carriers whose insurance has expired", "insurance_valid_until is in the past"),
        ("carriers whose driving license has expired", "licence_exp_dt is in the past"),
        ("players whose contract runs out in the next 6 months", "contract_until within the next 6 months"),
        ("players whose contract ends in 2027", "contract_until in 2027"),
        ("contacts who last logged in before 2026", "last_login_at before 2026"),
        ("clients that became customers before 2020", "customer_since before 2020"),
        ("hotels that became customers in 2024", "customer_since in 2024"),
        ("tickets resolved after they were due", "resolved_at > due_at"),
        ("customers whose tickets add up to more than 90 minutes", "the sum of tickets: tickets.minutes more than 90"),
        ("matches played in the last 3 months", "kickoff_at within the last 3 months"),
    ],
)
def test_the_column_is_found(prompt: str, meant: str) -> None:
    plan = plan_offline(prompt, DESK)
    assert isinstance(plan, FilterPlan)
    assert any(meant in entry.meaning for entry in plan.evidence)


@pytest.mark.parametrize("prompt", ["tickets that are not assigned to anyone", "unassigned tickets"])
def test_what_is_assigned_to_nobody_leads_nowhere(prompt: str) -> None:
    plan = plan_offline(prompt, DESK)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("tickets", null("assigned_agent_id")),)


@pytest.mark.parametrize(
    "prompt",
    [
        "carriers whose insurance expires within the last 90 days",
        "carriers whose contract expires in 2027",
        "contacts who logged in before 2026",
        "matches postponed in the last 3 months",
        "agents not assigned to anyone",
        "tickets not assigned to anyone from Billing",
        "carriers whose insurance expires before 2026 or after 2028",
        "players whose contract ends in 2027 or 2028",
        "customers that became partners in 2024",
    ],
)
def test_what_no_column_tells_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, DESK), Refusal)


LEAGUE = catalog(
    "league",
    (
        table("stadiums", "id int!", "name text!", "capacity int!"),
        table("people", "id int!", "name text!"),
        table("players", "id int!", "name text!"),
        table("events", "id int!", "player_id int!", "kind goal|red_card!"),
        table("cars", "id int!", "odo_km int!"),
        table("rentals", "id int!", "car_id int!", "has_insurance bool!"),
    ),
    (reference("events", "player_id", "players"), reference("rentals", "car_id", "cars")),
)


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("stadiums that hold more than 30,000 people", "stadiums.capacity more than 30000"),
        ("stadiums seating at most 500 spectators", "stadiums.capacity at most 500"),
        ("players who scored at least 6 goals", "at least 6 events"),
        ("players who have never scored a goal", "not (at least one of events)"),
        ("cars with a mileage over 150000", "cars.odo_km more than 150000"),
        ("uninsured rentals", "has_insurance is false"),
        ("cars with insured rentals", "has_insurance is true"),
    ],
)
def test_capacities_goals_and_insurance(prompt: str, meant: str) -> None:
    plan = plan_offline(prompt, LEAGUE)
    assert isinstance(plan, FilterPlan)
    assert any(meant in entry.meaning for entry in plan.evidence)


@pytest.mark.parametrize(
    "prompt", ["players who scored more than 10", "rentals with a mileage over 10", "cars that hold more than 5 people"]
)
def test_an_amount_of_nothing_said_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, LEAGUE), Refusal)
