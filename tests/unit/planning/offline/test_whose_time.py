"""Whose a time or a value is, where it could be said of several things: refused, not guessed. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    both,
    calendar,
    compare,
    count,
    dates,
    either,
    exists,
    no,
    null,
    older,
    one_of,
    path,
    root,
    time,
)
from tests.unit.planning.offline.known_values import FixedValues, KnownValues

BANK = catalog(
    "bank",
    (
        table("customers", "id int!", "name text!", "joined_on date!"),
        table(
            "accounts",
            *("id int!", "customer_id int!", "status active|frozen|closed!", "balance num!"),
            *("opened_on date!", "closed_on date"),
        ),
        table("departments", "id int!", "name text!"),
        table("employees", "id int!", "department_id int!", "salary num!", "is_remote bool!", "hired_on date!"),
        table(
            "payments",
            *("id int!", "account_id int!", "status pending|cancelled|booked!", "amount num!", "paid_at tstz!"),
            "refunded_at tstz",
        ),
        table("loans", "id int!", "customer_id int!", "principal num!", "term_months int!", "granted_on date!"),
        table("reviews", "id int!", "employee_id int!", "due_on date!", "held_on date!"),
        table("companies", "id int!", "plan free|pro!", "mrr num!", "signed_up_on date!"),
        table("salespeople", "id int!", "full_name text!", "hired_on date!"),
        table("sales", "id int!", "salesperson_id int!", "sale_price num!", "sold_on date!"),
        table("instalments", "id int!", "sale_id int!", "amount num!", "due_on date!"),
        table("repairs", "id int!", "dropped_off_at tstz!", "picked_up_at tstz"),
        table("courses", "id int!", "title text!"),
        table("students", "id int!", "name text!", "enrolled_on date!"),
        table("enrollments", "student_id int!", "course_id int!", "enrolled_at tstz!"),
    ),
    (
        reference("accounts", "customer_id", "customers"),
        reference("employees", "department_id", "departments"),
        reference("reviews", "employee_id", "employees"),
        reference("loans", "customer_id", "customers"),
        reference("sales", "salesperson_id", "salespeople"),
        reference("instalments", "sale_id", "sales"),
        reference("payments", "account_id", "accounts"),
        reference("enrollments", "student_id", "students"),
        reference("enrollments", "course_id", "courses"),
    ),
)
BLOG = catalog(
    "blog",
    (
        table("people", "id int!", "username text!", "country text!", "joined_at tstz!"),
        table("posts", "id int!", "author_id int!", "visibility public|private!", "language text!", "created_at tstz!"),
        table("comments", "id int!", "post_id int!", "person_id int!", "created_at tstz!"),
        table("reports", "id int!", "post_id int!", "state open|closed!"),
    ),
    (
        reference("posts", "author_id", "people"),
        reference("comments", "post_id", "posts"),
        reference("comments", "person_id", "people"),
        reference("reports", "post_id", "posts"),
    ),
)
OF_THE_BLOG: KnownValues = {
    ("people", "country"): ("Poland", "Spain"),
    ("posts", "language"): ("English", "Spanish"),
}
PRACTICE = catalog(
    "practice",
    (
        table("patients", "id int!", "name text!", "created_at tstz!"),
        table("appointments", "id int!", "patient_id int!", "created_at tstz!", "starts_at tstz!"),
        table("appointment_items", "id int!", "appointment_id int!", "fee num!"),
        table("matches", "id int!", "created_at tstz!", "played_on date!"),
        table("projects", "id int!", "created_at tstz!", "start_date date!"),
        table("tasks", "id int!", "created_at tstz!", "start_date date"),
        table("bookings", "id int!", "booked_at tstz!", "check_in date!"),
    ),
    (
        reference("appointments", "patient_id", "patients"),
        reference("appointment_items", "appointment_id", "appointments"),
    ),
)
IN_2024 = dates("2024-01-01", "2025-01-01")

OF_EITHER = [
    "frozen accounts in 2024",
    "closed accounts in 2024",
    "closed accounts from 2024",
    "customers with frozen accounts in 2024",
    "remote employees since 2020",
    "refunded payments in 2024",
    "customers with a total balance above 5000 in 2024",
    "top 10 customers by total balance in 2024",
    "accounts with a balance above 5000 in 2024",
    "departments with more than 5 employees in 2024",
    "top 3 departments by number of employees in 2024",
    "departments with an average salary above 50000 in 2024",
    "employees earning over 50000 in 2024",
    "courses with no students enrolled since 2024",
    "courses with students who enrolled in 2024",
    "reviews with employees with a salary above 1000 next week",
    "companies with mrr above 1000 in 2024",
    "pro companies since 2024",
    "salespeople with sales over 1000000",  # one, or all together?
    "top 5 salespeople by revenue",  # of the sales, or as far as it is paid?
    "repairs in 2024",  # brought, or fetched?
    "loans with a term longer than 2 years",  # which are no months of theirs
]


@pytest.mark.parametrize("prompt", OF_EITHER)
def test_the_time_of_what_lasts_is_not_that_of_its_creation(prompt: str) -> None:
    answer = plan_offline(prompt, BANK)
    assert isinstance(answer, Refusal), answer.reading


MADE_THEN_OR_HELD_THEN = [
    "appointments in 2024",
    "patients with an appointment in 2024",
    "patients whose last appointment was in 2024",
    "latest 10 appointments",
    "appointment items in 2024",
    "matches in 2024",
    "projects from 2024",
    "stays in 2024",
    "all stays from 2024",
]


@pytest.mark.parametrize("prompt", MADE_THEN_OR_HELD_THEN)
def test_the_day_on_which_a_row_was_made_is_not_that_on_which_it_happens(prompt: str) -> None:
    answer = plan_offline(prompt, PRACTICE)
    assert isinstance(answer, Refusal), answer.reading


def test_the_refusal_names_the_whole_of_what_is_not_clear() -> None:
    answer = plan_offline("departments with more than 5 employees in March 2024", BANK)
    assert isinstance(answer, Refusal), answer.reading
    assert [entry.words for entry in answer.not_understood] == ["in March 2024"]


OF_ONE: list[tuple[Catalog, str, Root]] = [
    (
        BANK,
        "frozen accounts from 2024",
        root("accounts", both(compare("status", "=", "frozen"), time("opened_on", IN_2024))),
    ),
    (
        BANK,
        "closed accounts opened in 2024",
        root("accounts", both(compare("status", "=", "closed"), time("opened_on", IN_2024))),
    ),
    (
        BANK,
        "cancelled payments in 2024",
        root("payments", both(compare("status", "=", "cancelled"), time("paid_at", IN_2024))),
    ),
    (
        BANK,
        "frozen accounts older than 2 years",
        root("accounts", both(compare("status", "=", "frozen"), time("opened_on", older(2, "year")))),
    ),
    (
        BANK,
        "unrefunded payments in 2024",
        root("payments", both(null("refunded_at"), time("paid_at", IN_2024))),
    ),
    (
        BANK,
        "departments with more than 5 employees hired in 2024",
        root("departments", count(path("v employees.department_id"), ">", 5, time("hired_on", IN_2024))),
    ),
    (
        BANK,
        "accounts with payments over 500 in 2024",
        root(
            "accounts",
            exists(path("v payments.account_id"), both(compare("amount", ">", 500), time("paid_at", IN_2024))),
        ),
    ),
    (
        BANK,
        "payments from yesterday and today",
        root("payments", either(time("paid_at", calendar("day", -1)), time("paid_at", calendar("day", 0)))),
    ),
    (
        BANK,
        "payments this month or last month",
        root("payments", either(time("paid_at", calendar("month", 0)), time("paid_at", calendar("month", -1)))),
    ),
    (BANK, "loans with a term longer than 24 months", root("loans", compare("term_months", ">", 24))),
    (BANK, "loans with a term of 12 months", root("loans", compare("term_months", "=", 12))),
    (
        BANK,
        "loans over 5000 in 2024",
        root("loans", both(compare("principal", ">", 5000), time("granted_on", IN_2024))),
    ),
    (
        BANK,
        "sales made by salespeople hired in 2024",
        root("sales", exists(path("^ salespeople.salesperson_id"), time("hired_on", IN_2024))),
    ),
    # A post is its author's, whoever else has commented on it.
    (BLOG, "people with no posts", root("people", no(exists(path("v posts.author_id"))))),
    (BLOG, "people from Spain, leave out the reports", root("people", compare("country", "=", "Spain"))),
    (
        BANK,
        "payments over 500 made in 2024",
        root("payments", both(compare("amount", ">", 500), time("paid_at", IN_2024))),
    ),
    (BLOG, "posts written in Spanish", root("posts", compare("language", "=", "Spanish"))),
    (BLOG, "posts written in Spanish or English", root("posts", one_of("language", "Spanish", "English"))),
    (BLOG, "public posts", root("posts", compare("visibility", "=", "public"))),
    (BLOG, "public.posts from 2024", root("posts", time("created_at", IN_2024))),
    (PRACTICE, "appointments created in 2024", root("appointments", time("created_at", IN_2024))),
    (PRACTICE, "appointments starting in 2024", root("appointments", time("starts_at", IN_2024))),
    (PRACTICE, "bookings in 2024", root("bookings", time("booked_at", IN_2024))),
    (PRACTICE, "tasks in 2024", root("tasks", time("created_at", IN_2024))),  # when one starts is planned, if at all
    (BLOG, "people who never commented", root("people", no(exists(path("v comments.person_id"))))),
]


@pytest.mark.parametrize(("source", "prompt", "meant"), OF_ONE, ids=[case[1] for case in OF_ONE])
def test_what_can_be_said_of_one_thing_only_is_understood(source: Catalog, prompt: str, meant: Root) -> None:
    plan = plan_offline(prompt, source, FixedValues(OF_THE_BLOG))
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (meant,)


def test_a_language_says_nothing_of_the_country_of_who_wrote_in_it() -> None:
    assert isinstance(plan_offline("posts written in Polish", BLOG, FixedValues(OF_THE_BLOG)), Refusal)


def test_what_is_said_of_one_subject_does_not_describe_the_next() -> None:
    plan = plan_offline("public posts in English, and open reports", BLOG, FixedValues(OF_THE_BLOG))
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (
        root("posts", both(compare("visibility", "=", "public"), compare("language", "=", "English"))),
        root("reports", compare("state", "=", "open")),
    )
