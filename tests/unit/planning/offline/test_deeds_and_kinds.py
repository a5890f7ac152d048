"""What somebody did, and of what kind a thing is, where the schema says it in another word. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root, TextMatching
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    both,
    calendar,
    compare,
    count,
    counted,
    dates,
    exists,
    last,
    no,
    null,
    older,
    path,
    root,
    text,
    time,
    top,
    upcoming,
)
from tests.unit.planning.offline.known_values import FixedValues

FLEET = catalog(
    "fleet",
    (
        table("cities", "id int!", "name text!", "joined date!"),
        table("stations", "id int!", "name text!", "city_id int!"),
        table("vehicle_models", "id int!", "make text!", "fuel petrol|diesel|electric", "seats int!"),
        table("vehicles", "id int!", "model_id int!", "mileage_km int!", "acquired_on date!"),
        table(
            "members",
            *("id int!", "name text!", "birth_date date", "joined_at tstz!", "balance num!", "city_id int!"),
            "referred_by_id int",
        ),
        table(
            "trips",
            *("id int!", "member_id int!", "vehicle_id int!", "start_station_id int!", "end_station_id int"),
            *("status booked|completed", "booked_at tstz!", "distance_km num", "price num", "rating int"),
        ),
        table("vouchers", "id int!", "code text!", "discount_percent int!", "valid_until date!"),
        table("voucher_redemptions", "member_id int!", "voucher_id int!", "redeemed_at tstz!"),
        table("audit_trail", "id int!", "entity text"),
    ),
    (
        reference("stations", "city_id", "cities"),
        reference("vehicles", "model_id", "vehicle_models"),
        reference("members", "city_id", "cities"),
        reference("members", "referred_by_id", "members"),
        reference("trips", "member_id", "members"),
        reference("trips", "vehicle_id", "vehicles"),
        reference("trips", "start_station_id", "stations"),
        reference("trips", "end_station_id", "stations"),
        reference("voucher_redemptions", "member_id", "members"),
        reference("voucher_redemptions", "voucher_id", "vouchers"),
    ),
)
INSURER = catalog(
    "insurer",
    (
        table("agent", "id int!", "full_name text!", "hired_on date!", "supervisor_id int"),
        table("product", "id int!", "line_of_business text!"),
        table("policyholder", "id int!", "date_of_birth date", "state_code text!"),
        table(
            "policy",
            *("id int!", "agent_id int", "product_id int!", "policyholder_id int!", "start_date date!"),
            *("end_date date!",),
        ),
        table("claim", "id int!", "policy_id int!", "description text", "incident_date date!", "filed_on date!"),
    ),
    (
        reference("agent", "supervisor_id", "agent"),
        reference("policy", "agent_id", "agent"),
        reference("policy", "product_id", "product"),
        reference("policy", "policyholder_id", "policyholder"),
        reference("claim", "policy_id", "policy"),
    ),
)
MUSEUM = catalog(
    "museum",
    (
        table("artwork", "id int!", "title text!", "year_created int", "acquired_on date"),
        table("exhibition", "id int!", "title text!", "starts_on date!", "ends_on date!"),
        table("visitor", "id int!", "name text!"),
        table(
            "ticket", "id int!", "visitor_id int", "kind senior|student", "price num!", "sold_at tstz!", "used_at tstz"
        ),
        table("donation", "id int!", "visitor_id int!", "amount num!", "donated_on date!"),
    ),
    (reference("ticket", "visitor_id", "visitor"), reference("donation", "visitor_id", "visitor")),
)
VALUES = FixedValues(
    {
        ("cities", "name"): ("Berlin", "Paris"),
        ("members", "name"): ("Anna Schmidt", "Ben Weber"),
        ("vehicle_models", "make"): ("Tesla", "Ford"),
        ("product", "line_of_business"): ("Life", "Auto"),
        ("policyholder", "state_code"): ("TX", "FL"),
    }
)
TRIPS = path("v trips.member_id")
YEAR_2025 = dates("2025-01-01", "2026-01-01")
BERLIN = exists(path("^ cities.city_id"), compare("name", "=", "Berlin"))

OF_THE_FLEET: list[tuple[str, Root]] = [
    # a table named after another with "models" says of what kind its rows are, with all of its columns
    (
        "electric vehicles",
        root("vehicles", exists(path("^ vehicle_models.model_id"), compare("fuel", "=", "electric"))),
    ),
    ("Tesla vehicles", root("vehicles", exists(path("^ vehicle_models.model_id"), compare("make", "=", "Tesla")))),
    (
        "vehicles with more than 5 seats",
        root("vehicles", exists(path("^ vehicle_models.model_id"), compare("seats", ">", 5))),
    ),
    # a verb that names the date on which rows of a table came to be
    ("members who booked a trip in 2025", root("members", exists(TRIPS, time("booked_at", YEAR_2025)))),
    ("members who never booked a trip", root("members", no(exists(TRIPS)))),
    ("vouchers never redeemed", root("vouchers", no(exists(path("v voucher_redemptions.voucher_id"))))),
    (
        "members who redeemed a voucher",
        root("members", exists(path("v voucher_redemptions.member_id"), exists(path("^ vouchers.voucher_id")))),
    ),
    # the time behind a deed is the deed's
    (
        "members who have not taken a trip in the last 6 months",
        root("members", no(exists(TRIPS, time("booked_at", last(6, "month"))))),
    ),
    ("members who took more than 5 trips in 2025", root("members", count(TRIPS, ">", 5, time("booked_at", YEAR_2025)))),
    ("members with no more than 2 trips", root("members", count(TRIPS, "<=", 2))),
    # a verb that stands in a foreign key's name before its parent's
    (
        "trips starting at stations in Berlin",
        root("trips", exists(path("^ stations.start_station_id"), BERLIN)),
    ),
    ("trips ending at station 5", root("trips", exists(path("^ stations.end_station_id"), compare("id", "=", 5)))),
    # units that a column's name ends with
    ("vehicles with mileage over 100000", root("vehicles", compare("mileage_km", ">", 100000))),
    ("vehicles with a mileage above 5000 km", root("vehicles", compare("mileage_km", ">", 5000))),
    ("vouchers with a discount of 20 percent or more", root("vouchers", compare("discount_percent", ">=", 20))),
    # what is not more is known to be less
    ("trips not over 50 euros", root("trips", compare("price", "<=", 50))),
    ("trips that are not over 50 euros", root("trips", compare("price", "<=", 50))),
    ("members not older than 30", root("members", no(time("birth_date", older(30, "year"))))),
    ("members with a negative balance", root("members", compare("balance", "<", 0))),
    ("members whose balance is negative", root("members", compare("balance", "<", 0))),
    ("unrated trips", root("trips", null("rating"))),
    ("rated trips", root("trips", no(null("rating")))),
    ("vouchers that expire next month", root("vouchers", time("valid_until", calendar("month", 1)))),
    # a verb is no date of what the row belongs to
    (
        "vouchers redeemed by members in Berlin",
        root("vouchers", exists(path("v voucher_redemptions.voucher_id"), exists(path("^ members.member_id"), BERLIN))),
    ),
    (
        "trips of members booked in 2025",
        root("trips", both(exists(path("^ members.member_id")), time("booked_at", YEAR_2025))),
    ),
    # what the outer noun has a key for, and the inner one has not
    (
        "trips of members with electric vehicles",
        root(
            "trips",
            both(
                exists(path("^ members.member_id")),
                exists(
                    path("^ vehicles.vehicle_id"),
                    exists(path("^ vehicle_models.model_id"), compare("fuel", "=", "electric")),
                ),
            ),
        ),
    ),
    # who did it to whom
    (
        "members referred by Anna Schmidt",
        root("members", exists(path("^ members.referred_by_id"), compare("name", "=", "Anna Schmidt"))),
    ),
    (
        "members who referred Anna Schmidt",
        root("members", exists(path("v members.referred_by_id"), compare("name", "=", "Anna Schmidt"))),
    ),
    # one row by its key, of which no more is said
    ("trip 44", root("trips", compare("id", "=", 44))),
    (
        "trips by member 12 in 2025",
        root("trips", both(exists(path("^ members.member_id"), compare("id", "=", 12)), time("booked_at", YEAR_2025))),
    ),
    # a time behind what is counted is of that
    (
        "top 10 members by number of trips in 2025",
        root("members", top=top(10, counted(TRIPS, time("booked_at", YEAR_2025)))),
    ),
    (
        "10 members from 2025 with the most trips",
        root("members", time("joined_at", YEAR_2025), top=top(10, counted(TRIPS))),
    ),
    (
        "10 members with the most completed trips",
        root("members", top=top(10, counted(TRIPS, compare("status", "=", "completed")))),
    ),
]
OF_THE_INSURER: list[tuple[str, Root]] = [
    ("policyholders in Texas", root("policyholder", compare("state_code", "=", "TX"))),
    (
        "policyholders over 70",
        root("policyholder", time("date_of_birth", older(70, "year"))),
    ),
    ("life policies", root("policy", exists(path("^ product.product_id"), compare("line_of_business", "=", "Life")))),
    ("agents who sold more than 60 policies", root("agent", count(path("v policy.agent_id"), ">", 60))),
    ("policies starting in 2025", root("policy", time("start_date", YEAR_2025))),
    ("policies that expire next month", root("policy", time("end_date", calendar("month", 1)))),
    ("claims from 2025", root("claim", time("filed_on", YEAR_2025))),
    ('claims whose description mentions "pipe"', root("claim", text("description", "pipe", TextMatching.CONTAINS))),
]
OF_THE_MUSEUM: list[tuple[str, Root]] = [
    # a year is the time of the making, and a date of something else is not taken for it
    ("artworks created before 1700", root("artwork", compare("year_created", "<", 1700))),
    ("artworks from 1890", root("artwork", compare("year_created", "=", 1890))),
    ("artworks acquired in 2025", root("artwork", time("acquired_on", YEAR_2025))),
    ("upcoming exhibitions", root("exhibition", time("starts_on", upcoming(1000, "year")))),
    (
        "top 10 visitors by number of senior tickets",
        root(
            "visitor",
            top=top(10, counted(path("v ticket.visitor_id"), compare("kind", "=", "senior"))),
        ),
    ),
    (
        "top 10 visitors by number of tickets sold in 2025",
        root("visitor", top=top(10, counted(path("v ticket.visitor_id"), time("sold_at", YEAR_2025)))),
    ),
    ("the 10 visitors who donated most often", root("visitor", top=top(10, counted(path("v donation.visitor_id"))))),
]


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_FLEET, ids=[prompt for prompt, _ in OF_THE_FLEET])
def test_of_the_fleet(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, FLEET, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_INSURER, ids=[prompt for prompt, _ in OF_THE_INSURER])
def test_of_the_insurer(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, INSURER, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("prompt", "expected"), OF_THE_MUSEUM, ids=[prompt for prompt, _ in OF_THE_MUSEUM])
def test_of_the_museum(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, MUSEUM, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


def test_a_table_said_to_be_one_is_left_out() -> None:
    plan = plan_offline("all visitors without the tickets table", MUSEUM, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert (plan.roots, plan.exclude) == ((root("visitor"),), ("public.ticket",))


def test_what_stands_before_and_does_not_describe_the_next_subject() -> None:
    """Between trips and cities there are several ways, which the members' city has nothing to do with."""
    plan = plan_offline("members from Berlin and trips from 2025", FLEET, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (root("members", BERLIN), root("trips", time("booked_at", YEAR_2025)))


@pytest.mark.parametrize(
    "prompt",
    [
        "members from Berlin without the audit trail",
        "everything about members from Berlin without the audit_trail table",
    ],
)
def test_an_unrelated_table_can_only_be_left_out(prompt: str) -> None:
    plan = plan_offline(prompt, FLEET, VALUES)
    assert isinstance(plan, FilterPlan), plan
    assert (plan.roots, plan.exclude) == ((root("members", BERLIN),), ("public.audit_trail",))


@pytest.mark.parametrize(
    ("database", "prompt", "words"),
    [
        (FLEET, "trips starting in Berlin", "Berlin"),  # a place of the station, but also of the member
        (FLEET, "trips with a distance over 50 minutes", "over 50 minutes"),  # the column is in kilometers
        (FLEET, "members without the trips", "without the trips"),  # with no trip, or without the table?
        (FLEET, "top 10 members in 2025 by number of trips", "in"),  # members from 2025, or their trips in it?
        (FLEET, "members 10 to 20", "10"),  # their numbers, or their ages?
        (INSURER, "agents with a supervisor hired in 2025", "hired"),  # the agents, or their supervisors?
        (INSURER, "agents without a supervisor hired in 2025", "hired"),
        (FLEET, "trips for members booked by Ben", "by"),  # no deed of the members
        (FLEET, "stations joined in 2025", "joined"),  # that is what their cities did
        (FLEET, "trips with a Tesla model 3", "3"),  # not the model of that key
        (FLEET, "trip 2025", "2025"),  # a key, or a year?
        (MUSEUM, "artworks created last month", "created last month"),  # of years only
        (MUSEUM, "top 10 visitors by total donations made in 2025", "made"),  # the donations, in another way of saying
        (MUSEUM, "the 10 visitors who donated the most", "donated the most"),  # most often, or the largest sums?
        (MUSEUM, "visitors with donations totalling over 500", "totalling over 500"),  # each, or together?
    ],
)
def test_refused(database: Catalog, prompt: str, words: str) -> None:
    refusal = plan_offline(prompt, database, VALUES)
    assert isinstance(refusal, Refusal), refusal
    assert words in [entry.words for entry in refusal.not_understood]
