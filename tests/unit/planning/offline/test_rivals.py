"""Two counts or amounts of one row beside each other. Needs nothing running."""

import pytest

from datavalut.filters.check import check_plan
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Expression,
    FilterPlan,
    Refusal,
)
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aggregate,
    compare,
    compare_columns,
    compare_expression,
    counted,
    exists,
    path,
    root,
)

AGENCY = catalog(
    "agency",
    (
        table("agents", "id int!", "manager_id int", "salary num!", "desks int!"),
        table("listings", "id int!", "agent_id int!", "asking_price num!", "sold_price num"),
        table("offers", "id int!", "listing_id int!", "amount num!", "made_on date!"),
        table("viewings", "id int!", "listing_id int!", "kept bool!", "held_on date!"),
        table("homes", "id int!", "asking_price num!"),
        table("sales", "id int!", "home_id int!", "agent_id int!", "price num!", "sold_on date!"),
        table("bids", "id int!", "home_id int!", "agent_id int!", "amount num!"),
        table("projects", "id int!", "budget num!", "actual_cost num"),
        table("works", "id int!", "budget num!", "material_cost num", "labour_cost num"),
    ),
    (
        reference("agents", "manager_id", "agents"),
        reference("listings", "agent_id", "agents"),
        reference("sales", "home_id", "homes"),
        reference("sales", "agent_id", "agents"),
        reference("bids", "home_id", "homes"),
        reference("bids", "agent_id", "agents"),
        reference("offers", "listing_id", "listings"),
        reference("viewings", "listing_id", "listings"),
    ),
)
OFFERS = counted(path("v offers.listing_id"))
VIEWINGS = counted(path("v viewings.listing_id"))
LISTINGS = counted(path("v listings.agent_id"))


def beside(left: Expression, operator: str, right: Expression) -> Condition:
    return Comparison(left=left, operator=ComparisonOperator(operator), right=right)


def theirs(column: str, *steps: str) -> Expression:
    return Aggregate(function=AggregateFunction.MAX, path=path(*steps), of=ColumnValue(column=column))


UNDERSTOOD: list[tuple[str, str, Condition]] = [
    ("listings with more offers than viewings", "listings", beside(OFFERS, ">", VIEWINGS)),
    ("listings that have fewer offers than viewings", "listings", beside(OFFERS, "<", VIEWINGS)),
    (
        "listings that received more offers than kept viewings",
        "listings",
        beside(OFFERS, ">", counted(path("v viewings.listing_id"), compare("kept", "=", True))),
    ),
    ("agents with more listings than desks", "agents", beside(LISTINGS, ">", ColumnValue(column="desks"))),
    ("agents with fewer desks than listings", "agents", beside(ColumnValue(column="desks"), "<", LISTINGS)),
    ("listings sold above the asking price", "listings", compare_columns("sold_price", ">", "asking_price")),
    (
        "listings that sold for less than the asking price",
        "listings",
        compare_columns("sold_price", "<", "asking_price"),
    ),
    (
        "homes sold above the asking price",
        "homes",
        exists(
            path("v sales.home_id"),
            beside(ColumnValue(column="price"), ">", theirs("asking_price", "^ homes.home_id")),
        ),
    ),
    (
        "offers whose amount is below the asking price",
        "offers",
        beside(ColumnValue(column="amount"), "<", theirs("asking_price", "^ listings.listing_id")),
    ),
    ("listings sold for over 500000", "listings", compare("sold_price", ">", 500000)),
    ("homes sold for over 500000", "homes", exists(path("v sales.home_id"), compare("price", ">", 500000))),
    # What is bid is not paid.
    (
        "agents with total sales over 1000000",
        "agents",
        compare_expression(aggregate("sum", path("v sales.agent_id"), "price"), ">", 1000000),
    ),
    ("projects over budget", "projects", compare_columns("actual_cost", ">", "budget")),
    ("projects that are under their budget", "projects", compare_columns("actual_cost", "<", "budget")),
    (
        "offers above the asking price",
        "offers",
        beside(ColumnValue(column="amount"), ">", theirs("asking_price", "^ listings.listing_id")),
    ),
    (
        "listings with offers below the asking price",
        "listings",
        exists(
            path("v offers.listing_id"),
            beside(ColumnValue(column="amount"), "<", theirs("asking_price", "^ listings.listing_id")),
        ),
    ),
    (
        "agents who earn more than their manager",
        "agents",
        beside(ColumnValue(column="salary"), ">", theirs("salary", "^ agents.manager_id")),
    ),
]


@pytest.mark.parametrize(("prompt", "of", "meant"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_two_values_of_one_row(prompt: str, of: str, meant: Condition) -> None:
    plan = plan_offline(prompt, AGENCY)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root(of, meant),)
    check_plan(plan, AGENCY)


NOT_SAID_ENOUGH = [
    "works over budget",  # by which of its costs?
    "listings with more offers than viewings in 2025",
    "listings with more offers than",
    "listings with more offers than agents",
    "agents who earn more than their listings",
    "top 5 agents by sales",  # how many, or how much?
    "homes sold for over 500000 in 2025",
]


@pytest.mark.parametrize("prompt", NOT_SAID_ENOUGH)
def test_what_leaves_a_side_open_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, AGENCY)
    assert isinstance(answer, Refusal), answer.reading
