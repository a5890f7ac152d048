"""What a refusal names and offers: no article, nothing that is refused as well. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import PAGILA, SHOP, catalog, reference, table
from tests.unit.planning.offline.conditions import compare, exists, path, root
from tests.unit.planning.offline.known_values import OF_THE_SHOP, FixedValues, KnownValues

TASKS = catalog(
    "tasks",
    (
        table("Client", "id int!", "name text!"),
        table("Employee", "id int!", "fullName text!"),
        table("Project", "id int!", "client_id int!", "title text"),
        table("TaskItem", "id int!", "project_id int!", "status open|done!", "hours num", "priority int"),
        table("task_comment", "id int!", "task_id int!", "author_id int", "body text"),
        table("order_items", "id int!", "order_id int", "total num!"),
        table("orders", "id int!", "ordered_at tstz!", "note text"),
    ),
    (
        reference("Project", "client_id", "Client"),
        reference("TaskItem", "project_id", "Project"),
        reference("task_comment", "task_id", "TaskItem"),
        reference("task_comment", "author_id", "Employee"),
        reference("order_items", "order_id", "orders"),
    ),
)
OF_TASKS: KnownValues = {
    ("Client", "name"): ("Client 1", "Client 2"),
    ("Employee", "fullName"): ("Person 3", "Person 4"),
}


def refused(prompt: str, database: Catalog, values: KnownValues | None = None) -> Refusal:
    answer = plan_offline(prompt, database, FixedValues(values or {}))
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.mark.parametrize(
    ("database", "prompt", "words"),
    [
        (TASKS, "projects with a lighthouse", "lighthouse"),
        (TASKS, "projects of the lighthouse", "lighthouse"),
        (TASKS, "all the lighthouses", "lighthouses"),
        (SHOP, "customers with the purple shoes", "purple"),
    ],
)
def test_an_article_is_never_what_is_not_understood(database: Catalog, prompt: str, words: str) -> None:
    named = [entry.words for entry in refused(prompt, database).not_understood]
    assert named[0] == words


@pytest.mark.parametrize("prompt", ["projects with more than 100 hours", "clients with title", "orders with hours"])
def test_no_candidate_is_the_word_itself(prompt: str) -> None:
    for entry in refused(prompt, TASKS).not_understood:
        assert entry.words.lower() not in {candidate.lower() for candidate in entry.candidates}


def test_a_column_of_another_table_is_told_as_such() -> None:
    assert '"hours", a column of TaskItem' in refused("projects with more than 100 hours", TASKS).reason


def test_a_place_that_no_column_holds_is_no_candidate() -> None:
    refusal = refused("customers from Italy", SHOP, OF_THE_SHOP)
    assert refusal.reason == 'Not understood: "Italy": no city or country that is known is called so.'
    assert refusal.not_understood[0].candidates == ()


def test_a_word_that_is_only_like_a_synonym_is_answered_with_no_table() -> None:
    assert refused("gold clients", TASKS, OF_TASKS).not_understood[0].candidates == ()


@pytest.mark.parametrize("prompt", ["customers with order total above 100", "appointments?", "orders not yet shipped"])
def test_a_reason_ends_with_one_sign(prompt: str) -> None:
    assert "?." not in refused(prompt, SHOP).reason


@pytest.mark.parametrize("prompt", ["tasks", "all the tasks", "task items"])
def test_a_table_is_called_what_the_keys_that_lead_to_it_are_named_for(prompt: str) -> None:
    plan = plan_offline(prompt, TASKS)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("TaskItem"),)


def test_the_name_of_a_key_that_is_a_role_names_no_table() -> None:
    assert isinstance(plan_offline("referred", SHOP), Refusal)
    assert isinstance(plan_offline("originals", PAGILA), Refusal)


def test_a_name_that_begins_like_a_noun_is_a_name() -> None:
    plan = plan_offline("comments by Person 3", TASKS, FixedValues(OF_TASKS))
    assert isinstance(plan, FilterPlan)
    author = exists(path("^ Employee.author_id"), compare("fullName", "=", "Person 3"))
    assert plan.roots == (root("task_comment", author),)


@pytest.mark.parametrize(
    "prompt",
    [
        "orders with total over 500",
        "orders with a total over 500",
        "orders whose total is over 500",
        "orders with an order total above 500",
        "orders with the total value over 500",
    ],
)
def test_what_the_lines_come_to_is_the_total_of_what_has_none(prompt: str) -> None:
    said, worth = plan_offline(prompt, TASKS), plan_offline("orders over 500", TASKS)
    assert isinstance(said, FilterPlan)
    assert isinstance(worth, FilterPlan)
    assert said.roots == worth.roots


def test_a_column_that_is_called_total_comes_first() -> None:
    plan = plan_offline("order items with a total over 500", TASKS)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("order_items", compare("total", ">", 500)),)
