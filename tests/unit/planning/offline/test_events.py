"""When, how often and how long things happen, by the columns that say so. Needs nothing running."""

import pytest

from datavalut.filters.check import check_plan
from datavalut.filters.model import (
    Age,
    Arithmetic,
    ArithmeticOperator,
    ColumnValue,
    FilterPlan,
    Refusal,
    Root,
    TimeUnit,
)
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import (
    aggregate,
    count,
    counted,
    dates,
    exists,
    last,
    no,
    older,
    path,
    root,
    time,
    time_of,
    top,
    upcoming,
)

NETWORK = catalog(
    "network",
    (
        table("drivers", "id int!", "name text!", "hired_on date!", "terminated_on date"),
        table("trips", "id int!", "driver_id int!", "departed_at tstz!", "arrived_at tstz"),
        table("vans", "id int!", "purchased_on date!", "insured_value num"),
        table("exhibitions", "id int!", "starts_on date!", "ends_on date!"),
        table("posts", "id int!", "title text!", "view_count int!", "created_at tstz!"),
        table("songs", "id int!", "title text!", "like_count int!"),
        table("likes", "id int!", "post_id int", "song_id int", "liked_at tstz!"),
        table("comments", "id int!", "post_id int!", "created_at tstz!"),
        table("readers", "id int!", "last_login_at tstz"),
        table("orders", "id int!", "reader_id int!", "order_date date!"),
        table("order_items", "id int!", "order_id int!", "book_id int!", "quantity int!"),
        table("books", "id int!", "title text!"),
        table("book_authors", "book_id int!", "author_id int!", key="book_id author_id"),
        table("authors", "id int!", "name text!", "born_on date!"),
        table("appointments", "id int!", "reader_id int!", "appointment_at tstz!"),
        table("viewings", "id int!", "reader_id int!", "scheduled_at tstz!"),
        table("offers", "id int!", "reader_id int!", "made_on date!", "expires_on date"),
    ),
    (
        reference("trips", "driver_id", "drivers"),
        reference("likes", "post_id", "posts"),
        reference("likes", "song_id", "songs"),
        reference("comments", "post_id", "posts"),
        reference("orders", "reader_id", "readers"),
        reference("order_items", "order_id", "orders"),
        reference("order_items", "book_id", "books"),
        reference("book_authors", "book_id", "books"),
        reference("book_authors", "author_id", "authors"),
        reference("appointments", "reader_id", "readers"),
        reference("viewings", "reader_id", "readers"),
        reference("offers", "reader_id", "readers"),
    ),
)
IN_2025 = dates("2025-01-01", "2026-01-01")
TRIPS, LIKES, COMMENTS = path("v trips.driver_id"), path("v likes.post_id"), path("v comments.post_id")
ORDERS = path("v orders.reader_id")
TRIP_LENGTH = Arithmetic(
    operator=ArithmeticOperator.SUBTRACT, left=ColumnValue(column="arrived_at"), right=ColumnValue(column="departed_at")
)

UNDERSTOOD: list[tuple[str, Root]] = [
    # A trip is of the day on which it began.
    ("trips in 2025", root("trips", time("departed_at", IN_2025))),
    ("drivers with more than 20 trips in 2025", root("drivers", count(TRIPS, ">", 20, time("departed_at", IN_2025)))),
    ("trips that arrived in 2025", root("trips", time("arrived_at", IN_2025))),
    ("trips that left in 2025", root("trips", time("departed_at", IN_2025))),
    ("drivers who left in 2025", root("drivers", time("terminated_on", IN_2025))),
    ("vans bought more than 8 years ago", root("vans", time("purchased_on", older(8, "year")))),
    (
        "vans bought at least 8 years ago",
        root("vans", time("purchased_on", Age(unit=TimeUnit.YEAR, at_least=8))),
    ),
    ("vans acquired in 2025", root("vans", time("purchased_on", IN_2025))),
    ("comments posted in the last hour", root("comments", time("created_at", last(1, "hour")))),
    ("order items in 2025", root("order_items", exists(path("^ orders.order_id"), time("order_date", IN_2025)))),
    (
        "books by authors born in 2025",
        root("books", exists(path("v book_authors.book_id", "^ authors.author_id"), time("born_on", IN_2025))),
    ),
    (
        "readers who visited in 2025",
        root("readers", exists(path("v appointments.reader_id"), time("appointment_at", IN_2025))),
    ),
    ("exhibitions that opened in 2025", root("exhibitions", time("starts_on", IN_2025))),
    ("exhibitions that closed in 2025", root("exhibitions", time("ends_on", IN_2025))),
    ("the 10 most valuable vans", root("vans", top=top(10, "insured_value"))),
    ("viewings in 2025", root("viewings", time("scheduled_at", IN_2025))),
    ("upcoming viewings", root("viewings", time("scheduled_at", upcoming(1000, "year")))),
    (
        "readers who made an offer in 2025",
        root("readers", exists(path("v offers.reader_id"), time("made_on", IN_2025))),
    ),
    ("the 10 longest trips", root("trips", top=top(10, TRIP_LENGTH))),
    ("the 10 most viewed posts", root("posts", top=top(10, "view_count"))),
    ("the 10 most commented posts", root("posts", top=top(10, counted(COMMENTS)))),
    ("posts that nobody has liked", root("posts", no(exists(LIKES)))),
    ("posts nobody commented on in 2025", root("posts", no(exists(COMMENTS, time("created_at", IN_2025))))),
    ("posts no one liked", root("posts", no(exists(LIKES)))),
    ("posts not liked by anyone", root("posts", no(exists(LIKES)))),
    ("readers who first ordered in 2025", root("readers", time_of(aggregate("min", ORDERS, "order_date"), IN_2025))),
    (
        "readers who placed their last order in 2025",
        root("readers", time_of(aggregate("max", ORDERS, "order_date"), IN_2025)),
    ),
]


@pytest.mark.parametrize(("prompt", "meant"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_when_and_how_often(prompt: str, meant: Root) -> None:
    plan = plan_offline(prompt, NETWORK)
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (meant,)
    check_plan(plan, NETWORK)


NOT_KNOWN = [
    "the 10 most liked songs",  # by their count, or by the likes?
    "the 10 most shared posts",
    "drivers who quit in 2025",  # who left may have been sent away
    "posts nobody shared",
    "posts nobody",
]


@pytest.mark.parametrize("prompt", NOT_KNOWN)
def test_what_no_column_says_is_refused(prompt: str) -> None:
    answer = plan_offline(prompt, NETWORK)
    assert isinstance(answer, Refusal), answer.reading
