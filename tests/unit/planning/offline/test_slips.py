"""Slips of the fingers. Needs nothing running."""

import pytest

from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from datavalut.planning.offline.spelling import american, distance, nearly_spelled, value_key
from tests.unit.planning.offline.catalogs import SHOP
from tests.unit.planning.offline.known_values import OF_THE_SHOP, FixedValues


def planned(prompt: str) -> FilterPlan | Refusal:
    return plan_offline(prompt, SHOP, FixedValues(OF_THE_SHOP))


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("custmers from Canada", "customers from Canada"),
        ("cusotmers from Canada", "customers from Canada"),
        ("customers from Canda", "customers from Canada"),
        ("custmers from Canda with 3+ ordrs", "customers from Canada with 3+ orders"),
        ("customers withot an email", "customers without an email"),
        ("orders from the last 6 mnoths", "orders from the last 6 months"),
        ("prodcts with pirce above 50", "products with price above 50"),
    ],
)
def test_a_slip_is_read_as_what_was_meant_and_the_evidence_says_so(slip: str, meant: str) -> None:
    plan, right = planned(slip), planned(meant)
    assert isinstance(plan, FilterPlan), plan
    assert isinstance(right, FilterPlan)
    assert plan.roots == right.roots
    wrong = [word for word in slip.split(" ") if word not in meant.split(" ")]
    assert [(entry.words, "taken for" in entry.meaning) for entry in plan.evidence[: len(wrong)]] == [
        (word, True) for word in wrong
    ]


@pytest.mark.parametrize(
    "prompt",
    [
        "products with a prize above 50",  # an English word, though near to price
        "reviewers from Canada",  # another word, made of the same root
        "customers from Austria",  # no slip of a country here
        'customers with country "Canda"',  # in quotes a value is as it stands
        "costomars frum Kanada",  # more than slips
    ],
)
def test_what_is_no_slip_is_not_corrected(prompt: str) -> None:
    answer = planned(prompt)
    assert isinstance(answer, Refusal) or "Canda" in str(answer.roots)


def test_of_two_words_as_near_none_is_meant() -> None:
    assert nearly_spelled("ordars", ["orders", "ordeals"]) == ["orders"]
    assert nearly_spelled("tags", ["tabs", "tips"]) == []
    assert nearly_spelled("planx", ["plans", "plant"]) == []
    assert nearly_spelled("stutes", ["states", "status", "stages"]) == ["states"]


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("same", "same", 0), ("form", "from", 1), ("custmer", "customer", 1), ("abc", "xyz", None), ("ab", "abcd", 2)],
)
def test_slips_are_counted_up_to_the_most(left: str, right: str, slips: int | None) -> None:
    assert distance(left, right, 2) == slips


@pytest.mark.parametrize(
    ("british", "expected"),
    [
        ("colour", "color"),
        ("cancelled", "canceled"),
        ("organisation", "organization"),
        ("centre", "center"),
        ("enrolment", "enrollment"),
        ("advised", "advised"),
        ("promise", "promise"),
        ("hour", "hour"),
        ("called", "called"),
    ],
)
def test_british_words_have_one_form_with_american_ones(british: str, expected: str) -> None:
    assert american(british) == american(expected)
    if british == expected:
        assert american(british) == british


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("In progress", "in_progress"),
        ("no-show", "No Show"),
        ("O-", "o -"),
        ("Québec", "quebec"),
        ("Cancelled", "canceled"),
    ],
)
def test_a_value_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert value_key(one) == value_key(other)


def test_signs_at_the_end_of_a_value_count() -> None:
    assert len({value_key(value) for value in ("O", "O-", "O+")}) == 3
