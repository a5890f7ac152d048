"""What rows are called in a trade, which situation they are in, and how often something was done to them. Needs nothing
running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root, TextMatching
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
    null,
    one_of,
    path,
    root,
    text,
    time,
)
from tests.unit.planning.offline.known_values import FixedValues

LENDING = catalog(
    "lending",
    (
        table("branches", "id int!", "name text!", "city text!"),
        table("books", "id int!", "title text!", "genre text!", "published_year int!"),
        table("copies", "id int!", "book_id int!", "format hardcover|paperback|audiobook!"),
        table(
            "members",
            *("id int!", "first_name text!", "last_name text!", "city text!", "age_group adult|child|senior!"),
            *("is_blocked bool!", "expires_on date!"),
        ),
        table(
            "loans",
            *("id int!", "copy_id int!", "member_id int!", "loaned_at tstz!", "returned_at tstz", "renewal_count int!"),
        ),
        table(
            "reservations",
            *("id int!", "book_id int!", "member_id int!", "pickup_branch_id int!", "placed_at tstz!"),
            "status waiting|ready|fulfilled!",
        ),
        table("fines", "id int!", "loan_id int!", "member_id int!", "amount num!", "paid_on date"),
    ),
    (
        reference("copies", "book_id", "books"),
        reference("loans", "copy_id", "copies"),
        reference("loans", "member_id", "members"),
        reference("reservations", "book_id", "books"),
        reference("reservations", "member_id", "members"),
        reference("reservations", "pickup_branch_id", "branches"),
        reference("fines", "loan_id", "loans"),
        reference("fines", "member_id", "members"),
    ),
)
WARD = catalog(
    "ward",
    (
        table(
            "doctors", "id int!", "full_name text!", "seniority resident|consultant!", "on_call bool!", "salary num!"
        ),
        table(
            "patients",
            *("id int!", "first_name text!", "last_name text!", "city text!", "smoker bool!", "allergies text"),
            *("insurance_provider text", "deceased_on date", "blocked_on date"),
        ),
        table("wards", "id int!", "name text!", "ward_type general|intensive_care!"),
        table("beds", "id int!", "ward_id int!", "status free|occupied|maintenance!"),
        table("admissions", "id int!", "patient_id int!", "bed_id int!", "admitted_at tstz!", "diagnosis text!"),
        table(
            "treatments",
            *("id int!", "admission_id int!", "doctor_id int!", "treatment_type surgery|dialysis!", "cost num!"),
            "outcome successful|failed",
        ),
    ),
    (
        reference("beds", "ward_id", "wards"),
        reference("admissions", "patient_id", "patients"),
        reference("admissions", "bed_id", "beds"),
        reference("treatments", "admission_id", "admissions"),
        reference("treatments", "doctor_id", "doctors"),
    ),
)
NETWORK = catalog(
    "network",
    (
        table(
            "customer",
            *("id int!", "first_name text!", "last_name text!", "city text!", "segment consumer|business!"),
            *("is_vip bool!", "credit_score int!"),
        ),
        table("device", "id int!", "brand text!", "model text!"),
        table("sim_card", "id int!", "iccid text!", "device_id int"),
        table("subscription", "id int!", "customer_id int!", "sim_id int!", "started_on date!"),
        table(
            "usage_rec",
            *("id int!", "subscription_id int!", "usage_type voice|sms|data!", "started_at tstz!", "dur_sec int"),
            *("data_mb num", "is_roaming bool!"),
        ),
        table("support_case", "id int!", "customer_id int!", "priority low|urgent!", "opened_at tstz!"),
        table("payment", "id int!", "customer_id int!", "amount num!", "method card|cash!", "paid_at tstz!"),
    ),
    (
        reference("sim_card", "device_id", "device"),
        reference("subscription", "customer_id", "customer"),
        reference("subscription", "sim_id", "sim_card"),
        reference("usage_rec", "subscription_id", "subscription"),
        reference("support_case", "customer_id", "customer"),
        reference("payment", "customer_id", "customer"),
    ),
)
CLASSES = catalog(
    "classes",
    (
        table("students", "id int!", "full_name text!", "has_scholarship bool!"),
        table("classes", "id int!", "name text!", "room text!"),
        table("grades", "id int!", "student_id int!", "score int!", "graded_on date!"),
        table(
            "attendance_records",
            *("id int!", "student_id int!", "attended_on date!", "status present|absent|late!"),
        ),
    ),
    (reference("grades", "student_id", "students"), reference("attendance_records", "student_id", "students")),
)
VALUES = FixedValues(
    {
        ("branches", "name"): ("Riverside",),
        ("branches", "city"): ("Leeds", "York"),
        ("members", "city"): ("Leeds", "York"),
        ("books", "genre"): ("Crime", "Science Fiction"),
        ("patients", "city"): ("Bend", "Salem"),
        ("patients", "allergies"): ("latex", "penicillin, latex", "peanut", "nut, egg"),
        ("admissions", "diagnosis"): ("asthma", "stroke"),
        ("customer", "city"): ("Graz", "Prague"),
        ("device", "brand"): ("Nokia", "Samsung"),
        ("classes", "room"): ("A1", "B12"),
    }
)
ABSENT, LATE = compare("status", "=", "absent"), compare("status", "=", "late")
ATTENDANCE = path("v attendance_records.student_id")
TREATED = path("v admissions.patient_id", "v treatments.admission_id")
SURGERY, DIALYSIS = (exists(TREATED, compare("treatment_type", "=", kind)) for kind in ("surgery", "dialysis"))
SURGERY_ITSELF = compare("treatment_type", "=", "surgery")
VIP, SCORE = compare("is_vip", "=", True), compare("credit_score", ">", 700)

UNDERSTOOD: list[tuple[Catalog, str, Root]] = [
    # called as in the trade
    (LENDING, "blocked readers", root("members", compare("is_blocked", "=", True))),
    (LENDING, "patrons from Leeds", root("members", compare("city", "=", "Leeds"))),
    (
        LENDING,
        "Science fiction titles published before 1990",
        root("books", both(compare("genre", "=", "Science Fiction"), compare("published_year", "<", 1990))),
    ),
    (LENDING, "kids", root("members", compare("age_group", "=", "child"))),
    (LENDING, "hardbacks", root("copies", compare("format", "=", "hardcover"))),
    (NETWORK, "Samsung phones", root("device", compare("brand", "=", "Samsung"))),
    (NETWORK, "urgent support tickets", root("support_case", compare("priority", "=", "urgent"))),
    # called by their rank, or by their kind in other words
    (WARD, "the consultants", root("doctors", compare("seniority", "=", "consultant"))),
    (
        WARD,
        "residents on call",
        root("doctors", both(compare("seniority", "=", "resident"), compare("on_call", "=", True))),
    ),
    (NETWORK, "consumers", root("customer", compare("segment", "=", "consumer"))),
    (NETWORK, "text messages", root("usage_rec", compare("usage_type", "=", "sms"))),
    (
        NETWORK,
        "calls longer than 30 minutes",
        root("usage_rec", both(compare("usage_type", "=", "voice"), compare("dur_sec", ">", 1800))),
    ),
    # the situation that they are in
    (WARD, "beds under maintenance", root("beds", compare("status", "=", "maintenance"))),
    (
        WARD,
        "free beds in intensive care",
        root(
            "beds",
            both(
                compare("status", "=", "free"),
                exists(path("^ wards.ward_id"), compare("ward_type", "=", "intensive_care")),
            ),
        ),
    ),
    (WARD, "patients allergic to latex", root("patients", text("allergies", "latex", TextMatching.CONTAINS))),
    (WARD, "patients with a latex allergy", root("patients", text("allergies", "latex", TextMatching.CONTAINS))),
    (
        WARD,
        "patients who are not allergic to latex",
        root("patients", no(text("allergies", "latex", TextMatching.CONTAINS))),
    ),
    (WARD, "operations that failed", root("treatments", both(SURGERY_ITSELF, compare("outcome", "=", "failed")))),
    (WARD, "deceased patients", root("patients", no(null("deceased_on")))),
    (WARD, "patients who are alive", root("patients", null("deceased_on"))),
    (WARD, "uninsured patients", root("patients", null("insurance_provider"))),
    (WARD, "patients with no insurance", root("patients", null("insurance_provider"))),
    (
        NETWORK,
        "text messages sent while roaming",
        root("usage_rec", both(compare("usage_type", "=", "sms"), compare("is_roaming", "=", True))),
    ),
    (CLASSES, "students on a scholarship", root("students", compare("has_scholarship", "=", True))),
    (CLASSES, "classes held in room B12", root("classes", compare("room", "=", "B12"))),
    (NETWORK, "payments by card", root("payment", compare("method", "=", "card"))),
    # what somebody has or had
    (
        WARD,
        "smokers with asthma",
        root(
            "patients",
            both(
                compare("smoker", "=", True),
                exists(path("v admissions.patient_id"), compare("diagnosis", "=", "asthma")),
            ),
        ),
    ),
    (WARD, "patients who had surgery but never dialysis", root("patients", both(SURGERY, no(DIALYSIS)))),
    (WARD, "patients who had surgery but not dialysis", root("patients", both(SURGERY, no(DIALYSIS)))),
    # how often
    (LENDING, "loans renewed at least twice", root("loans", compare("renewal_count", ">=", 2))),
    (LENDING, "loans that were never renewed", root("loans", compare("renewal_count", "=", 0))),
    (LENDING, "loans never renewed", root("loans", compare("renewal_count", "=", 0))),
    (CLASSES, "students who were marked absent 3+ times", root("students", count(ATTENDANCE, ">=", 3, ABSENT))),
    (
        CLASSES,
        "students who were late more than twice since March 2026",
        root("students", count(ATTENDANCE, ">", 2, both(LATE, time("attended_on", dates("2026-03-01", None))))),
    ),
    (CLASSES, "students who were never absent", root("students", no(exists(ATTENDANCE, ABSENT)))),
    # what it came to
    (
        NETWORK,
        "subscriptions that used more than 5000 MB in total",
        root(
            "subscription",
            compare_expression(aggregate("sum", path("v usage_rec.subscription_id"), "data_mb"), ">", 5000),
        ),
    ),
    (
        WARD,
        "admissions whose treatments cost more than $10,000 in total",
        root("admissions", compare_expression(aggregate("sum", path("v treatments.admission_id"), "cost"), ">", 10000)),
    ),
    (
        LENDING,
        "members who owe more than £30 in unpaid fines",
        root(
            "members",
            compare_expression(aggregate("sum", path("v fines.member_id"), "amount", null("paid_on")), ">", 30),
        ),
    ),
    # what was done, when and where
    (LENDING, "fines nobody has paid yet", root("fines", null("paid_on"))),
    (
        CLASSES,
        "grades given in Q2 2025",
        root("grades", time("graded_on", dates("2025-04-01", "2025-07-01"))),
    ),
    (
        LENDING,
        "reservations picked up at Riverside",
        root("reservations", exists(path("^ branches.pickup_branch_id"), compare("name", "=", "Riverside"))),
    ),
    (
        LENDING,
        "reservations to be picked up at Riverside that are ready",
        root(
            "reservations",
            both(
                exists(path("^ branches.pickup_branch_id"), compare("name", "=", "Riverside")),
                compare("status", "=", "ready"),
            ),
        ),
    ),
    # "or" between the verbs of one relative clause
    (
        WARD,
        "doctors on call who are consultants or earn more than 200k",
        root(
            "doctors",
            both(
                compare("on_call", "=", True),
                either(compare("seniority", "=", "consultant"), compare("salary", ">", 200000)),
            ),
        ),
    ),
    (
        NETWORK,
        "customers in Graz or Prague who are VIP or have a credit score over 700",
        root("customer", both(one_of("city", "Graz", "Prague"), either(VIP, SCORE))),
    ),
]


@pytest.mark.parametrize(("database", "prompt", "expected"), UNDERSTOOD, ids=[prompt for _, prompt, _ in UNDERSTOOD])
def test_words_of_a_trade(database: Catalog, prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, database, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(
    ("database", "prompt"),
    [
        (WARD, "patients allergic to nut"),  # another one is to peanuts
        (WARD, "patients allergic to pollen"),  # nobody is known to be
        (WARD, "latex patients"),  # one of several things that may be told
        (LENDING, "reservations to be picked up at Riverside"),  # those that were already, too?
        (WARD, "readers"),  # nothing is lent here
        (WARD, "doctors under maintenance"),
        (LENDING, "paperback hardbacks"),
        (LENDING, "reservations nobody has fulfilled"),  # what was so may be something else by now
        (LENDING, "loans renewed"),  # when, or how often?
        (LENDING, "loans renewed twice in 2025"),  # no date tells
        (LENDING, "members who owe more than 30"),  # of what?
        (LENDING, "members who owe more than 30 in fines"),  # of those paid, too?
        (CLASSES, "students who were expelled 3 times"),
        (CLASSES, "classes marked absent 3 times"),
        (NETWORK, "subscriptions that used more than 5 GB in total"),  # kept in another unit
    ],
)
def test_what_could_be_something_else_is_refused(database: Catalog, prompt: str) -> None:
    assert isinstance(plan_offline(prompt, database, VALUES), Refusal)


def test_devices_of_several_kinds_are_not_all_phones() -> None:
    device = table("device", "id int!", "brand text!", "device_type phone|tablet!")
    database = catalog("network", (device, *NETWORK.tables[2:4]), ())
    plan = plan_offline("Samsung phones", database, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root("device", both(compare("brand", "=", "Samsung"), compare("device_type", "=", "phone"))),)


def test_people_are_no_dishes() -> None:
    menu = catalog("menu", (table("dishes", "id int!", "name text!", "is_vegetarian bool!"),), ())
    assert isinstance(plan_offline("vegetarians", menu), Refusal)
    assert isinstance(plan_offline("vegetarian dishes", menu), FilterPlan)
