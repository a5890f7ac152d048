"""Wishes to have the data changed are no choice of rows, and never taken for values. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import SHOP, catalog, table
from tests.unit.planning.offline.conditions import root, text
from tests.unit.planning.offline.known_values import OF_THE_SHOP, FixedValues


def refused(prompt: str) -> Refusal:
    answer = plan_offline(prompt, SHOP, FixedValues(OF_THE_SHOP))
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("customers from Canada with emails masked", "masked"),
        ("customers with email redacted", "redacted"),
        ("customers with a hashed phone", "hashed"),
        ("customers whose email is anonymised", "anonymised"),
        ("anonymized customers", "anonymized"),
        ("customers from Canada, anonymized", "anonymized"),
        ("customers from Canada without personal data", "personal data"),
        ("orders without PII", "PII"),
    ],
)
def test_data_that_is_to_be_altered_is_refused_as_such(prompt: str, words: str) -> None:
    refusal = refused(prompt)
    assert "never changed" in refusal.reason
    assert [entry.words for entry in refusal.not_understood] == [words]


@pytest.mark.parametrize(
    "prompt",
    [
        "customers with emails replaced",
        "customers with the email removed",
        "customers whose email is reset",
        "customers from Canada with emails deleted",
        "customers with city hidden",
        "products with name changed",
        "customers with phone verified",
        "orders whose note is cancelled",
        "customers whose email is private",
    ],
)
@pytest.mark.parametrize("values", [None, FixedValues(OF_THE_SHOP)], ids=["values unknown", "values known"])
def test_a_word_that_is_said_of_a_column_is_no_value_of_it(prompt: str, values: FixedValues | None) -> None:
    assert isinstance(plan_offline(prompt, SHOP, values), Refusal)


def test_a_change_is_named_as_the_reason() -> None:
    assert "never changed" in refused("customers whose email is reset").reason


def test_in_a_list_of_values_such_a_word_is_none_either() -> None:
    assert isinstance(plan_offline("customers from country Canada, removed", SHOP), Refusal)


@pytest.mark.parametrize("prompt", ["mask the emails of all customers", "customers from Canada and hash their emails"])
def test_a_command_to_alter_is_refused(prompt: str) -> None:
    assert "other than choosing rows" in refused(prompt).reason


@pytest.mark.parametrize("word", ["blank", "empty", "missing"])
def test_a_text_that_is_not_there_may_be_null_or_empty(word: str) -> None:
    (entry,) = refused(f"customers with phone {word}").not_understood
    assert entry.words == word
    assert f'phone "{word}"' in entry.candidates


def test_in_quotes_any_word_is_a_value() -> None:
    plan = plan_offline('customers whose email is "masked"', SHOP)
    assert isinstance(plan, FilterPlan)
    assert plan.roots[0].condition is not None


def test_of_a_state_a_participle_is_a_value() -> None:
    parcels = catalog("post", (table("parcels", "id int!", "status text"),), ())
    plan = plan_offline("parcels with status returned", parcels)
    assert isinstance(plan, FilterPlan)
    assert plan.roots == (root("parcels", text("status", "returned")),)
