"""What related rows come to in all or on average, however it is said. Needs nothing running."""

import pytest

from datavalut.filters.check import check_plan
from datavalut.filters.model import Aggregate, AggregateFunction, ColumnValue, Condition, FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aggregate,
    compare,
    compare_expression,
    count,
    dates,
    exists,
    null,
    path,
    root,
    time,
)

CLUB = catalog(
    "club",
    (
        table("members", "id int!", "name text!", "joined_on date!"),
        table("invoices", "id int!", "member_id int!", "amount num!", "issued_on date!", "paid_on date"),
        table("bookings", "id int!", "member_id int!", "ordered_at tstz!"),
        table("loans", "id int!", "member_id int!", "principal num!", "granted_on date!"),
        table("loan_payments", "id int!", "loan_id int!", "amount num!", "paid_on date"),
        table("courses", "id int!", "name text!"),
        table("reviews", "id int!", "course_id int!", "rating int!", "written_on date!"),
        table("parcels", "id int!", "member_id int!", "freight_charge num!", "declared_value num", "sent_on date!"),
        table("claims", "id int!", "member_id int!", "amount_claimed num!", "amount_paid num", "filed_on date!"),
        table("agents", "id int!", "name text!"),
        table("ratings", "id int!", "agent_id int!", "score int!", "rated_on date!"),
        table("carriers", "id int!", "name text!"),
        table("shipments", "id int!", "carrier_id int!", "freight_charge num!", "customs_fee num!", "sent_on date!"),
        table("donors", "id int!", "name text!"),
        table("donations", "id int!", "donor_id int!", "amount num!", "given_on date!"),
    ),
    (
        reference("invoices", "member_id", "members"),
        reference("bookings", "member_id", "members"),
        reference("loans", "member_id", "members"),
        reference("loan_payments", "loan_id", "loans"),
        reference("reviews", "course_id", "courses"),
        reference("claims", "member_id", "members"),
        reference("parcels", "member_id", "members"),
        reference("ratings", "agent_id", "agents"),
        reference("shipments", "carrier_id", "carriers"),
        reference("donations", "donor_id", "donors"),
    ),
)
INVOICES = path("v invoices.member_id")
LOANS = path("v loans.member_id")
DONATIONS = path("v donations.donor_id")
IN_2025 = dates("2025-01-01", "2026-01-01")
TOTAL = aggregate("sum", INVOICES, "amount")
UNPAID = aggregate("sum", INVOICES, "amount", null("paid_on"))
GIVEN = aggregate("sum", DONATIONS, "amount")
RATING = aggregate("avg", path("v reviews.course_id"), "rating")


def over(total: Aggregate, amount: int) -> Condition:
    return compare_expression(total, ">", amount)


UNDERSTOOD: list[tuple[str, str, Condition]] = [
    ("members with more than 500 in unpaid invoices", "members", over(UNPAID, 500)),
    ("members with over $1,000 in invoices", "members", over(TOTAL, 1000)),
    ("members with total unpaid invoices above 500", "members", over(UNPAID, 500)),
    ("members whose invoices total more than 500", "members", over(TOTAL, 500)),
    ("members whose unpaid invoices add up to more than 500", "members", over(UNPAID, 500)),
    ("members with invoices adding up to over 500", "members", over(TOTAL, 500)),
    ("members with invoices of more than 500 combined", "members", over(TOTAL, 500)),
    ("members with unpaid invoices over 500 in total", "members", over(UNPAID, 500)),
    ("members with invoices over 500", "members", exists(INVOICES, compare("amount", ">", 500))),
    ("members whose invoices average over 100", "members", over(aggregate("avg", INVOICES, "amount"), 100)),
    (
        "members with an average of more than 100 per invoice",
        "members",
        over(aggregate("avg", INVOICES, "amount"), 100),
    ),
    # Payments are no lines of a loan, which add up to it.
    ("members whose loans total over 500", "members", over(aggregate("sum", LOANS, "principal"), 500)),
    ("members with over 500 in loans", "members", over(aggregate("sum", LOANS, "principal"), 500)),
    ("members with a total of more than 3 invoices", "members", count(INVOICES, ">", 3)),
    ("donors spending over 500 in total", "donors", over(GIVEN, 500)),
    ("donors who spent over 500 in total", "donors", over(GIVEN, 500)),
    ("donors who paid more than 50 on average", "donors", over(aggregate("avg", DONATIONS, "amount"), 50)),
    ("donors who donated more than 500 in total", "donors", over(GIVEN, 500)),
    ("donors who paid more than 500 in total", "donors", over(GIVEN, 500)),
    (
        "donors who paid more than 500 in total in 2025",
        "donors",
        over(aggregate("sum", DONATIONS, "amount", time("given_on", IN_2025)), 500),
    ),
    (
        "donors with a lifetime value over 500",
        "donors",
        over(GIVEN, 500),
    ),
    (
        "carriers who spent over 500 on freight",
        "carriers",
        over(
            Aggregate(
                function=AggregateFunction.SUM,
                path=path("v shipments.carrier_id"),
                of=ColumnValue(column="freight_charge"),
            ),
            500,
        ),
    ),
    ("courses averaging over 4 stars", "courses", over(RATING, 4)),
    ("courses with an average rating above 4 stars", "courses", over(RATING, 4)),
    (
        "agents with an average rating below 3",
        "agents",
        compare_expression(aggregate("avg", path("v ratings.agent_id"), "score"), "<", 3),
    ),
    ("ratings below 3", "ratings", compare("score", "<", 3)),
    ("courses rated above 4 on average", "courses", over(RATING, 4)),
]


@pytest.mark.parametrize(("prompt", "of", "meant"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_what_rows_come_to(prompt: str, of: str, meant: Condition) -> None:
    plan = plan_offline(prompt, CLUB)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root(of, meant),)
    check_plan(plan, CLUB)


NOT_SAID_ENOUGH = [
    "members who paid more than 500 in invoices",  # of which some are not paid
    "donors who donated more than 500",
    "donors who paid more than 500",  # at once, or in all?
    "donors spending 500 on average",  # each time, or each month?
    "courses averaging 4 stars",
    "members whose parcels total over 500",  # to send them, or what is in them?
    "members with claims over 500",  # claimed, or paid?
    "members with more than 500 in claims",
    "top 10 donors by donations",  # how many, or how much?
    "carriers who spent over 500 in total",  # on freight, or at the customs?
    "members with invoices totalling 500",
    "members with more than 500 in courses",
]


@pytest.mark.parametrize("prompt", NOT_SAID_ENOUGH)
def test_what_could_come_to_several_things_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, CLUB)
    assert isinstance(answer, Refusal), answer.reading
