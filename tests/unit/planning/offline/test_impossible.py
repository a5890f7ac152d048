"""A sentence that no row can meet is refused in its own words. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table

REVIEWS = catalog(
    "reviews",
    (
        table("products", "id int!", "name text!", "price num!", checks=("CHECK ((price > (0)::numeric))",)),
        table(
            "reviews",
            *("id int!", "product_id int!", "stars int!", "status open|closed!", "written_at tstz!"),
            checks=("CHECK (((stars >= 1) AND (stars <= 5)))",),
        ),
    ),
    (reference("reviews", "product_id", "products"),),
)


@pytest.mark.parametrize(
    ("prompt", "words", "reason"),
    [
        ("reviews with 7 stars", ["with 7 stars"], "(stars <= 5)"),
        ("open reviews with stars above 5", ["with stars above 5"], "(stars <= 5)"),
        ("products with price below 0", ["with price below 0"], "(price > (0)::numeric)"),
        ("products with reviews above 8 stars", ["above 8 stars"], "(stars <= 5)"),
        ("reviews with stars 2 and stars 3", ["stars 3"], 'together with "with stars 2"'),
        ("reviews with status open and status closed", ["status closed"], 'together with "with status open"'),
    ],
)
def test_what_can_never_be_true_is_said_with_the_prompts_words(prompt: str, words: list[str], reason: str) -> None:
    answer = plan_offline(prompt, REVIEWS)
    assert isinstance(answer, Refusal)
    assert [entry.words for entry in answer.not_understood] == words
    assert f'"{words[0]}" can never be true' in answer.reason
    assert reason in answer.reason
    assert "roots" not in answer.reason


def test_what_some_row_may_meet_is_a_plan() -> None:
    assert isinstance(plan_offline("open reviews with 5 stars", REVIEWS), FilterPlan)
