"""What the offline planner makes of sentences that it understands. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.check import check_plan
from datavalut.filters.model import Condition, FilterPlan, Root, Sample, TextMatching
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import APPLICATION, NORTHWIND, PAGILA, SHOP
from tests.unit.planning.offline.conditions import (
    aged,
    aggregate,
    between,
    both,
    calendar,
    compare,
    compare_columns,
    compare_expression,
    count,
    counted,
    dates,
    either,
    exists,
    has,
    last,
    no,
    null,
    older,
    one_of,
    one_of_counts,
    path,
    root,
    text,
    time,
    time_of,
    top,
    upcoming,
)

ORDERS = path("v orders.customer_id")
REVIEWS = path("v reviews.customer_id")
PRODUCTS_OF_ORDER = path("v order_items.order_id", "^ products.product_id")
CUSTOMER_OF_ORDER = path("^ customers.customer_id")
ORDERS_OF_PRODUCT = path("v order_items.product_id", "^ orders.order_id")
CATEGORY_OF_PRODUCT = path("^ categories.category_id")
YEAR_2023 = dates("2023-01-01", "2024-01-01")
YEAR_2024 = dates("2024-01-01", "2025-01-01")
COUNTRY_OF_PAGILA = path("^ address.address_id", "^ city.city_id", "^ country.country_id")
CATEGORY_OF_FILM = path("v film_category.film_id", "^ category.category_id")


def canada() -> Condition:
    return text("country", "Canada")


IN_THE_SHOP: list[tuple[str, Root]] = [
    (
        "Extract customers from last 6 months with 3+ purchases",
        root("customers", both(time("created_at", last(6, "month")), count(ORDERS, ">=", 3))),
    ),
    # Time
    ("customers from last month", root("customers", time("created_at", calendar("month", -1)))),
    ("customers from the last month", root("customers", time("created_at", last(1, "month")))),
    ("customers from the past month", root("customers", time("created_at", last(1, "month")))),
    ("customers from last 1 month", root("customers", time("created_at", last(1, "month")))),
    ("customers of the past 90 days", root("customers", time("created_at", last(90, "day")))),
    ("customers created within the last six months", root("customers", time("created_at", last(6, "month")))),
    ("customers since March 2024", root("customers", time("created_at", dates("2024-03-01", None)))),
    ("orders in Q2 2024", root("orders", time("order_date", dates("2024-04-01", "2024-07-01")))),
    ("orders in the second quarter of 2024", root("orders", time("order_date", dates("2024-04-01", "2024-07-01")))),
    ("orders this year", root("orders", time("order_date", calendar("year", 0)))),
    ("orders from last year", root("orders", time("order_date", calendar("year", -1)))),
    ("orders from the previous quarter", root("orders", time("order_date", calendar("quarter", -1)))),
    ("reviews older than 2 years", root("reviews", time("created_at", older(2, "year")))),
    ("orders placed more than 6 months ago", root("orders", time("order_date", older(6, "month")))),
    ("orders before 2020", root("orders", time("order_date", dates(None, "2020-01-01")))),
    ("orders after 2024-05-01", root("orders", time("order_date", dates("2024-05-02", None)))),
    ("orders after March 2024", root("orders", time("order_date", dates("2024-04-01", None)))),
    (
        "orders between 1 May and 30 June 2025",
        root("orders", time("order_date", dates("2025-05-01", "2025-07-01"))),
    ),
    ("orders from 2022 to 2023", root("orders", time("order_date", dates("2022-01-01", "2024-01-01")))),
    ("orders in 2023", root("orders", time("order_date", YEAR_2023))),
    ("orders in 2023 or 2024", root("orders", either(time("order_date", YEAR_2023), time("order_date", YEAR_2024)))),
    ("orders on May 5th, 2024", root("orders", time("order_date", dates("2024-05-05", "2024-05-06")))),
    ("orders from today", root("orders", time("order_date", calendar("day", 0)))),
    ("reviews from yesterday", root("reviews", time("created_at", calendar("day", -1)))),
    (
        "orders since yesterday",
        root("orders", either(time("order_date", calendar("day", -1)), time("order_date", calendar("day", 0)))),
    ),
    ("orders with order date after 2024-01-01", root("orders", time("order_date", dates("2024-01-02", None)))),
    ("orders shipped last month", root("orders", time("shipped_at", calendar("month", -1)))),
    ("customers born after 1990", root("customers", time("birth_date", dates("1991-01-01", None)))),
    ("employees hired this week", root("employees", time("hire_date", calendar("week", 0)))),
    ("orders shipped in the next 3 days", root("orders", time("shipped_at", upcoming(3, "day")))),
    # Comparisons
    ("products with price above 50", root("products", compare("price", ">", 50))),
    ("products priced under $1.5k", root("products", compare("price", "<", 1500))),
    ("products with a price of at least 1,000", root("products", compare("price", ">=", 1000))),
    ("products with price at most 19.99", root("products", compare("price", "<=", "19.99"))),
    ("products with price between 10 and 50", root("products", between("price", 10, 50))),
    (
        "products with price above 10 and below 50",
        root("products", both(compare("price", ">", 10), compare("price", "<", 50))),
    ),
    ("products where price >= 10", root("products", compare("price", ">=", 10))),
    ("products whose price is not 10", root("products", no(compare("price", "=", 10)))),
    ("order items with quantity 5 or more", root("order_items", compare("quantity", ">=", 5))),
    ("order items with quantity 2, 3 or 4", root("order_items", one_of("quantity", 2, 3, 4))),
    ("employees with salary over 50 thousand dollars", root("employees", compare("salary", ">", 50000))),
    ("products with more than 10 units in stock", root("products", compare("units_in_stock", ">", 10))),
    (
        "orders with shipped at after order date",
        root("orders", compare_columns("shipped_at", ">", "order_date")),
    ),
    # States, labels, booleans
    ("active customers", root("customers", compare("is_active", "=", True))),
    ("inactive customers", root("customers", compare("is_active", "=", False))),
    ("customers who are not active", root("customers", no(compare("is_active", "=", True)))),
    ("products that are not discontinued", root("products", no(compare("discontinued", "=", True)))),
    ("orders with status shipped or delivered", root("orders", one_of("status", "shipped", "delivered"))),
    (
        "orders with status paid from last year",
        root("orders", both(compare("status", "=", "paid"), time("order_date", calendar("year", -1)))),
    ),
    ("paid and shipped orders", root("orders", one_of("status", "paid", "shipped"))),
    ("orders with status not paid", root("orders", no(compare("status", "=", "paid")))),
    ("orders where status in (paid, shipped)", root("orders", one_of("status", "paid", "shipped"))),
    ("orders except returned ones", root("orders", no(compare("status", "=", "returned")))),
    ("unshipped orders", root("orders", null("shipped_at"))),
    # Nulls
    ("customers without an email", root("customers", null("email"))),
    ("customers with no phone", root("customers", null("phone"))),
    ("customers with a phone", root("customers", no(null("phone")))),
    ("customers whose email is null", root("customers", null("email"))),
    ("customers without an email or phone", root("customers", both(null("email"), null("phone")))),
    ("employees without a manager", root("employees", null("manager_id"))),
    # Texts
    ("customers from country Canada", root("customers", canada())),
    (
        "customers with country in Canada, France and Germany",
        root("customers", either(canada(), text("country", "France"), text("country", "Germany"))),
    ),
    ("customers from city New York", root("customers", text("city", "New York"))),
    ("products whose name contains 'desk lamp'", root("products", text("name", "desk lamp", TextMatching.CONTAINS))),
    (
        "customers with email ending in @example.com",
        root("customers", text("email", "@example.com", TextMatching.ENDS_WITH)),
    ),
    ("customers whose name starts with Ada", root("customers", text("name", "Ada", TextMatching.STARTS_WITH))),
    ('customers named "Ada O\'Neill"', root("customers", text("name", "Ada O'Neill"))),
    ("customers not from country Canada", root("customers", no(canada()))),
    ("customers except those from country Canada", root("customers", no(canada()))),
    ('products with tags containing "new"', root("products", has("tags", "new"))),
    # Related rows
    ("customers with at least three orders", root("customers", count(ORDERS, ">=", 3))),
    ("customers with exactly 2 orders", root("customers", count(ORDERS, "=", 2))),
    ("customers with 2 or 3 orders", root("customers", one_of_counts(ORDERS, 2, 3))),
    ("reviews with 1, 2 or 3 stars", root("reviews", one_of("stars", 1, 2, 3))),
    (
        "products with reviews below 3 stars",
        root("products", exists(path("v reviews.product_id"), compare("stars", "<", 3))),
    ),
    ("customers who have not ordered yet", root("customers", no(exists(ORDERS)))),
    ("customers who left a review", root("customers", exists(REVIEWS))),
    ("orders without a shipped date", root("orders", null("shipped_at"))),
    ("newest 10 customers", root("customers", top=top(10, "created_at"))),
    ("customers with fewer than 3 orders", root("customers", count(ORDERS, "<", 3))),
    ("clients having multiple sales", root("customers", count(ORDERS, ">", 1))),
    ("customers with no orders", root("customers", no(exists(ORDERS)))),
    ("customers without orders in 2023", root("customers", no(exists(ORDERS, time("order_date", YEAR_2023))))),
    ("customers who never ordered", root("customers", no(exists(ORDERS)))),
    (
        "customers who haven't ordered since 2024",
        root("customers", no(exists(ORDERS, time("order_date", dates("2024-01-01", None))))),
    ),
    ("customers who ordered in 2023", root("customers", exists(ORDERS, time("order_date", YEAR_2023)))),
    (
        "customers who ordered at least 3 times in 2023",
        root("customers", count(ORDERS, ">=", 3, time("order_date", YEAR_2023))),
    ),
    (
        "customers with 3+ orders in the last 6 months",
        root("customers", count(ORDERS, ">=", 3, time("order_date", last(6, "month")))),
    ),
    ("customers with a returned order", root("customers", exists(ORDERS, compare("status", "=", "returned")))),
    (
        "customers with 3+ orders and no reviews",
        root("customers", both(count(ORDERS, ">=", 3), no(exists(REVIEWS)))),
    ),
    ("customers with neither orders nor reviews", root("customers", both(no(exists(ORDERS)), no(exists(REVIEWS))))),
    (
        "orders of customers with country Germany",
        root("orders", exists(path("^ customers.customer_id"), text("country", "Germany"))),
    ),
    (
        "reviews of products in category Toys with 4+ stars",
        root(
            "reviews",
            both(
                exists(path("^ products.product_id"), exists(path("^ categories.category_id"), text("name", "Toys"))),
                compare("stars", ">=", 4),
            ),
        ),
    ),
    (
        "orders with more than 3 products",
        root("orders", count(path("v order_items.order_id", "^ products.product_id"), ">", 3)),
    ),
    ("products never ordered", root("products", no(exists(ORDERS_OF_PRODUCT)))),
    ("products ordered in 2023", root("products", exists(ORDERS_OF_PRODUCT, time("order_date", YEAR_2023)))),
    (
        "customers who bought products in category Toys",
        root("customers", exists(ORDERS, exists(PRODUCTS_OF_ORDER, exists(CATEGORY_OF_PRODUCT, text("name", "Toys"))))),
    ),
    (
        "customers who bought products in 2023",
        root("customers", exists(ORDERS, both(exists(PRODUCTS_OF_ORDER), time("order_date", YEAR_2023)))),
    ),
    # Totals
    (
        "customers with total order amount above 500",
        root("customers", compare_expression(aggregate("sum", ORDERS, "total_amount"), ">", 500)),
    ),
    (
        "customers who spent more than $500 in 2023",
        root(
            "customers",
            compare_expression(aggregate("sum", ORDERS, "total_amount", time("order_date", YEAR_2023)), ">", 500),
        ),
    ),
    (
        "products with average stars above 4.5",
        root("products", compare_expression(aggregate("avg", path("v reviews.product_id"), "stars"), ">", "4.5")),
    ),
    # Logic
    (
        "customers created in 2023 and from country Canada or with 3+ orders",
        root(
            "customers",
            either(both(time("created_at", YEAR_2023), canada()), count(ORDERS, ">=", 3)),
        ),
    ),
    (
        "customers (from country Canada or with 3+ orders) created in 2023",
        root("customers", both(either(canada(), count(ORDERS, ">=", 3)), time("created_at", YEAR_2023))),
    ),
    (
        "customers created in 2023 with no orders or with 3+ orders",
        root(
            "customers",
            both(time("created_at", YEAR_2023), either(no(exists(ORDERS)), count(ORDERS, ">=", 3))),
        ),
    ),
    (
        "customers from country Canada or customers with no orders",
        root("customers", either(canada(), no(exists(ORDERS)))),
    ),
    # Measures without their column
    ("products cheaper than 20", root("products", compare("price", "<", 20))),
    ("products more expensive than 50", root("products", compare("price", ">", 50))),
    ("products costing between 10 and 20 dollars", root("products", between("price", 10, 20))),
    ("products over $50", root("products", compare("price", ">", 50))),
    ("employees earning at least 50k", root("employees", compare("salary", ">=", 50000))),
    ("orders above 100", root("orders", compare("total_amount", ">", 100))),
    ("customers older than 30", root("customers", time("birth_date", older(30, "year")))),
    (
        "customers aged 18 to 25",
        root("customers", time("birth_date", aged(18, 25))),
    ),
    ("customers 30 years old", root("customers", time("birth_date", aged(30, 30)))),
    # Rows by their key, and deeds by their verbs
    ("orders of customer 5", root("orders", exists(path("^ customers.customer_id"), compare("id", "=", 5)))),
    ("customers who ordered twice", root("customers", count(ORDERS, "=", 2))),
    ("customers who ordered at least twice", root("customers", count(ORDERS, ">=", 2))),
    ("reviews written in 2023", root("reviews", time("created_at", YEAR_2023))),
    (
        "customers who ordered in 2023 but not in 2024",
        root(
            "customers",
            both(
                exists(ORDERS, time("order_date", YEAR_2023)),
                no(exists(ORDERS, time("order_date", YEAR_2024))),
            ),
        ),
    ),
    (
        "customers who bought products in category Toys and have no reviews",
        root(
            "customers",
            both(
                exists(ORDERS, exists(PRODUCTS_OF_ORDER, exists(CATEGORY_OF_PRODUCT, text("name", "Toys")))),
                no(exists(REVIEWS)),
            ),
        ),
    ),
    ("orders placed by active customers", root("orders", exists(CUSTOMER_OF_ORDER, compare("is_active", "=", True)))),
    # First and last events
    (
        "customers whose last order was in 2023",
        root("customers", time_of(aggregate("max", ORDERS, "order_date"), YEAR_2023)),
    ),
    (
        "customers with their first order before 2023",
        root("customers", time_of(aggregate("min", ORDERS, "order_date"), dates(None, "2023-01-01"))),
    ),
    # Choices among the rows
    ("top 10 customers by loyalty points", root("customers", top=top(10, "loyalty_points"))),
    ("top 10 customers by number of orders", root("customers", top=top(10, counted(ORDERS)))),
    (
        "top 5 customers from country Canada by total order amount",
        root("customers", canada(), top=top(5, aggregate("sum", ORDERS, "total_amount"))),
    ),
    ("the 3 cheapest products", root("products", top=top(3, "price", descending=False))),
    ("latest 100 orders", root("orders", top=top(100, "order_date"))),
    ("the 5 customers with the most orders", root("customers", top=top(5, counted(ORDERS)))),
    ("the customer with the fewest reviews", root("customers", top=top(1, counted(REVIEWS), descending=False))),
    ("the 100 biggest customers by revenue", root("customers", top=top(100, aggregate("sum", ORDERS, "total_amount")))),
    ("the 3 largest orders", root("orders", top=top(3, "total_amount"))),
    ("the most expensive product", root("products", top=top(1, "price"))),
    ("the 10 most ordered products", root("products", top=top(10, counted(ORDERS_OF_PRODUCT)))),
    ("the 10 highest paid employees", root("employees", top=top(10, "salary"))),
    ("10% sample of customers", root("customers", sample=Sample(percent=10))),
    ("a random sample of 100 customers", root("customers", sample=Sample(rows=100))),
    ("all products", root("products")),
]

IN_PAGILA: list[tuple[str, Root]] = [
    ("customers from country Canada", root("customer", exists(COUNTRY_OF_PAGILA, canada()))),
    ("customers whose country is not Canada", root("customer", no(exists(COUNTRY_OF_PAGILA, canada())))),
    (
        "films rated PG-13 with a rental rate above 3",
        root("film", both(compare("rating", "=", "PG-13"), compare("rental_rate", ">", 3))),
    ),
    ("PG and PG-13 films", root("film", one_of("rating", "PG", "PG-13"))),
    ("movies in category Action", root("film", exists(CATEGORY_OF_FILM, text("name", "Action")))),
    ("films with language English", root("film", exists(path("^ language.language_id"), text("name", "English")))),
    ("films released before 2005", root("film", compare("release_year", "<", 2005))),
    (
        "films with more than 5 actors",
        root("film", count(path("v film_actor.film_id", "^ actor.actor_id"), ">", 5)),
    ),
    ("customers with more than 5 rentals", root("customer", count(path("v rental.customer_id"), ">", 5))),
    ("customers who never rented", root("customer", no(exists(path("v rental.customer_id"))))),
    (
        "customers who spent more than 150",
        root("customer", compare_expression(aggregate("sum", path("v payment.customer_id"), "amount"), ">", 150)),
    ),
    (
        "films never rented",
        root("film", no(exists(path("v inventory.film_id", "v rental.inventory_id")))),
    ),
    ("rentals not yet returned", root("rental", null("return_date"))),
    ("customers from last year", root("customer", time("create_date", calendar("year", -1)))),
    ("active staff", root("staff", compare("active", "=", True))),
    (
        "customers with postal code 12345",
        root("customer", exists(path("^ address.address_id"), text("postal_code", "12345"))),
    ),
    ("films longer than 120 minutes", root("film", compare("length", ">", 120))),
    ("films shorter than 2 hours", root("film", compare("length", "<", 120))),
    ("films from 2005", root("film", compare("release_year", "=", 2005))),
    ("films released in the 1990s", root("film", between("release_year", 1990, 1999))),
    (
        "films released after 2000 and before 2010",
        root("film", between("release_year", 2001, 2009)),
    ),
    ("customers who rented at least 5 films", root("customer", count(path("v rental.customer_id"), ">=", 5))),
    (
        "films starring actor Nick Wahlberg",
        root(
            "film",
            exists(
                path("v film_actor.film_id", "^ actor.actor_id"),
                both(text("first_name", "Nick"), text("last_name", "Wahlberg")),
            ),
        ),
    ),
    ('films with special features containing "Trailers"', root("film", has("special_features", "Trailers"))),
]

IN_NORTHWIND: list[tuple[str, Root]] = [
    ("customers from country Canada", root("customers", canada())),
    ("discontinued products", root("products", compare("discontinued", "<>", 0))),
    ("products that are not discontinued", root("products", no(compare("discontinued", "<>", 0)))),
    ("orders shipped in 1997", root("orders", time("shipped_date", dates("1997-01-01", "1998-01-01")))),
    ("orders not shipped", root("orders", null("shipped_date"))),
    ("employees hired before 1993", root("employees", time("hire_date", dates(None, "1993-01-01")))),
    (
        "products in category 'Dairy Products' with unit price at least 20",
        root(
            "products",
            both(
                exists(path("^ categories.category_id"), text("category_name", "Dairy Products")),
                compare("unit_price", ">=", 20),
            ),
        ),
    ),
    (
        "products with units in stock below reorder level",
        root("products", compare_columns("units_in_stock", "<", "reorder_level")),
    ),
    (
        "customers with average freight over 50",
        root("customers", compare_expression(aggregate("avg", ORDERS, "freight"), ">", 50)),
    ),
]

IN_THE_APPLICATION: list[tuple[str, Root]] = [
    (
        "Extract active users from last month",
        root("User", both(compare("status", "=", "active"), time("createdAt", calendar("month", -1)))),
    ),
    ("users on hold or inactive", root("User", one_of("status", "on_hold", "inactive"))),
    ("users whose status is not active", root("User", no(compare("status", "=", "active")))),
    ("verified users", root("User", compare("isVerified", "=", True))),
    ("accounts that are neither active nor on hold", root("User", no(one_of("status", "active", "on_hold")))),
    ("users who logged in in the last 30 days", root("User", time("lastLoginAt", last(30, "day")))),
    ("users who never logged in", root("User", null("lastLoginAt"))),
    ("users that are not deleted", root("User", null("deletedAt"))),
    ("users signed up in 2023", root("User", time("createdAt", YEAR_2023))),
    ("tenants on the pro plan", root("Tenant", compare("plan", "=", "pro"))),
    (
        "users of tenants on the free plan",
        root("User", exists(path("^ Tenant.tenantId"), compare("plan", "=", "free"))),
    ),
    (
        "users with more than 100 page views in the last 7 days",
        root("User", count(path("v PageView.userId"), ">", 100, time("occurredAt", last(7, "day")))),
    ),
    ("projects due next month", root("Project", time("dueDate", calendar("month", 1)))),
    ("invoices with amount due over 1,000.50", root("Invoice", compare("amountDue", ">", "1000.50"))),
]

UNDERSTOOD: list[tuple[Catalog, str, Root]] = [
    *((SHOP, prompt, expected) for prompt, expected in IN_THE_SHOP),
    *((PAGILA, prompt, expected) for prompt, expected in IN_PAGILA),
    *((NORTHWIND, prompt, expected) for prompt, expected in IN_NORTHWIND),
    *((APPLICATION, prompt, expected) for prompt, expected in IN_THE_APPLICATION),
]

SEVERAL_SUBJECTS: list[tuple[str, FilterPlan]] = [
    (
        "customers from country Canada and products with price above 50",
        FilterPlan(roots=(root("customers", canada()), root("products", compare("price", ">", 50)))),
    ),
    (
        "customers from country Canada and all products",
        FilterPlan(roots=(root("customers", canada()),), full=("public.products",)),
    ),
    ("customers and products", FilterPlan(roots=(root("customers"), root("products")))),
    ("customers from country Canada and their orders", FilterPlan(roots=(root("customers", canada()),))),
    (
        "customers from country Canada with all their orders and reviews",
        FilterPlan(roots=(root("customers", canada()),)),
    ),
    (
        "customers from country Canada, exclude table audit_log",
        FilterPlan(roots=(root("customers", canada()),), exclude=("public.audit_log",)),
    ),
    (
        "customers from country Canada without the tables audit_log and country_codes",
        FilterPlan(roots=(root("customers", canada()),), exclude=("public.audit_log", "public.country_codes")),
    ),
    (
        "customers from country Canada and skip the logs",
        FilterPlan(roots=(root("customers", canada()),), exclude=("public.audit_log",)),
    ),
    ("everything except the audit_log table", FilterPlan(exclude=("public.audit_log",))),
]


def understood(prompt: str, catalog: Catalog) -> FilterPlan:
    answer = plan_offline(prompt, catalog)
    assert isinstance(answer, FilterPlan), f"{prompt!r} was refused: {answer}"
    return answer


@pytest.mark.parametrize(
    ("catalog", "prompt", "expected"), UNDERSTOOD, ids=[f"{case[0].database}: {case[1]}" for case in UNDERSTOOD]
)
def test_a_sentence_means_these_rows(catalog: Catalog, prompt: str, expected: Root) -> None:
    plan = understood(prompt, catalog)
    assert plan.roots == (expected,)
    assert plan.exclude == ()
    assert plan.full == ()


@pytest.mark.parametrize(("prompt", "expected"), SEVERAL_SUBJECTS, ids=[case[0] for case in SEVERAL_SUBJECTS])
def test_a_sentence_of_several_subjects_means_these_tables(prompt: str, expected: FilterPlan) -> None:
    plan = understood(prompt, SHOP)
    assert (plan.roots, plan.full, plan.exclude) == (expected.roots, expected.full, expected.exclude)


@pytest.mark.parametrize(
    "prompt",
    [
        "Extract {}",
        "Please give me {}.",
        "show me all the {}!",
        "I need {}",
        "We want to copy every one of... {}".replace("every one of... ", ""),
        "create a test database with {}",
        "a copy of {}",
        "Could you export only {}?",
    ],
)
def test_words_that_only_lead_in_change_nothing(prompt: str) -> None:
    expected = understood("customers from country Canada", SHOP)
    assert understood(prompt.format("customers from country Canada"), SHOP).roots == expected.roots


@pytest.mark.parametrize(("catalog", "prompt", "expected"), UNDERSTOOD, ids=[case[1] for case in UNDERSTOOD])
def test_a_plan_fits_the_catalog_and_needs_no_further_resolution(catalog: Catalog, prompt: str, expected: Root) -> None:
    plan = understood(prompt, catalog)
    assert check_plan(plan, catalog).roots == plan.roots


def test_the_evidence_says_which_words_led_to_what() -> None:
    plan = understood("Extract customers from last 6 months with 3+ purchases", SHOP)
    assert [(entry.words, entry.meaning) for entry in plan.evidence] == [
        ("customers", "the table public.customers"),
        ("from last 6 months", "customers.created_at within the last 6 months"),
        ("with 3+ purchases", "at least 3 orders"),
    ]


def test_the_reading_says_the_request_in_the_databases_words() -> None:
    plan = understood("top 5 clients with 3+ purchases by loyalty points, exclude the logs", SHOP)
    assert plan.reading == (
        "the 5 of customers (at least 3 orders) with the highest customers.loyalty_points, over orders by customer_id; "
        "left out: public.audit_log"
    )
