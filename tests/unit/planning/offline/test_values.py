"""Values that are known to be in a column are found without its name. Needs nothing running."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datavalut.catalog.model import Catalog
from datavalut.filters.check import check_plan
from datavalut.filters.model import Condition, FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import PAGILA, SHOP
from tests.unit.planning.offline.conditions import (
    both,
    compare,
    compare_expression,
    counted,
    dates,
    either,
    exists,
    no,
    one_of,
    path,
    root,
    time,
)
from tests.unit.planning.offline.known_values import OF_PAGILA, OF_THE_SHOP, FixedValues

ORDERS = path("v orders.customer_id")
CUSTOMER_OF_ORDER = path("^ customers.customer_id")
CATEGORY_OF_PRODUCT = path("^ categories.category_id")
PRODUCTS_OF_ORDER = path("v order_items.order_id", "^ products.product_id")
ACTORS = path("v film_actor.film_id", "^ actor.actor_id")
CATEGORIES = path("v film_category.film_id", "^ category.category_id")
COUNTRY = path("^ address.address_id", "^ city.city_id", "^ country.country_id")
LANGUAGE = path("^ language.language_id")
CANADA = compare("country", "=", "Canada")


def nick() -> Condition:
    return both(compare("first_name", "=", "Nick"), compare("last_name", "=", "Wahlberg"))


IN_THE_SHOP: list[tuple[str, Root]] = [
    # Of the row itself
    ("customers from Canada", root("customers", CANADA)),
    ("customers in canada or France", root("customers", one_of("country", "Canada", "France"))),
    ("customers from Canada and France", root("customers", one_of("country", "Canada", "France"))),
    ("customers not from Canada", root("customers", no(CANADA))),
    ("customers living in New York", root("customers", compare("city", "=", "New York"))),
    ("customers based in Quebec", root("customers", compare("city", "=", "Québec"))),
    ("Canadian customers", root("customers", CANADA)),
    ("German and French customers", root("customers", one_of("country", "Germany", "France"))),
    ("customers from the United States", root("customers", compare("country", "=", "US"))),
    ("customers whose country is Germany", root("customers", compare("country", "=", "Germany"))),
    ("customers with country Germany", root("customers", compare("country", "=", "Germany"))),
    ("customers from Canada who never ordered", root("customers", both(CANADA, no(exists(ORDERS))))),
    (
        "customers from Canada but not from New York",
        root("customers", both(CANADA, no(compare("city", "=", "New York")))),
    ),
    # Of the rows that foreign keys lead up to
    ("products in Toys or Books", root("products", exists(CATEGORY_OF_PRODUCT, one_of("name", "Toys", "Books")))),
    ("Toys products", root("products", exists(CATEGORY_OF_PRODUCT, compare("name", "=", "Toys")))),
    ("products in the Toys category", root("products", exists(CATEGORY_OF_PRODUCT, compare("name", "=", "Toys")))),
    ("orders from Germany", root("orders", exists(CUSTOMER_OF_ORDER, compare("country", "=", "Germany")))),
    (
        "customers who bought Product 12",
        root("customers", exists(ORDERS, exists(PRODUCTS_OF_ORDER, compare("name", "=", "Product 12")))),
    ),
    (
        "customers who ordered in 2023 from Canada",
        root("customers", both(exists(ORDERS, time("order_date", dates("2023-01-01", "2024-01-01"))), CANADA)),
    ),
]

IN_PAGILA: list[tuple[str, Root]] = [
    ("films starring Nick Wahlberg", root("film", exists(ACTORS, nick()))),
    ("films in which Nick Wahlberg played", root("film", exists(ACTORS, nick()))),
    ("films with Nick Wahlberg", root("film", exists(ACTORS, nick()))),
    (
        "films starring both Nick Wahlberg and Uma Davis",
        root(
            "film",
            both(
                exists(ACTORS, nick()),
                exists(ACTORS, both(compare("first_name", "=", "Uma"), compare("last_name", "=", "Davis"))),
            ),
        ),
    ),
    (
        "films starring Nick Wahlberg or Uma Davis",
        root(
            "film",
            exists(ACTORS, either(nick(), both(compare("first_name", "=", "Uma"), compare("last_name", "=", "Davis")))),
        ),
    ),
    ("horror films", root("film", exists(CATEGORIES, compare("name", "=", "Horror")))),
    ("comedies films", root("film", exists(CATEGORIES, compare("name", "=", "Comedy")))),
    ("films in Italian", root("film", exists(LANGUAGE, compare("name", "=", "Italian")))),
    ("customers in the UK", root("customer", exists(COUNTRY, compare("country", "=", "United Kingdom")))),
    (
        "American customers who rented horror films",
        root(
            "customer",
            both(
                exists(COUNTRY, compare("country", "=", "United States")),
                exists(
                    path("v rental.customer_id"),
                    exists(
                        path("^ inventory.inventory_id", "^ film.film_id"),
                        exists(CATEGORIES, compare("name", "=", "Horror")),
                    ),
                ),
            ),
        ),
    ),
    (
        "payments handled by Mike Hillyer",
        root(
            "payment",
            exists(
                path("^ staff.staff_id"), both(compare("first_name", "=", "Mike"), compare("last_name", "=", "Hillyer"))
            ),
        ),
    ),
    (
        "actors who played in horror films but not in comedies",
        root(
            "actor",
            both(
                exists(
                    path("v film_actor.actor_id", "^ film.film_id"),
                    exists(CATEGORIES, compare("name", "=", "Horror")),
                ),
                no(
                    exists(
                        path("v film_actor.actor_id", "^ film.film_id"),
                        exists(CATEGORIES, compare("name", "=", "Comedy")),
                    )
                ),
            ),
        ),
    ),
    ("customers named Mary", root("customer", compare("first_name", "=", "Mary"))),
    (
        "films starring at least 3 actors",
        root("film", compare_expression(counted(ACTORS), ">=", 3)),
    ),
    (
        "rentals of customers in London",
        root(
            "rental",
            exists(
                path("^ customer.customer_id"),
                exists(path("^ address.address_id", "^ city.city_id"), compare("city", "=", "London")),
            ),
        ),
    ),
]
UNDERSTOOD = [
    *((SHOP, prompt, expected) for prompt, expected in IN_THE_SHOP),
    *((PAGILA, prompt, expected) for prompt, expected in IN_PAGILA),
]
VALUES = {SHOP.database: OF_THE_SHOP, PAGILA.database: OF_PAGILA}

REFUSED: list[tuple[Catalog, str, str]] = [
    (SHOP, "customers from Atlantis", "Atlantis"),
    (SHOP, "customers with country Atlantis", "Atlantis"),
    (SHOP, "purple customers from Canada", "purple"),
    (SHOP, "customers from Canada with hats", "hats"),
    (PAGILA, "films recommended by Nick Wahlberg", "recommended"),
    (PAGILA, "films in Horror and Comedy", "Horror and Comedy"),  # both of them, or one?
]


def answer(prompt: str, catalog: Catalog) -> FilterPlan | Refusal:
    return plan_offline(prompt, catalog, FixedValues(VALUES[catalog.database]))


@pytest.mark.parametrize(("catalog", "prompt", "expected"), UNDERSTOOD, ids=[case[1] for case in UNDERSTOOD])
def test_a_value_means_the_rows_that_hold_it(catalog: Catalog, prompt: str, expected: Root) -> None:
    plan = answer(prompt, catalog)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)
    assert check_plan(plan, catalog).roots == plan.roots


@pytest.mark.parametrize(("catalog", "prompt", "words"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_no_column_holds_is_refused(catalog: Catalog, prompt: str, words: str) -> None:
    refusal = answer(prompt, catalog)
    assert isinstance(refusal, Refusal), refusal
    assert words in [entry.words for entry in refusal.not_understood]


def test_a_value_in_quotes_is_taken_as_it_stands() -> None:
    plan = answer('customers with country "Atlantis"', SHOP)
    assert isinstance(plan, FilterPlan)


def test_a_value_of_two_columns_is_refused_with_both() -> None:
    known = FixedValues({("customers", "country"): ("Georgia",), ("customers", "city"): ("Georgia",)})
    refusal = plan_offline("Georgia customers", SHOP, known)
    assert isinstance(refusal, Refusal)
    (entry,) = refusal.not_understood
    assert {candidate.split(" ")[0] for candidate in entry.candidates} == {"country", "city"}


def test_a_value_that_is_also_what_to_do_is_refused() -> None:
    known = FixedValues({("audit_log", "message"): ("x",), ("products", "name"): ("Export",)})
    assert isinstance(plan_offline("export products", SHOP, known), Refusal)


def test_only_columns_that_the_sentence_may_mean_are_read() -> None:
    known = FixedValues(OF_THE_SHOP)
    plan_offline("customers from Canada", SHOP, known)
    assert known.asked
    assert {table for table, _ in known.asked} == {"customers"}
    assert ("customers", "email") not in known.asked


def test_values_stored_in_several_spellings_are_all_meant() -> None:
    plan = plan_offline("customers from usa", SHOP, FixedValues({("customers", "country"): ("USA", "United States")}))
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("customers", one_of("country", "United States", "USA")),)


unknown_words = st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=9).map(lambda word: f"zz{word}xq")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(UNDERSTOOD), unknown_words, st.data())
def test_an_unknown_word_among_values_is_never_passed_over(
    case: tuple[Catalog, str, Root], word: str, data: st.DataObject
) -> None:
    catalog, prompt, _ = case
    words = prompt.split(" ")
    position = data.draw(st.integers(0, len(words)))
    given_answer = answer(" ".join([*words[:position], word, *words[position:]]), catalog)
    assert isinstance(given_answer, Refusal)
