"""Grades that somebody got, how something ended, reasons in a clause, and what "one" and "none" stand for.

Needs nothing running.
"""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import Comparison, ComparisonOperator, FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    both,
    compare,
    counted,
    exists,
    no,
    one_of,
    path,
    root,
)
from tests.unit.planning.offline.known_values import FixedValues, KnownValues

COLLEGE = catalog(
    "college",
    (
        table("students", "id int!", "name text!", "gender F|M|X", "nationality text!", "has_scholarship bool!"),
        table("lecturers", "id int!", "name text!", "is_tenured bool!"),
        table("courses", "id int!", "lecturer_id int!", "title text!"),
        table("enrolments", "id int!", "student_id int!", "course_id int!", "grade A|B|C|F"),
        table("fees", "id int!", "student_id int!", "fee_type tuition|housing!", "amount num!"),
        table("rooms", "id int!", "room_no text!"),
    ),
    (
        reference("courses", "lecturer_id", "lecturers"),
        reference("enrolments", "student_id", "students"),
        reference("enrolments", "course_id", "courses"),
        reference("fees", "student_id", "students"),
    ),
)
BISTRO = catalog(
    "bistro",
    (
        table("restaurants", "id int!", "name text!", "cuisine mexican|indian!"),
        table("couriers", "id int!", "name text!", "vehicle car|van|bicycle!", "status offline|busy!"),
        table("customers", "id int!", "name text!", "country text!"),
        table("orders", "id int!", "customer_id int!", "restaurant_id int!", "courier_id int", "placed_at tstz!"),
        table("categories", "id int!", "name text!"),
        table("listings", "id int!", "category_id int!", "status active|sold!", "price num!"),
        table("tickets", "id int!", "customer_id int!", "order_id int", "subject text!"),
        table("returns", "id int!", "order_id int!", "reason damaged|wrong_item!", "status open|closed!"),
    ),
    (
        reference("orders", "customer_id", "customers"),
        reference("orders", "restaurant_id", "restaurants"),
        reference("orders", "courier_id", "couriers"),
        reference("listings", "category_id", "categories"),
        reference("tickets", "customer_id", "customers"),
        reference("tickets", "order_id", "orders"),
        reference("returns", "order_id", "orders"),
    ),
)
KNOWN: KnownValues = {
    ("students", "nationality"): ("Spain", "Norway"),
    ("courses", "title"): ("Linear Algebra", "Optics"),
    ("categories", "name"): ("Laptops", "Cameras"),
    ("customers", "country"): ("Germany", "France"),
}
GRADED = path("v enrolments.student_id")
ORDERED = path("v orders.customer_id")

A = compare("grade", "=", "A")
OF_SPAIN = exists(path("^ students.student_id"), condition=compare("nationality", "=", "Spain"))


def _got(grade: str) -> Root:
    return root("students", exists(GRADED, condition=compare("grade", "=", grade)))


UNDERSTOOD: list[tuple[Catalog, str, tuple[Root, ...]]] = [
    (COLLEGE, "students who got an A", (_got("A"),)),
    (COLLEGE, "students with an F", (_got("F"),)),
    (
        COLLEGE,
        "students who got an A in Linear Algebra",
        (
            root(
                "students",
                exists(
                    GRADED,
                    condition=both(
                        compare("grade", "=", "A"),
                        exists(path("^ courses.course_id"), condition=compare("title", "=", "Linear Algebra")),
                    ),
                ),
            ),
        ),
    ),
    (
        COLLEGE,
        "students who got an A but never an F",
        (
            root(
                "students",
                both(
                    exists(GRADED, condition=compare("grade", "=", "A")),
                    no(exists(GRADED, condition=compare("grade", "=", "F"))),
                ),
            ),
        ),
    ),
    (COLLEGE, "students without an F", (root("students", no(exists(GRADED, condition=compare("grade", "=", "F")))),)),
    (COLLEGE, "enrolments with an A", (root("enrolments", compare("grade", "=", "A")),)),
    (COLLEGE, "enrolments of students from Spain with an A", (root("enrolments", both(OF_SPAIN, A)),)),
    (
        COLLEGE,
        "students with both fees and enrolments",
        (root("students", both(exists(path("v fees.student_id")), exists(GRADED))),),
    ),
    (COLLEGE, "enrolments that ended with an F", (root("enrolments", compare("grade", "=", "F")),)),
    (COLLEGE, "students holding a scholarship", (root("students", compare("has_scholarship", "=", True)),)),
    (
        COLLEGE,
        "courses taught by someone with tenure",
        (root("courses", exists(path("^ lecturers.lecturer_id"), condition=compare("is_tenured", "=", True))),),
    ),
    (
        COLLEGE,
        "students with more tuition fees than housing ones",
        (
            root(
                "students",
                Comparison(
                    left=counted(path("v fees.student_id"), compare("fee_type", "=", "tuition")),
                    operator=ComparisonOperator.GREATER,
                    right=counted(path("v fees.student_id"), compare("fee_type", "=", "housing")),
                ),
            ),
        ),
    ),
    (
        COLLEGE,
        "students with a housing fee but no tuition one",
        (
            root(
                "students",
                both(
                    exists(path("v fees.student_id"), condition=compare("fee_type", "=", "housing")),
                    no(exists(path("v fees.student_id"), condition=compare("fee_type", "=", "tuition"))),
                ),
            ),
        ),
    ),
    (
        BISTRO,
        "customers who ordered from a Mexican restaurant but never from an Indian one",
        (
            root(
                "customers",
                both(
                    exists(
                        ORDERED,
                        exists(path("^ restaurants.restaurant_id"), condition=compare("cuisine", "=", "mexican")),
                    ),
                    no(
                        exists(
                            ORDERED,
                            exists(path("^ restaurants.restaurant_id"), condition=compare("cuisine", "=", "indian")),
                        )
                    ),
                ),
            ),
        ),
    ),
    (
        BISTRO,
        "categories with active listings but none over $500",
        (
            root(
                "categories",
                both(
                    exists(path("v listings.category_id"), condition=compare("status", "=", "active")),
                    no(exists(path("v listings.category_id"), condition=compare("price", ">", 500))),
                ),
            ),
        ),
    ),
    (
        BISTRO,
        "couriers who drive a car or a van and are offline",
        (root("couriers", both(one_of("vehicle", "car", "van"), compare("status", "=", "offline"))),),
    ),
    (BISTRO, "returns because the item was damaged", (root("returns", compare("reason", "=", "damaged")),)),
    (
        BISTRO,
        "active laptop listings under $800",
        (
            root(
                "listings",
                both(
                    compare("status", "=", "active"),
                    exists(path("^ categories.category_id"), condition=compare("name", "=", "Laptops")),
                    compare("price", "<", 800),
                ),
            ),
        ),
    ),
    # A country's name describes no listing.
    (
        BISTRO,
        "customers from Germany and active listings over $1000",
        (
            root("customers", compare("country", "=", "Germany")),
            root("listings", both(compare("status", "=", "active"), compare("price", ">", 1000))),
        ),
    ),
    (
        BISTRO,
        "open returns, plus the active listings",
        (root("returns", compare("status", "=", "open")), root("listings", compare("status", "=", "active"))),
    ),
]

REFUSED: list[tuple[Catalog, str, str]] = [
    (COLLEGE, "students who got an A in 2024", "in 2024"),
    (COLLEGE, "lecturers who got an A", "got"),
    (COLLEGE, "students with the one", "one"),
    (COLLEGE, "students who got an A but not in Optics", "Optics"),  # no A there, or never there?
    (BISTRO, "tickets of customers with orders", "orders"),  # a ticket may be about an order, too
    (BISTRO, "returns because the item was blue", "because"),
    (BISTRO, "couriers who drive", "drive"),
    (BISTRO, "orders because of rain", "because"),
]


@pytest.mark.parametrize(("database", "prompt", "expected"), UNDERSTOOD, ids=[case[1] for case in UNDERSTOOD])
def test_it_is_read_as_english_has_it(database: Catalog, prompt: str, expected: tuple[Root, ...]) -> None:
    plan = plan_offline(prompt, database, FixedValues(KNOWN))
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == expected


@pytest.mark.parametrize(("database", "prompt", "words"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_nothing_records_is_refused(database: Catalog, prompt: str, words: str) -> None:
    refusal = plan_offline(prompt, database, FixedValues(KNOWN))
    assert isinstance(refusal, Refusal), refusal
    assert words in {entry.words for entry in refusal.not_understood}


def test_the_evidence_tells_what_a_pronoun_was_taken_for() -> None:
    plan = plan_offline("students with more tuition fees than housing ones", COLLEGE)
    assert isinstance(plan, FilterPlan), plan
    assert ("ones", "taken for fees") in {(entry.words, entry.meaning) for entry in plan.evidence}
