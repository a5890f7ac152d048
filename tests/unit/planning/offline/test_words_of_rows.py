"""What the rows of a table are called and said to be, in words that no name spells: abbreviations, what people are
after what they became, how something was done, what has expired. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import Age, Condition, FilterPlan, Refusal, Root, TextMatching, TimeUnit
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aggregate,
    both,
    calendar,
    compare,
    compare_expression,
    count,
    dates,
    either,
    exists,
    last,
    no,
    null,
    one_of,
    path,
    root,
    text,
    time,
    top,
    upcoming,
)
from tests.unit.planning.offline.known_values import FixedValues

STALLS = catalog(  # a market place
    "stalls",
    (
        table("merchants", "id int!", "stall_name text!", "tax_number text", "suspended_at tstz"),
        table("categories", "id int!", "name text!"),
        table(
            "listings",
            *("id int!", "merchant_id int!", "category_id int!", "title text!", "price num!", "weight_kg num"),
            "condition fresh|used!",
            "stock int!",
        ),
        table("buyers", "id int!", "full_name text!", "phone text", "tier basic|premium!", "last_login_at tstz"),
        table(
            "orders",
            *("id int!", "buyer_id int!", "status pending|paid|shipped!", "payment_method card|paypal!"),
            *("promo_code text", "placed_at tstz!"),
        ),
        table("order_lines", "id int!", "order_id int!", "listing_id int!", "quantity int!"),
        table("reviews", "id int!", "listing_id int!", "stars int!", "helpful_votes int!", "body text"),
        table("ratings", "id int!", "order_id int!", "buyer_id int!", "score int!"),
        table("shipments", "id int!", "order_id int!"),
        table("inquiries", "id int!", "buyer_id int!", "topic payment|delivery!"),
        table("vouchers", "id int!", "code text!", "valid_until date"),
        table("promotions", "id int!", "code text!", "ends_on date!"),
    ),
    (
        reference("listings", "merchant_id", "merchants"),
        reference("listings", "category_id", "categories"),
        reference("orders", "buyer_id", "buyers"),
        reference("order_lines", "order_id", "orders"),
        reference("order_lines", "listing_id", "listings"),
        reference("reviews", "listing_id", "listings"),
        reference("ratings", "order_id", "orders"),
        reference("ratings", "buyer_id", "buyers"),
        reference("shipments", "order_id", "orders"),
        reference("inquiries", "buyer_id", "buyers"),
    ),
)
COLLEGE = catalog(
    "college",
    (
        table("room", "room_id int!", "hall text!", "has_bathroom bool!"),
        table(
            "student",
            *("stud_no int!", "level bachelor|master!", "status active|dropped_out|graduated!", "is_intl bool!"),
            *("grad_dt date", "coll_dt date"),
        ),
        table("sect", "sect_id int!", "mode online|hybrid!"),
        table("enrl", "enrl_id int!", "stud_no int!", "sect_id int!"),
        table("fee", "fee_id int!", "stud_no int!", "amt num!"),
        table("pmt", "pmt_id int!", "fee_id int!", "amt num!", "paid_on date!"),
        table("doctors", "id int!", "specialty text!"),
        table("drivers", "id int!", "vehicle car|van|bicycle!"),
        table("invoice", "inv_id int!", "stud_no int!", "amt num!", "status open|overdue!", "due_dt date!"),
    ),
    (
        reference("enrl", "stud_no", "student", "stud_no"),
        reference("enrl", "sect_id", "sect", "sect_id"),
        reference("fee", "stud_no", "student", "stud_no"),
        reference("pmt", "fee_id", "fee", "fee_id"),
        reference("invoice", "stud_no", "student", "stud_no"),
    ),
)
AIRWAYS = catalog(
    "airways",
    (
        table("airports", "code text!", "city text!"),
        table(
            "flights",
            *("id int!", "origin_code text!", "destination_code text!", "scheduled_departure tstz!"),
            *("scheduled_arrival tstz!", "delay_minutes int"),
        ),
        table("passengers", "id int!", "full_name text!", "passport_expires_on date"),
        table("accounts", "id int!", "miles_balance int!", "last_activity_on date!"),
        table("crew_members", "id int!", "role captain|flight_attendant!"),
        table("playlists", "id int!", "follower_count int!"),
        table("albums", "id int!", "album_type ep|studio!"),
        table("tracks", "id int!", "album_id int!", "duration_seconds int!"),
        table("insurers", "id int!", "name text!", "contract_end_dt date"),
    ),
    (
        reference("flights", "origin_code", "airports", "code"),
        reference("flights", "destination_code", "airports", "code"),
        reference("tracks", "album_id", "albums"),
    ),
)
VALUES = FixedValues(
    {
        ("categories", "name"): ("Laptops", "Phones"),
        ("room", "hall"): ("Maple Hall",),
        ("doctors", "specialty"): ("Cardiology", "Pediatrics", "General surgery"),
        ("airports", "city"): ("Lisbon", "Madrid"),
        ("airports", "code"): ("LIS", "MAD"),
    }
)
LAPTOP = exists(path("^ categories.category_id"), compare("name", "=", "Laptops"))
ENROLMENTS = path("v enrl.sect_id")
PAYMENTS = path("v fee.stud_no", "v pmt.fee_id")


def past(column: str) -> Condition:
    """A day has passed when the next one begins."""
    return time(column, Age(unit=TimeUnit.DAY, at_least=1))


def contains(column: str, words: str) -> Condition:
    return text(column, words, TextMatching.CONTAINS)


def by_end(column: str, city: str) -> Condition:
    return exists(path(f"^ airports.{column}"), compare("city", "=", city))


UNDERSTOOD: list[tuple[Catalog, str, Root]] = [
    # what rows of a trade are called besides their table's name
    (STALLS, "shops without a tax number", root("merchants", null("tax_number"))),
    (STALLS, "suspended stores", root("merchants", no(null("suspended_at")))),
    (STALLS, "products over $50", root("listings", compare("price", ">", 50))),
    (STALLS, "premium members", root("buyers", compare("tier", "=", "premium"))),
    (STALLS, "orders with 3 or more items", root("orders", count(path("v order_lines.order_id"), ">=", 3))),
    # abbreviated names
    (COLLEGE, "sections with fewer than 8 enrolments", root("sect", count(ENROLMENTS, "<", 8))),
    (COLLEGE, "online sections", root("sect", compare("mode", "=", "online"))),
    (COLLEGE, "international students", root("student", compare("is_intl", "=", True))),
    (COLLEGE, "students who graduated in 2025", root("student", time("grad_dt", dates("2025-01-01", "2026-01-01")))),
    (COLLEGE, "students collected in 2025", root("student", time("coll_dt", dates("2025-01-01", "2026-01-01")))),
    (
        COLLEGE,
        "fees of active students",
        root("fee", exists(path("^ student.stud_no"), compare("status", "=", "active"))),
    ),
    # called after what they became or work in
    (COLLEGE, "dropouts", root("student", compare("status", "=", "dropped_out"))),
    (COLLEGE, "graduates", root("student", compare("status", "=", "graduated"))),
    (COLLEGE, "master's students", root("student", compare("level", "=", "master"))),
    (COLLEGE, "cardiologists", root("doctors", compare("specialty", "=", "Cardiology"))),
    (COLLEGE, "pediatricians", root("doctors", compare("specialty", "=", "Pediatrics"))),
    (COLLEGE, "general surgeons", root("doctors", compare("specialty", "=", "General surgery"))),
    (COLLEGE, "drivers who drive a car or a van", root("drivers", one_of("vehicle", "car", "van"))),
    (COLLEGE, "drivers who do not drive a car", root("drivers", no(compare("vehicle", "=", "car")))),
    (AIRWAYS, "flight attendants", root("crew_members", compare("role", "=", "flight_attendant"))),
    (AIRWAYS, "EPs", root("albums", compare("album_type", "=", "ep"))),
    (STALLS, "fresh laptop listings", root("listings", both(compare("condition", "=", "fresh"), LAPTOP))),
    # how it was done is no state besides, and is denied as a whole
    (STALLS, "orders that were paid with PayPal", root("orders", compare("payment_method", "=", "paypal"))),
    (STALLS, "orders that were paid by card", root("orders", compare("payment_method", "=", "card"))),
    (STALLS, "orders not paid with PayPal", root("orders", no(compare("payment_method", "=", "paypal")))),
    (STALLS, "orders that were not paid by card", root("orders", no(compare("payment_method", "=", "card")))),
    (STALLS, "orders that were paid", root("orders", compare("status", "=", "paid"))),
    (STALLS, "orders placed with a promo code", root("orders", no(null("promo_code")))),
    (STALLS, "orders made without a promo code", root("orders", null("promo_code"))),
    # what a room has is its own
    (COLLEGE, "rooms with a private bathroom", root("room", compare("has_bathroom", "=", True))),
    (COLLEGE, "rooms with their own bathroom", root("room", compare("has_bathroom", "=", True))),
    # states until now
    (STALLS, "vouchers that have already expired", root("vouchers", past("valid_until"))),
    (STALLS, "expired promotions", root("promotions", past("ends_on"))),
    (STALLS, "promotions that have not expired", root("promotions", no(past("ends_on")))),
    (STALLS, "currently suspended merchants", root("merchants", no(null("suspended_at")))),
    (COLLEGE, "overdue invoices", root("invoice", compare("status", "=", "overdue"))),
    (AIRWAYS, "passengers with an expired passport", root("passengers", past("passport_expires_on"))),
    (AIRWAYS, "passengers whose passport has expired", root("passengers", past("passport_expires_on"))),
    (AIRWAYS, "passengers whose passport is not expired", root("passengers", no(past("passport_expires_on")))),
    (AIRWAYS, "insurers whose contract has ended", root("insurers", past("contract_end_dt"))),
    (
        AIRWAYS,
        "accounts with no activity since January 2025",
        root("accounts", no(time("last_activity_on", dates("2025-01-01", None)))),
    ),
    (
        AIRWAYS,
        "accounts without activity in 6 months",
        root("accounts", no(time("last_activity_on", last(6, "month")))),
    ),
    (STALLS, "buyers with a login this month", root("buyers", time("last_login_at", calendar("month", 0)))),
    # words in quotes
    (STALLS, 'listings with "retro" in the title', root("listings", contains("title", "retro"))),
    (STALLS, 'listings without the word "retro" in their title', root("listings", no(contains("title", "retro")))),
    (
        STALLS,
        'listings with "retro" or "vintage" in the title',
        root("listings", either(contains("title", "retro"), contains("title", "vintage"))),
    ),
    (STALLS, 'reviews mentioning "broken" in the body', root("reviews", contains("body", "broken"))),
    # amounts
    (AIRWAYS, "accounts with more than 50,000 miles", root("accounts", compare("miles_balance", ">", 50000))),
    (AIRWAYS, "top 20 accounts by miles", root("accounts", top=top(20, "miles_balance"))),
    (AIRWAYS, "the 50 most followed playlists", root("playlists", top=top(50, "follower_count"))),
    (AIRWAYS, "flights delayed by more than 2 hours", root("flights", compare("delay_minutes", ">", 120))),
    (AIRWAYS, "flights delayed by 45 minutes or more", root("flights", compare("delay_minutes", ">=", 45))),
    (
        AIRWAYS,
        "albums whose tracks are longer than 4 minutes on average",
        root("albums", compare_expression(aggregate("avg", path("v tracks.album_id"), "duration_seconds"), ">", 240)),
    ),
    (
        STALLS,
        "listings whose reviews are below 3 stars on average",
        root("listings", compare_expression(aggregate("avg", path("v reviews.listing_id"), "stars"), "<", 3)),
    ),
    (
        COLLEGE,
        "students who paid more than 9000 in total",
        root("student", compare_expression(aggregate("sum", PAYMENTS, "amt"), ">", 9000)),
    ),
    (
        COLLEGE,
        "students who paid over 500 in fees",
        root("student", compare_expression(aggregate("sum", PAYMENTS, "amt"), ">", 500)),
    ),
    (
        COLLEGE,
        "students billed more than 2500 in total",
        root("student", compare_expression(aggregate("sum", path("v invoice.stud_no"), "amt"), ">", 2500)),
    ),
    (
        COLLEGE,
        "top 20 students by total invoiced amount",
        root("student", top=top(20, aggregate("sum", path("v invoice.stud_no"), "amt"))),
    ),
    # what is rated once, and what again and again
    (
        STALLS,
        "orders with a rating below 3",
        root("orders", exists(path("v ratings.order_id"), compare("score", "<", 3))),
    ),
    (
        STALLS,
        "buyers who rated an order below 3",
        root(
            "buyers",
            exists(path("v ratings.buyer_id"), both(exists(path("^ orders.order_id")), compare("score", "<", 3))),
        ),
    ),
    # a column comes before what a kind is called, a label before what may mean a table
    (STALLS, "buyers without a phone", root("buyers", null("phone"))),
    (STALLS, "inquiries about delivery", root("inquiries", compare("topic", "=", "delivery"))),
    (STALLS, "the 20 most helpful reviews", root("reviews", top=top(20, "helpful_votes"))),
    (STALLS, "out-of-stock listings", root("listings", compare("stock", "=", 0))),
    # ways
    (AIRWAYS, "flights departing from Madrid", root("flights", by_end("origin_code", "Madrid"))),
    (AIRWAYS, "flights leaving Madrid", root("flights", by_end("origin_code", "Madrid"))),
    (AIRWAYS, "flights that depart from Madrid", root("flights", by_end("origin_code", "Madrid"))),
    (AIRWAYS, "flights arriving in Lisbon", root("flights", by_end("destination_code", "Lisbon"))),
    (AIRWAYS, "flights bound for Lisbon", root("flights", by_end("destination_code", "Lisbon"))),
    (
        AIRWAYS,
        "flights departing in the next 14 days",
        root("flights", time("scheduled_departure", upcoming(14, "day"))),
    ),
    (AIRWAYS, "flights in 2026", root("flights", time("scheduled_departure", dates("2026-01-01", "2027-01-01")))),
]
REFUSED: list[tuple[Catalog, str]] = [
    (STALLS, "merchants with a rating below 3"),  # one of them, or on average?
    (STALLS, "buyers rated below 3"),
    (STALLS, "orders that were paid with a voucher"),  # none of the ways of payment
    (STALLS, "buyers who bought more than 10 items"),  # lines, or pieces?
    (STALLS, "vouchers with a valid code"),
    (COLLEGE, "students who paid over 500"),  # once, or in all?
    (COLLEGE, "students with a private bathroom"),
    (COLLEGE, "oncologists"),
    (COLLEGE, "withdrawals"),
    (AIRWAYS, "expired passengers"),
    (AIRWAYS, "passengers with an expired visa"),
    (AIRWAYS, "accounts with activity in 2025"),  # only the last one is known
    (AIRWAYS, "flights that departed in 2025"),  # when they should have is known
    (AIRWAYS, "flights arriving in Lisbon in 2026"),  # that is when they arrive, or when they start?
]


@pytest.mark.parametrize(("of", "prompt", "expected"), UNDERSTOOD, ids=[prompt for _, prompt, _ in UNDERSTOOD])
def test_rows_are_meant_by_what_they_are_called(of: Catalog, prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, of, VALUES)

    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("of", "prompt"), REFUSED, ids=[prompt for _, prompt in REFUSED])
def test_what_the_words_may_not_mean_is_refused(of: Catalog, prompt: str) -> None:
    assert isinstance(plan_offline(prompt, of, VALUES), Refusal)


def test_payments_that_may_have_failed_are_not_summed_as_paid() -> None:
    of = catalog(
        "till",
        (
            table("customers", "id int!", "name text!"),
            table("payments", "id int!", "customer_id int!", "amount num!", "status completed|failed!"),
        ),
        (reference("payments", "customer_id", "customers"),),
    )

    assert isinstance(plan_offline("customers who paid more than 500 in total", of), Refusal)
