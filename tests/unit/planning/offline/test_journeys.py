"""From where to where. Needs nothing running."""

import pytest

from datavalut.filters.model import Condition, FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, dates, exists, one_of, path, root, time
from tests.unit.planning.offline.known_values import FixedValues

CARRIER = catalog(
    "carrier",
    (
        table("depots", "id int!", "code text!", "city text!"),
        table("shipments", "id int!", "origin_depot_id int!", "destination_depot_id int!", "booked_at tstz!"),
        table("flights", "id int!", "departure_city text!", "arrival_city text!", "departed_at tstz!"),
        table("users", "id int!", "first_name text!", "last_name text!"),
        table("messages", "id int!", "sender_id int!", "recipient_id int!", "sent_at tstz!"),
        table("tasks", "id int!", "assigned_to int", "reported_by int", "created_at tstz!"),
    ),
    (
        reference("shipments", "origin_depot_id", "depots"),
        reference("shipments", "destination_depot_id", "depots"),
        reference("messages", "sender_id", "users"),
        reference("messages", "recipient_id", "users"),
        reference("tasks", "assigned_to", "users"),
        reference("tasks", "reported_by", "users"),
    ),
)
VALUES = FixedValues(
    {
        ("depots", "city"): ("Hamburg", "Milan", "Paris"),
        ("flights", "departure_city"): ("Milan", "Paris"),
        ("flights", "arrival_city"): ("Milan", "Paris"),
        ("users", "first_name"): ("Ada", "Ben"),
        ("users", "last_name"): ("Berg", "Costa"),
    }
)


def by(key: str, condition: Condition, of: str = "depots") -> Condition:
    return exists(path(f"^ {of}.{key}"), condition)


ADA = both(compare("first_name", "=", "Ada"), compare("last_name", "=", "Berg"))
TO_MILAN = by("destination_depot_id", compare("city", "=", "Milan"))
FROM_HAMBURG = by("origin_depot_id", compare("city", "=", "Hamburg"))

UNDERSTOOD: list[tuple[str, str, Condition]] = [
    ("shipments from Hamburg to Milan", "shipments", both(FROM_HAMBURG, TO_MILAN)),
    ("shipments to Milan from Hamburg", "shipments", both(TO_MILAN, FROM_HAMBURG)),
    ("shipments from depot Hamburg", "shipments", FROM_HAMBURG),
    (
        "shipments from Hamburg or Paris to Milan",
        "shipments",
        both(by("origin_depot_id", one_of("city", "Hamburg", "Paris")), TO_MILAN),
    ),
    (
        "shipments to Milan booked in 2025",
        "shipments",
        both(TO_MILAN, time("booked_at", dates("2025-01-01", "2026-01-01"))),
    ),
    (
        "flights from Paris to Milan",
        "flights",
        both(compare("departure_city", "=", "Paris"), compare("arrival_city", "=", "Milan")),
    ),
    ("messages from Ada Berg", "messages", by("sender_id", ADA, "users")),
    ("messages to Ada Berg", "messages", by("recipient_id", ADA, "users")),
]


@pytest.mark.parametrize(("prompt", "of", "meant"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_the_ends_of_a_way(prompt: str, of: str, meant: Condition) -> None:
    plan = plan_offline(prompt, CARRIER, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root(of, meant),)


@pytest.mark.parametrize("prompt", ["shipments in Hamburg", "tasks from Ada Berg", "shipments from Oslo to Milan"])
def test_where_no_end_is_named_it_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, CARRIER, VALUES)
    assert isinstance(answer, Refusal), answer.reading
