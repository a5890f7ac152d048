"""Where a sentence could be read in two ways: which is taken, and what is refused. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import PAGILA, SHOP, catalog, reference, table
from tests.unit.planning.offline.conditions import (
    both,
    compare,
    count,
    dates,
    exists,
    no,
    path,
    root,
    text,
    time,
    top,
)
from tests.unit.planning.offline.known_values import FixedValues

LEDGER = catalog(
    "ledger",
    (
        table("invoices", "id int!", "total num!", "currency text!", "issued_at tstz!"),
        table("events", "id int!", "kind text!", "points int!", "happened_at tstz!"),
    ),
    (),
)
STUDIO = catalog(
    "studio",
    (
        table("employee", "id int!", "name text!", "born date", "hired_on date!"),
        table("project", "id int!", "name text!", "lead_id int", "started_on date!"),
        table("assignment", "id int!", "employee_id int!", "project_id int!", "hours int!"),
        table("task", "id int!", "title text!", "project_id int!", "assignee_id int", "created_at tstz!"),
    ),
    (
        reference("project", "lead_id", "employee"),
        reference("assignment", "employee_id", "employee"),
        reference("assignment", "project_id", "project"),
        reference("task", "project_id", "project"),
        reference("task", "assignee_id", "employee"),
    ),
)
VALUES = FixedValues({("invoices", "currency"): ("EUR", "USD"), ("events", "kind"): ("export", "login")})
ORDERS = path("v orders.customer_id")
LEADS = path("v project.lead_id")

TAKEN: list[tuple[Catalog, str, Root]] = [
    (
        LEDGER,
        "invoices over 1000 EUR",
        root("invoices", both(compare("total", ">", 1000), compare("currency", "=", "EUR"))),
    ),
    (
        LEDGER,
        "EUR invoices over 1000",
        root("invoices", both(compare("currency", "=", "EUR"), compare("total", ">", 1000))),
    ),
    (LEDGER, "invoices over 2000", root("invoices", compare("total", ">", 2000))),
    (LEDGER, "invoices of 2024", root("invoices", time("issued_at", dates("2024-01-01", "2025-01-01")))),
    (LEDGER, "login events", root("events", compare("kind", "=", "login"))),
    (STUDIO, "employees who lead at least 2 projects", root("employee", count(LEADS, ">=", 2))),
    (STUDIO, "the 5 oldest employees", root("employee", top=top(5, "born", descending=False))),
    (STUDIO, "employees leading a project", root("employee", exists(LEADS))),
    (
        STUDIO,
        "tasks assigned to employees hired in 2024",
        root(
            "task",
            exists(path("^ employee.assignee_id"), time("hired_on", dates("2024-01-01", "2025-01-01"))),
        ),
    ),
    (SHOP, "which customers never ordered?", root("customers", no(exists(ORDERS)))),
    (SHOP, "I'm looking for customers w/ 3+ orders", root("customers", count(ORDERS, ">=", 3))),
    (SHOP, "customers from country Canada including orders", root("customers", text("country", "Canada"))),
]
REFUSED: list[tuple[Catalog, str, str]] = [
    (LEDGER, "export events", "export"),  # a kind of events, or what to do with them?
    (LEDGER, "invoices over $500", "over $500"),  # dollars of which country?
    (LEDGER, "invoices with total above 500 EUR", "above 500 EUR"),
    (LEDGER, "events over 2000", "over"),  # neither an amount nor a year
    (STUDIO, "projects with more than 5 employees", "employees"),  # who lead them, or who work on them?
    (STUDIO, "employees with projects", "projects"),
    (SHOP, "the 5 oldest customers", "the 5 oldest"),  # by their birth, or the first to come?
    (PAGILA, "film categories with more than 20 films", "film categories"),  # categories, or the table of pairs
    (SHOP, "customers who never ordered in March", "March"),
]


@pytest.mark.parametrize(("database", "prompt", "expected"), TAKEN, ids=[case[1] for case in TAKEN])
def test_a_rule_decides(database: Catalog, prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, database, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("database", "prompt", "words"), REFUSED, ids=[case[1] for case in REFUSED])
def test_without_a_rule_the_words_are_refused(database: Catalog, prompt: str, words: str) -> None:
    refusal = plan_offline(prompt, database, VALUES)
    assert isinstance(refusal, Refusal), refusal
    assert words in [entry.words for entry in refusal.not_understood]
