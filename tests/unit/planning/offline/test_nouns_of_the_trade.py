"""What people of a trade call things: by their kind, by a number, by what they are or do. Needs nothing running."""

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
    exists,
    no,
    null,
    older,
    one_of,
    path,
    root,
    time,
)
from tests.unit.planning.offline.known_values import FixedValues

HOTELS = catalog(
    "hotels",
    (
        table("hotels", "id int!", "name text!", "country text!", "stars int!", "has_pool bool!", "has_parking bool!"),
        table("room_types", "id int!", "name text!"),
        table(
            "rooms",
            *("id int!", "hotel_id int!", "room_type_id int!", "floor int!", "bed_count int!"),
            "out_of_service_since date",
        ),
        table(
            "guests",
            *("id int!", "first_name text!", "last_name text!", "gender text", "nationality text!"),
            *("newsletter bool!", "is_vip bool!", "email_verified_at tstz", "referred_by_id int"),
        ),
        table(
            "bookings",
            *("id int!", "guest_id int!", "room_id int!", "booked_at tstz!", "children int!", "channel text!"),
            *("status confirmed|cancelled|no_show!", "total_price num!"),
        ),
        table("booking_extras", "id int!", "booking_id int!", "kind text!", "price num!"),
        table("reviews", "id int!", "booking_id int!", "rating int!", "posted_at tstz!"),
        table(
            "staff_members",
            *("id int!", "hotel_id int!", "name text!", "job_title text!", "hired_on date!", "left_on date"),
            *("monthly_salary num!", "manager_id int"),
        ),
        table("requests", "id int!", "room_id int!", "opened_at tstz!", "closed_at tstz"),
    ),
    (
        reference("rooms", "hotel_id", "hotels"),
        reference("rooms", "room_type_id", "room_types"),
        reference("guests", "referred_by_id", "guests"),
        reference("bookings", "guest_id", "guests"),
        reference("bookings", "room_id", "rooms"),
        reference("booking_extras", "booking_id", "bookings"),
        reference("reviews", "booking_id", "bookings"),
        reference("staff_members", "hotel_id", "hotels"),
        reference("staff_members", "manager_id", "staff_members"),
        reference("requests", "room_id", "rooms"),
    ),
)
GYM = catalog(
    "gym",
    (
        table("clubs", "id int!", "club_name text!", "city text!", "is_open_24_hours bool!"),
        table("plans", "id int!", "plan_name text!", "includes_classes bool!", "minimum_months int!"),
        table(
            "members",
            *("id int!", "first_name text!", "last_name text!", "home_club_id int!", "is_smoker bool"),
            "mobile_number text",
        ),
        table("memberships", "id int!", "member_id int!", "plan_id int!", "auto_renew bool!", "type student|adult!"),
        table("trainers", "id int!", "first_name text!", "last_name text!", "specialty text!", "mentor_id int"),
        table("class_types", "id int!", "class_name text!", "intensity low|high!", "duration_minutes int!"),
        table(
            "class_sessions",
            *("id int!", "class_type_id int!", "trainer_id int!", "substitute_trainer_id int", "starts_at tstz!"),
        ),
        table(
            "class_bookings",
            *("id int!", "session_id int!", "member_id int!", "booked_at tstz!", "status booked|attended|cancelled!"),
        ),
        table("check_ins", "id int!", "member_id int!", "club_id int!", "checked_in_at tstz!"),
    ),
    (
        reference("members", "home_club_id", "clubs"),
        reference("memberships", "member_id", "members"),
        reference("memberships", "plan_id", "plans"),
        reference("trainers", "mentor_id", "trainers"),
        reference("class_sessions", "class_type_id", "class_types"),
        reference("class_sessions", "trainer_id", "trainers"),
        reference("class_sessions", "substitute_trainer_id", "trainers"),
        reference("class_bookings", "session_id", "class_sessions"),
        reference("class_bookings", "member_id", "members"),
        reference("check_ins", "member_id", "members"),
        reference("check_ins", "club_id", "clubs"),
    ),
)
VALUES = FixedValues(
    {
        ("hotels", "country"): ("Portugal", "Spain"),
        ("hotels", "name"): ("Casa Azul",),
        ("room_types", "name"): ("Double", "Suite", "Family"),
        ("guests", "nationality"): ("German", "Spanish"),
        ("guests", "gender"): ("female", "male"),
        ("guests", "first_name"): ("Anna", "Luca"),
        ("guests", "last_name"): ("Schmidt", "Rossi"),
        ("bookings", "channel"): ("website", "Expedia"),
        ("booking_extras", "kind"): ("breakfast", "parking"),
        ("staff_members", "job_title"): ("General Manager", "Receptionist"),
        ("clubs", "club_name"): ("Iron Works",),
        ("clubs", "city"): ("London",),
        ("plans", "plan_name"): ("Basic", "Premium"),
        ("trainers", "first_name"): ("Zara",),
        ("trainers", "last_name"): ("Stone",),
        ("trainers", "specialty"): ("Yoga", "Boxing"),
        ("class_types", "class_name"): ("Yoga", "Pilates"),
    }
)
HOTEL_OF_ROOM = path("^ hotels.hotel_id")
SUITE = exists(path("^ room_types.room_type_id"), compare("name", "=", "Suite"))
SESSION = path("^ class_sessions.session_id")
YOGA = exists(SESSION, exists(path("^ class_types.class_type_id"), compare("class_name", "=", "Yoga")))

OF_THE_HOTELS: list[tuple[str, Root]] = [
    # called by their kind, by their flag, or by their job
    ("suites", root("rooms", SUITE)),
    ("suites in Spain", root("rooms", both(SUITE, exists(HOTEL_OF_ROOM, compare("country", "=", "Spain"))))),
    ("all no-shows", root("bookings", compare("status", "=", "no_show"))),
    ("receptionists", root("staff_members", compare("job_title", "=", "Receptionist"))),
    ("general managers", root("staff_members", compare("job_title", "=", "General Manager"))),
    ("VIPs", root("guests", compare("is_vip", "=", True))),
    ("Germans", root("guests", compare("nationality", "=", "German"))),
    ("women", root("guests", compare("gender", "=", "female"))),
    # a number before the noun
    ("five-star hotels", root("hotels", compare("stars", "=", 5))),
    ("4 star hotels in Spain", root("hotels", both(compare("stars", "=", 4), compare("country", "=", "Spain")))),
    ("5-star reviews", root("reviews", compare("rating", "=", 5))),
    ("reviews below 3 stars", root("reviews", compare("rating", "<", 3))),
    ("2-bed rooms", root("rooms", compare("bed_count", "=", 2))),
    ("rooms on the 3rd floor", root("rooms", compare("floor", "=", 3))),
    ("bookings with children", root("bookings", compare("children", ">", 0))),
    ("bookings without children", root("bookings", compare("children", "=", 0))),
    ("bookings for 2 children", root("bookings", compare("children", "=", 2))),
    # what a row has, by flags and by what is kept below it
    ("hotels with a swimming pool", root("hotels", compare("has_pool", "=", True))),
    ("hotels offering parking", root("hotels", compare("has_parking", "=", True))),
    ("guests with a verified email", root("guests", no(null("email_verified_at")))),
    ("verified guests", root("guests", no(null("email_verified_at")))),
    ("guests who are subscribed to the newsletter", root("guests", compare("newsletter", "=", True))),
    ("guests who receive the newsletter", root("guests", compare("newsletter", "=", True))),
    (
        "bookings with breakfast but without parking",
        root(
            "bookings",
            both(
                exists(path("v booking_extras.booking_id"), compare("kind", "=", "breakfast")),
                no(exists(path("v booking_extras.booking_id"), compare("kind", "=", "parking"))),
            ),
        ),
    ),
    # how it was done, and what for an hour or a month
    ("bookings made through Expedia", root("bookings", compare("channel", "=", "Expedia"))),
    ("bookings via Expedia", root("bookings", compare("channel", "=", "Expedia"))),
    ("staff earning less than 2,500 a month", root("staff_members", compare("monthly_salary", "<", 2500))),
    # states that last
    ("staff who left", root("staff_members", no(null("left_on")))),
    ("former employees", root("staff_members", no(null("left_on")))),
    ("current staff", root("staff_members", null("left_on"))),
    ("open requests", root("requests", null("closed_at"))),
    ("rooms out of service", root("rooms", no(null("out_of_service_since")))),
    (
        "rooms that have been out of service for more than 60 days",
        root("rooms", time("out_of_service_since", older(60, "day"))),
    ),
    # what became of related rows
    (
        "guests who cancelled 2 bookings",
        root("guests", count(path("v bookings.guest_id"), "=", 2, compare("status", "=", "cancelled"))),
    ),
    # between rows of one table
    ("guests who were referred by another guest", root("guests", exists(path("^ guests.referred_by_id")))),
    # whose country: a nationality is no place, and a guest has no hotel
    (
        "bookings in Spain",
        root("bookings", exists(path("^ rooms.room_id", "^ hotels.hotel_id"), compare("country", "=", "Spain"))),
    ),
    (
        "bookings of German guests in hotels in Spain",
        root(
            "bookings",
            both(
                exists(path("^ guests.guest_id"), compare("nationality", "=", "German")),
                exists(path("^ rooms.room_id", "^ hotels.hotel_id"), compare("country", "=", "Spain")),
            ),
        ),
    ),
    # words that may mean a table where nothing else is called so
    ("reservations", root("bookings")),
    ("ratings of bookings", root("reviews", exists(path("^ bookings.booking_id")))),
]
OF_THE_GYM: list[tuple[str, Root]] = [
    ("smokers", root("members", compare("is_smoker", "=", True))),
    ("members who smoke", root("members", compare("is_smoker", "=", True))),
    (
        "smokers in London",
        root(
            "members",
            both(compare("is_smoker", "=", True), exists(path("^ clubs.home_club_id"), compare("city", "=", "London"))),
        ),
    ),
    ("non-smokers", root("members", compare("is_smoker", "=", False))),
    ("members who do not smoke", root("members", no(compare("is_smoker", "=", True)))),
    ("clubs that are open 24 hours", root("clubs", compare("is_open_24_hours", "=", True))),
    ("plans that include classes", root("plans", compare("includes_classes", "=", True))),
    ("memberships that renew automatically", root("memberships", compare("auto_renew", "=", True))),
    ("auto-renewing memberships", root("memberships", compare("auto_renew", "=", True))),
    ("members without a phone number", root("members", null("mobile_number"))),
    ("12-month plans", root("plans", compare("minimum_months", "=", 12))),
    # the kinds of a noun come before what else is called so, and their numbers are the noun's
    (
        "yoga sessions",
        root("class_sessions", exists(path("^ class_types.class_type_id"), compare("class_name", "=", "Yoga"))),
    ),
    (
        "high-intensity class sessions",
        root("class_sessions", exists(path("^ class_types.class_type_id"), compare("intensity", "=", "high"))),
    ),
    (
        "60-minute class sessions",
        root("class_sessions", exists(path("^ class_types.class_type_id"), compare("duration_minutes", "=", 60))),
    ),
    ("check-ins of September 2026", root("check_ins", time("checked_in_at", dates("2026-09-01", "2026-10-01")))),
    ("members with 20+ check-ins", root("members", count(path("v check_ins.member_id"), ">=", 20))),
    # the deed and its object are the two halves of a table's name
    (
        "members who have never booked a class",
        root("members", no(exists(path("v class_bookings.member_id"), exists(SESSION)))),
    ),
    ("members who booked a yoga class", root("members", exists(path("v class_bookings.member_id"), YOGA))),
    (
        "members who attended a yoga class",
        root("members", exists(path("v class_bookings.member_id"), both(compare("status", "=", "attended"), YOGA))),
    ),
    # a home club is one of the clubs, a substitute trainer none of the trainers
    (
        "members of the Iron Works club",
        root("members", exists(path("^ clubs.home_club_id"), compare("club_name", "=", "Iron Works"))),
    ),
    (
        "class sessions taught by Zara Stone",
        root(
            "class_sessions",
            exists(
                path("^ trainers.trainer_id"),
                both(compare("first_name", "=", "Zara"), compare("last_name", "=", "Stone")),
            ),
        ),
    ),
    ("mentors", root("trainers", exists(path("v trainers.mentor_id")))),
    ("trainers without mentors", root("trainers", null("mentor_id"))),
    ("yoga and boxing trainers", root("trainers", one_of("specialty", "Yoga", "Boxing"))),
]


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_HOTELS, ids=[prompt for prompt, _ in OF_THE_HOTELS])
def test_of_the_hotels(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, HOTELS, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_GYM, ids=[prompt for prompt, _ in OF_THE_GYM])
def test_of_the_gym(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, GYM, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(
    ("database", "prompt"),
    [
        (HOTELS, "families"),  # a family room is no family
        (HOTELS, "managers"),  # of that job, or those who have others below them?
        (GYM, "students"),  # a membership is no student
        (HOTELS, "bookings from Spain"),  # of guests, or of hotels from there?
        (HOTELS, "suites or double rooms in Spain"),  # both of them in Spain?
        (HOTELS, "hotels rated above 4"),  # by their stars, or by those who were there?
        (HOTELS, "bookings with breakfast over 100"),  # what costs so much?
        (HOTELS, "guests in Spain"),  # where they are is not known, only where they are from
        (HOTELS, "guests referred by another guest from Spain"),  # who is?
        (HOTELS, "guests who cancelled a booking last month"),  # no column says when it was cancelled
        (HOTELS, "bookings rated below 3 nights"),
        (HOTELS, "5-star bookings"),
        (HOTELS, "staff earning less than 100 a day"),  # salaries are by the month
        (HOTELS, "hotels with free breakfast"),
        (GYM, "members who attended yoga"),  # the booking of whom has that status
    ],
)
def test_what_the_trade_may_mean_otherwise_is_refused(database: Catalog, prompt: str) -> None:
    assert isinstance(plan_offline(prompt, database, VALUES), Refusal)


def test_a_number_behind_a_verb_is_of_what_was_done() -> None:
    plan = plan_offline("bookings reviewed below 3", HOTELS, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root("bookings", exists(path("v reviews.booking_id"), compare("rating", "<", 3))),)


def test_a_table_is_left_out_behind_a_comma_and_but() -> None:
    plan = plan_offline("cancelled bookings, but leave out the reviews table", HOTELS, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert (plan.roots, plan.exclude) == ((root("bookings", compare("status", "=", "cancelled")),), ("public.reviews",))


def test_a_place_behind_to_is_an_end_of_the_way_and_nobody_elses() -> None:
    carrier = catalog(
        "carrier",
        (
            table("warehouses", "id int!", "city text!"),
            table("customers", "id int!", "city text!"),
            table("shipments", "id int!", "customer_id int!", "origin_id int!", "destination_id int!"),
        ),
        (
            reference("shipments", "customer_id", "customers"),
            reference("shipments", "origin_id", "warehouses"),
            reference("shipments", "destination_id", "warehouses"),
        ),
    )
    values = FixedValues({("warehouses", "city"): ("Hamburg",), ("customers", "city"): ("Berlin",)})
    assert isinstance(plan_offline("shipments to Berlin", carrier, values), Refusal)
    plan = plan_offline("shipments to Hamburg", carrier, values)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (
        root("shipments", exists(path("^ warehouses.destination_id"), compare("city", "=", "Hamburg"))),
    )


@pytest.mark.parametrize(
    ("prompt", "operator", "number"),
    [
        ("products out of stock", "=", 0),
        ("products that are in stock", ">", 0),
        ("products with more than 10 in stock", ">", 10),
    ],
)
def test_what_is_in_stock(prompt: str, operator: str, number: int) -> None:
    shop = catalog("shop", (table("products", "id int!", "name text!", "stock_qty int!"),), ())
    plan = plan_offline(prompt, shop)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root("products", compare("stock_qty", operator, number)),)


def test_what_a_seller_charges_is_not_what_was_spent() -> None:
    delivery = catalog(
        "delivery",
        (
            table("accounts", "id int!", "email text"),
            table("restaurants", "id int!", "owner_id int!", "delivery_fee num!"),
            table("orders", "id int!", "account_id int!", "restaurant_id int!", "total num!"),
        ),
        (
            reference("restaurants", "owner_id", "accounts"),
            reference("orders", "account_id", "accounts"),
            reference("orders", "restaurant_id", "restaurants"),
        ),
    )
    plan = plan_offline("accounts that spent more than 200", delivery)
    assert isinstance(plan, FilterPlan), plan
    total = aggregate("sum", path("v orders.account_id"), "total")
    assert plan.roots == (root("accounts", compare_expression(total, ">", 200)),)
