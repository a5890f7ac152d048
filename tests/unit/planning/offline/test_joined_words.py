"""Words that describe one noun together, and whose a word is that could name a table. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, one_of, root
from tests.unit.planning.offline.known_values import FixedValues

CARRIER = catalog(
    "carrier",
    (
        table("customers", "id int!", "name text!"),
        table("depots", "id int!", "city text!"),
        table("drivers", "id int!", "name text!", "home_depot_id int!"),
        table(
            "shipments",
            *("id int!", "customer_id int!", "service standard|express|overnight!", "status pending|cancelled|lost!"),
            "is_insured bool!",
        ),
    ),
    (
        reference("shipments", "customer_id", "customers"),
        reference("drivers", "home_depot_id", "depots"),
    ),
)
VALUES = FixedValues({("depots", "city"): ("Milan", "Lyon")})
PENDING_OR_LOST = one_of("status", "pending", "lost")
EXPRESS = compare("service", "=", "express")
INSURED = compare("is_insured", "=", True)

UNDERSTOOD: list[tuple[str, Root, str]] = [
    (
        "pending and lost shipments",
        root("shipments", PENDING_OR_LOST),
        "shipments (status = 'pending' or status = 'lost')",
    ),
    (
        "pending and lost express shipments",
        root("shipments", both(PENDING_OR_LOST, EXPRESS)),
        "shipments ((status = 'pending' or status = 'lost') and service = 'express')",
    ),
    ("insured shipments", root("shipments", INSURED), "shipments (is_insured is true)"),
    (
        "insured and express shipments",
        root("shipments", both(INSURED, EXPRESS)),
        "shipments (is_insured is true and service = 'express')",
    ),
]


@pytest.mark.parametrize(("prompt", "meant", "reading"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_words_before_a_noun_describe_it_together(prompt: str, meant: Root, reading: str) -> None:
    plan = plan_offline(prompt, CARRIER, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (meant,)
    assert plan.reading == reading


@pytest.mark.parametrize(
    "prompt",
    [
        "pending express and lost shipments",  # none is pending and lost
        "drivers who drove to Milan",  # where they have their homes says nothing of it
    ],
)
def test_what_the_words_may_not_say_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, CARRIER, VALUES)
    assert isinstance(answer, Refusal), answer.reading
