"""Keys that say what belongs where beside those of an office, and rows called by a mark, a rank or a way. Needs nothing
running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aggregate,
    both,
    compare,
    compare_expression,
    count,
    dates,
    either,
    exists,
    no,
    path,
    root,
    time,
    top,
)
from tests.unit.planning.offline.known_values import FixedValues

COLLEGE = catalog(
    "college",
    (
        table("dept", "id int!", "name text!", "head_id int"),
        table(
            "lecturer",
            *("id int!", "name text!", "rank Professor|Reader|Teaching Assistant!", "dept_id int!", "salary num!"),
        ),
        table("dorm_room", "id int!", "hall text!", "monthly_rent num!"),
        table(
            "student",
            *("id int!", "name text!", "status active|on_leave|dropped_out!", "dept_id int!", "advisor_id int"),
            "room_id int",
        ),
        table("course", "id int!", "title text!", "credits int!", "dept_id int!"),
        table("section", "id int!", "course_id int!", "lecturer_id int!", "assistant_id int"),
        table("enrolment", "id int!", "student_id int!", "section_id int!", "score num", "grade A|B|F"),
        table("fee", "id int!", "student_id int!", "amount num!", "due_date date!"),
        table("payment", "id int!", "fee_id int!", "amount num!", "paid_on date!"),
    ),
    (
        reference("dept", "head_id", "lecturer"),
        reference("lecturer", "dept_id", "dept"),
        reference("student", "dept_id", "dept"),
        reference("student", "advisor_id", "lecturer"),
        reference("student", "room_id", "dorm_room"),
        reference("course", "dept_id", "dept"),
        reference("section", "course_id", "course"),
        reference("section", "lecturer_id", "lecturer"),
        reference("section", "assistant_id", "lecturer"),
        reference("enrolment", "student_id", "student"),
        reference("enrolment", "section_id", "section"),
        reference("fee", "student_id", "student"),
        reference("payment", "fee_id", "fee"),
    ),
)
MARKET = catalog(
    "market",
    (
        table("users", "id int!", "name text!", "team_id int"),
        table("teams", "id int!", "name text!", "owner_id int"),
        table("coupons", "id int!", "code text!", "max_uses int"),
        table(
            "orders",
            *("id int!", "coupon_id int", "status pending|paid|delivered!", "total_amount num!"),
            *("payment_method card|paypal!", "placed_at tstz!"),
        ),
        table("listings", "id int!", "title text!"),
        table("venues", "id int!", "name text!", "capacity int!", "opened_in int"),
        table("apartments", "id int!", "area int!", "price num!"),
        table("patrons", "id int!", "name text!", "membership_level friend|benefactor"),
        table("productions", "id int!", "title text!", "age_rating text!"),
        table("castings", "production_id int!", "patron_id int!", "is_understudy bool!", key="production_id patron_id"),
        table("performances", "id int!", "production_id int!", "venue_id int!"),
        table("bookings", "id int!", "performance_id int!", "patron_id int!"),
        table("feedback", "id int!", "booking_id int!", "score int!"),
        table("gifts", "id int!", "patron_id int!", "amount_eur num!", "campaign text"),
        table("cities", "id int!", "name text!", "population int!"),
        table(
            "outages", "id int!", "city_id int!", "affected_households int!", "reported_at tstz!", "resolved_at tstz"
        ),
        table("order_lines", "id int!", "order_id int!", "listing_id int!", "quantity int!"),
        table("shipments", "id int!", "order_id int!", "carrier DHL|UPS!", "shipped_at tstz!"),
        table("tickets", "id int!", "channel email|phone!", "opened_at tstz!", "closed_at tstz"),
        table("tasks", "id int!", "title text!", "due_on date!", "is_done bool!"),
    ),
    (
        reference("users", "team_id", "teams"),
        reference("teams", "owner_id", "users"),
        reference("orders", "coupon_id", "coupons"),
        reference("order_lines", "order_id", "orders"),
        reference("order_lines", "listing_id", "listings"),
        reference("shipments", "order_id", "orders"),
        reference("castings", "production_id", "productions"),
        reference("castings", "patron_id", "patrons"),
        reference("performances", "production_id", "productions"),
        reference("performances", "venue_id", "venues"),
        reference("bookings", "performance_id", "performances"),
        reference("bookings", "patron_id", "patrons"),
        reference("feedback", "booking_id", "bookings"),
        reference("gifts", "patron_id", "patrons"),
        reference("outages", "city_id", "cities"),
    ),
)
VALUES = FixedValues(
    {
        ("dept", "name"): ("Physics", "Biology"),
        ("dorm_room", "hall"): ("North Hall", "West Court"),
        ("lecturer", "name"): ("Ada Berg",),
        ("course", "title"): ("Optics",),
    }
)
MEMBERS = path("v lecturer.dept_id")
ADVISOR = path("^ lecturer.advisor_id")
ENROLMENTS = path("v enrolment.student_id")
PROFESSOR = compare("rank", "=", "Professor")

OF_THE_COLLEGE: list[tuple[str, Root]] = [
    # who belongs to a department, and who heads it
    ("departments with more than 10 lecturers", root("dept", count(MEMBERS, ">", 10))),
    (
        "lecturers of the Physics department",
        root("lecturer", exists(path("^ dept.dept_id"), compare("name", "=", "Physics"))),
    ),
    ("departments headed by a professor", root("dept", exists(path("^ lecturer.head_id"), PROFESSOR))),
    ("departments with professors", root("dept", exists(MEMBERS, PROFESSOR))),
    # called by a rank, whatever else the word may mean
    ("professors", root("lecturer", PROFESSOR)),
    ("only teaching assistants", root("lecturer", compare("rank", "=", "Teaching Assistant"))),
    ("students whose advisor is a professor", root("student", exists(ADVISOR, PROFESSOR))),
    ("students advised by professors", root("student", exists(ADVISOR, PROFESSOR))),
    (
        "sections assisted by a reader",
        root("section", exists(path("^ lecturer.assistant_id"), compare("rank", "=", "Reader"))),
    ),
    # related rows by a mark
    ("students with 3+ F grades", root("student", count(ENROLMENTS, ">=", 3, compare("grade", "=", "F")))),
    ("students with an F grade", root("student", exists(ENROLMENTS, compare("grade", "=", "F")))),
    ("students with A grades", root("student", exists(ENROLMENTS, compare("grade", "=", "A")))),
    ("students without an F grade", root("student", no(exists(ENROLMENTS, compare("grade", "=", "F"))))),
    # a state in two words
    ("students who dropped out", root("student", compare("status", "=", "dropped_out"))),
    (
        "students except those who dropped out or are on leave",
        root("student", no(either(compare("status", "=", "dropped_out"), compare("status", "=", "on_leave")))),
    ),
    # where, and how much
    (
        "students in North Hall",
        root("student", exists(path("^ dorm_room.room_id"), compare("hall", "=", "North Hall"))),
    ),
    ("students studying Physics", root("student", exists(path("^ dept.dept_id"), compare("name", "=", "Physics")))),
    ("rooms cheaper than 400", root("dorm_room", compare("monthly_rent", "<", 400))),
    ("courses worth more than 6 credits", root("course", compare("credits", ">", 6))),
    (
        "courses with an average score below 60",
        root(
            "course",
            compare_expression(
                aggregate("avg", path("v section.course_id", "v enrolment.section_id"), "score"), "<", 60
            ),
        ),
    ),
    # what was charged, received and is overdue
    (
        "students charged more than 10000 in fees in total",
        root("student", compare_expression(aggregate("sum", path("v fee.student_id"), "amount"), ">", 10000)),
    ),
    ("payments received in 2025", root("payment", time("paid_on", dates("2025-01-01", "2026-01-01")))),
]
OF_THE_MARKET: list[tuple[str, Root]] = [
    # what is large, how far down it is measured, and who is called by a level
    ("the 3 largest venues", root("venues", top=top(3, "capacity"))),
    ("venues opened before 1950", root("venues", compare("opened_in", "<", 1950))),
    ("benefactors", root("patrons", compare("membership_level", "=", "benefactor"))),
    (
        "productions with an average score above 4",
        root(
            "productions",
            compare_expression(
                aggregate(
                    "avg",
                    path("v performances.production_id", "v bookings.performance_id", "v feedback.booking_id"),
                    "score",
                ),
                ">",
                4,
            ),
        ),
    ),
    (
        "patrons with gifts over 500 in total",
        root("patrons", compare_expression(aggregate("sum", path("v gifts.patron_id"), "amount_eur"), ">", 500)),
    ),
    ("outages that affected more than 200 households", root("outages", compare("affected_households", ">", 200))),
    (
        "outages in cities with more than 100,000 inhabitants",
        root("outages", exists(path("^ cities.city_id"), compare("population", ">", 100000))),
    ),
    ("orders paid with PayPal", root("orders", compare("payment_method", "=", "paypal"))),
    ("shipments sent with DHL", root("shipments", compare("carrier", "=", "DHL"))),
    (
        "orders over 300 shipped with DHL",
        root(
            "orders",
            both(
                compare("total_amount", ">", 300), exists(path("v shipments.order_id"), compare("carrier", "=", "DHL"))
            ),
        ),
    ),
    (
        "listings with more than 20 units sold",
        root("listings", compare_expression(aggregate("sum", path("v order_lines.listing_id"), "quantity"), ">", 20)),
    ),
    (
        "top 10 listings by quantity sold",
        root("listings", top=top(10, aggregate("sum", path("v order_lines.listing_id"), "quantity"))),
    ),
]
REFUSED = [
    (COLLEGE, "overdue fees", "overdue"),  # some of it may be paid
    (COLLEGE, "departments with an average score above 60", "score"),  # of its courses, or of its lecturers' sections?
    (COLLEGE, "students who dropped out in 2025", "2025"),
    (COLLEGE, "students with an advisor who is a professor", "who"),
    (MARKET, "used coupons", "used"),  # a limit is no use
    (MARKET, "the 3 largest apartments", "largest"),  # by area, or by price?
    (MARKET, "tickets closed by phone", "by"),  # the channel is the one it was opened by
    (MARKET, "tickets closed via phone", "via"),
    (MARKET, "understudies", "understudies"),  # a casting is no person
    (MARKET, "teams of users called Ada", "users"),  # who owns a team need not be of it
]


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_COLLEGE, ids=[prompt for prompt, _ in OF_THE_COLLEGE])
def test_what_is_said_of_a_college(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, COLLEGE, VALUES)

    assert isinstance(plan, FilterPlan), plan.reason
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_MARKET, ids=[prompt for prompt, _ in OF_THE_MARKET])
def test_what_is_said_of_a_market(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, MARKET, VALUES)

    assert isinstance(plan, FilterPlan), plan.reason
    assert plan.roots == (expected,)


def test_overdue_is_what_is_due_and_not_done() -> None:
    tasks = plan_offline("overdue tasks", MARKET, VALUES)
    fees = plan_offline("overdue fees with no payment", COLLEGE, VALUES)

    assert isinstance(tasks, FilterPlan)
    assert isinstance(fees, FilterPlan)
    assert "due_on is in the past and is_done is false" in tasks.reading
    assert "due_date is in the past" in fees.reading
    assert "no payment" in fees.reading


@pytest.mark.parametrize(("of", "prompt", "word"), REFUSED, ids=[prompt for _, prompt, _ in REFUSED])
def test_what_could_mean_something_else_is_refused(of: Catalog, prompt: str, word: str) -> None:
    refusal = plan_offline(prompt, of, VALUES)

    assert isinstance(refusal, Refusal), refusal.reading
    assert any(word in one.words for one in refusal.not_understood)
