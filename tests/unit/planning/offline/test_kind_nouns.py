"""Nouns that are values of a column, of more words and of adjectives. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, root
from tests.unit.planning.offline.known_values import FixedValues

GARAGE = catalog(
    "garage",
    (
        table("vehicles", "id int!", "transmission text!", "surface text!", "colour text!"),
        table("repair_job", "id int!", "vehicle_id int!", "job_type text!", "started_on date!"),
        table("matches", "id int!", "competition text!", "played_on date!"),
        table("match_events", "id int!", "match_id int!", "kind goal|red_card|yellow_card!"),
        table("refunds", "id int!", "kind store_card|id_card!", "amount num!"),
    ),
    (reference("repair_job", "vehicle_id", "vehicles"), reference("match_events", "match_id", "matches")),
)
VALUES = FixedValues(
    {
        ("vehicles", "transmission"): ("automatic", "manual"),
        ("vehicles", "surface"): ("matte", "friendly"),
        ("vehicles", "colour"): ("black", "white"),
        ("repair_job", "job_type"): ("oil change", "inspection"),
        ("matches", "competition"): ("league", "friendly"),
    }
)


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("red cards", root("match_events", compare("kind", "=", "red_card"))),
        ("oil changes", root("repair_job", compare("job_type", "=", "oil change"))),
        ("the friendlies", root("matches", compare("competition", "=", "friendly"))),
        (
            "black automatics",
            root("vehicles", both(compare("colour", "=", "black"), compare("transmission", "=", "automatic"))),
        ),
    ],
)
def test_rows_are_called_by_what_they_are(prompt: str, wanted: Root) -> None:
    plan = plan_offline(prompt, GARAGE, VALUES)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (wanted,)


@pytest.mark.parametrize("prompt", ["store cards", "id cards", "leagues", "whites"])
def test_no_row_is_called_by_what_it_is_paid_with_or_by_any_value(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, GARAGE, VALUES), Refusal)
