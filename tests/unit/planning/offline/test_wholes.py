"""The whole database, samples of it, and tables that are not there. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import NORTHWIND, SHOP
from tests.unit.planning.offline.known_values import OF_THE_SHOP, FixedValues


def refused(prompt: str) -> Refusal:
    answer = plan_offline(prompt, SHOP, FixedValues(OF_THE_SHOP))
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.mark.parametrize(
    "prompt",
    [
        "everything",
        "the whole database",
        "all tables",
        "Please export all data",
        "copy everything in the database",
        "all rows of all tables",
        "a copy of the entire database",
    ],
)
def test_the_whole_database_is_every_table_whole(prompt: str) -> None:
    plan = plan_offline(prompt, SHOP)
    assert isinstance(plan, FilterPlan)
    assert plan.full == tuple(str(table.name) for table in SHOP.tables)
    assert (plan.roots, plan.exclude, plan.reading) == ((), (), "every table, whole")


@pytest.mark.parametrize("prompt", ["everything from last month", "all data from Canada", "everything about flights"])
def test_what_is_said_of_everything_is_not_left_out(prompt: str) -> None:
    assert refused(prompt).not_understood


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("1% of everything", "1% of"),
        ("a 5% sample of the database", "5% of"),
        ("100 random rows of all tables", "100 random"),
        ("a small sample of the data", "1% of"),
    ],
)
@pytest.mark.parametrize("catalog", [SHOP, NORTHWIND], ids=["shop", "northwind"])
def test_a_sample_of_everything_is_answered_with_one_that_can_be_had(prompt: str, said: str, catalog: Catalog) -> None:
    answer = plan_offline(prompt, catalog)
    assert isinstance(answer, Refusal)
    (entry,) = answer.not_understood
    (candidate,) = entry.candidates
    assert candidate.startswith(said)
    assert isinstance(plan_offline(candidate, catalog), FilterPlan)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("customers from Canada, exclude table audit_trail", "audit_trail"),
        ("customers from Canada without the invoices table", "invoices"),
        ("everything except the table archive", "archive"),
    ],
)
def test_a_table_that_is_not_there_cannot_be_left_out(prompt: str, name: str) -> None:
    assert f"there is no table {name}." in refused(prompt).reason


def test_a_table_that_is_not_there_is_answered_with_one_that_is_spelled_nearly_so() -> None:
    (entry,) = refused("customers from Canada, exclude table audit_logs_x").not_understood
    assert entry.candidates == ("audit_log",)


def test_without_the_rows_may_be_without_the_table() -> None:
    (entry,) = refused("customers from Canada, without the reviews").not_understood
    assert entry.candidates == ("with no reviews", "exclude the table reviews")
