"""A noun that several tables are called by, and who opens and files what is theirs. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import compare, exists, no, path, root
from tests.unit.planning.offline.known_values import FixedValues

WHOLESALE = catalog(
    "wholesale",
    (
        table("suppliers", "id int!", "name text!"),
        table("customers", "id int!", "name text!"),
        table("agents", "id int!", "name text!"),
        table("warehouses", "id int!", "name text!"),
        table("purchase_orders", "id int!", "supplier_id int!", "warehouse_id int!", "status sent|lost!"),
        table("sales_orders", "id int!", "customer_id int!", "warehouse_id int!", "status sent|lost!"),
        table("tickets", "id int!", "customer_id int!", "agent_id int", "sales_order_id int"),
    ),
    (
        reference("purchase_orders", "supplier_id", "suppliers"),
        reference("purchase_orders", "warehouse_id", "warehouses"),
        reference("sales_orders", "customer_id", "customers"),
        reference("sales_orders", "warehouse_id", "warehouses"),
        reference("tickets", "customer_id", "customers"),
        reference("tickets", "agent_id", "agents"),
        reference("tickets", "sales_order_id", "sales_orders"),
    ),
)
SALES = path("v sales_orders.customer_id")
TICKETS = path("v tickets.customer_id")


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("customers with orders", root("customers", exists(SALES))),
        ("customers that have never placed an order", root("customers", no(exists(SALES)))),
        ("customers with a lost order", root("customers", exists(SALES, compare("status", "=", "lost")))),
        ("suppliers without orders", root("suppliers", no(exists(path("v purchase_orders.supplier_id"))))),
        ("customers who have never opened a ticket", root("customers", no(exists(TICKETS)))),
        ("customers that raised a ticket", root("customers", exists(TICKETS))),
    ],
)
def test_what_a_key_joins_with_the_subject_is_meant(prompt: str, wanted: Root) -> None:
    plan = plan_offline(prompt, WHOLESALE)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (wanted,)


@pytest.mark.parametrize(
    "prompt",
    [
        "orders",
        "lost orders",
        "warehouses with lost orders",
        "customers and orders",
        "customers with order lines",
        "tickets of customers with lost orders",
        "agents who have never opened a ticket",
    ],
)
def test_what_could_be_of_either_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, WHOLESALE), Refusal)


LEAGUE = catalog(
    "league",
    (
        table("teams", "id int!", "name text!"),
        table("matches", "id int!", "home_team_id int!", "away_team_id int!", "played_on date!"),
    ),
    (reference("matches", "home_team_id", "teams"), reference("matches", "away_team_id", "teams")),
)
NAMES = FixedValues({("teams", "name"): ("Leeds Athletic", "Derby Rangers")})


@pytest.mark.parametrize(
    ("prompt", "key", "name"),
    [
        ("home matches of Leeds Athletic", "home_team_id", "Leeds Athletic"),
        ("away matches of the Derby Rangers", "away_team_id", "Derby Rangers"),
    ],
)
def test_a_side_says_which_of_two_keys_is_meant(prompt: str, key: str, name: str) -> None:
    plan = plan_offline(prompt, LEAGUE, NAMES)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("matches", exists(path(f"^ teams.{key}"), compare("name", "=", name))),)


@pytest.mark.parametrize("prompt", ["matches of Leeds Athletic", "home matches", "home matches of Hull"])
def test_a_side_of_nobody_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, LEAGUE, NAMES), Refusal)
