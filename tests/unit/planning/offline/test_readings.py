"""What a plan tells of itself: its reading and its evidence. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import SHOP
from tests.unit.planning.offline.known_values import OF_THE_SHOP, FixedValues


def understood(prompt: str) -> FilterPlan:
    answer = plan_offline(prompt, SHOP, FixedValues(OF_THE_SHOP))
    assert isinstance(answer, FilterPlan), answer
    return answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('employee "Ada Berg"', 'employees managed by "Ada Berg"'),
        ('employees managed by "Ada Berg"', 'employees who manage "Ada Berg"'),
        ("orders of customer 3", "orders referred by customer 3"),
        ("customers from Canada and products", "customers from Canada and all products"),
        (
            "customers (from Canada or with no email) and with 3+ orders",
            "customers from Canada or (with no email and with 3+ orders)",
        ),
        (
            "customers from Canada or Germany with 3+ orders",
            "customers from Canada or (from Germany with 3+ orders)",
        ),
    ],
)
def test_plans_that_differ_are_read_differently(one: str, other: str) -> None:
    first, second = understood(one), understood(other)
    assert (first.roots, first.full) != (second.roots, second.full)
    assert first.reading != second.reading


def test_a_reading_tells_the_foreign_keys_in_the_order_of_the_plan() -> None:
    reading = understood("customers from Canada with 3+ orders of products in Toys").reading
    assert reading.endswith(
        ", over orders by customer_id; order_items by order_id, then product_id to products; category_id to categories"
    )


def test_without_related_rows_a_reading_tells_no_foreign_key() -> None:
    assert understood("customers from Canada").reading == "customers (customers.country is 'Canada')"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("customers with 3+ purchases", "with 3+ purchases"),
        ("customers w/o orders", "w/o orders"),
        ("customers w/ 3+ orders", "w/ 3+ orders"),
        ('employees managed by "Ada Berg"', 'managed by "Ada Berg"'),
        ("employees managed by \N{LEFT DOUBLE QUOTATION MARK}Ada Berg\N{RIGHT DOUBLE QUOTATION MARK}", None),
        ("customers who haven't ordered", "who haven't ordered"),
        ("orders with total amount >= $1,000.50", "with total amount >= $1,000.50"),
        ("custmers  from   Canada", "from   Canada"),
        ("orders from the last 30d", "from the last 30d"),
        ("customers with orders but none in 2024", None),
    ],
)
def test_the_evidence_quotes_the_prompt_as_it_was_written(prompt: str, words: str | None) -> None:
    evidence = [entry.words for entry in understood(prompt).evidence]
    assert all(quote in prompt for quote in evidence)
    assert words is None or words in evidence
