"""Which foreign keys join two nouns, and to which of them a phrase belongs. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import Condition, FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, count, dates, exists, no, path, root, time, top
from tests.unit.planning.offline.known_values import FixedValues, KnownValues

FACULTY = catalog(
    "faculty",
    (
        table("dept", "dept_id int!", "dept_nm text!", "head_id int"),
        table("lecturer", "lect_id int!", "dept_id int!", "full_name text!", "is_tenured bool!", "salary num!"),
        table("student", "stud_id int!", "dept_id int!", "advisor_id int", "status active|on_leave!", "gpa num"),
        table("course", "course_id int!", "dept_id int!", "title text!", "credits int!"),
        table("term", "term_id int!", "term_nm text!"),
        table("section", "sect_id int!", "course_id int!", "term_id int!", "lect_id int!", "capacity int!"),
        table("enrolment", "enr_id int!", "stud_id int!", "sect_id int!", "grade text"),
    ),
    (
        reference("dept", "head_id", "lecturer", "lect_id"),
        reference("lecturer", "dept_id", "dept", "dept_id"),
        reference("student", "dept_id", "dept", "dept_id"),
        reference("student", "advisor_id", "lecturer", "lect_id"),
        reference("course", "dept_id", "dept", "dept_id"),
        reference("section", "course_id", "course", "course_id"),
        reference("section", "term_id", "term", "term_id"),
        reference("section", "lect_id", "lecturer", "lect_id"),
        reference("enrolment", "stud_id", "student", "stud_id"),
        reference("enrolment", "sect_id", "section", "sect_id"),
    ),
)
STORE = catalog(
    "store",
    (
        table("sellers", "id int!", "shop_name text!"),
        table("listings", "id int!", "seller_id int!", "title text!", "category books|toys!", "price num!"),
        table("coupons", "id int!", "code text!", "seller_id int"),
        table("buyers", "id int!", "full_name text!", "country text!", "referred_by int"),
        table("orders", "id int!", "buyer_id int!", "coupon_id int", "status paid|sent!", "placed_at tstz!"),
        table("order_lines", "id int!", "order_id int!", "listing_id int!", "quantity int!"),
        table("shipments", "id int!", "order_id int!", "carrier text!", "shipped_at tstz!"),
    ),
    (
        reference("listings", "seller_id", "sellers"),
        reference("coupons", "seller_id", "sellers"),
        reference("orders", "coupon_id", "coupons"),
        reference("orders", "buyer_id", "buyers"),
        reference("buyers", "referred_by", "buyers"),
        reference("order_lines", "order_id", "orders"),
        reference("order_lines", "listing_id", "listings"),
        reference("shipments", "order_id", "orders"),
    ),
)
MUSIC = catalog(
    "music",
    (
        table("artists", "id int!", "name text!", "kind solo|band!"),
        table("albums", "id int!", "artist_id int!", "title text!", "album_type studio|ep|live!", "release_date date!"),
        table("tracks", "id int!", "album_id int!", "featured_artist_id int", "title text!", "is_explicit bool!"),
        table("listeners", "id int!", "name text!", "country text!", "referred_by_id int"),
        table("playlists", "id int!", "owner_id int!", "name text!", "follower_count int!"),
        table("playlist_tracks", "playlist_id int!", "track_id int!", "added_by_id int!", key="playlist_id track_id"),
    ),
    (
        reference("albums", "artist_id", "artists"),
        reference("tracks", "album_id", "albums"),
        reference("tracks", "featured_artist_id", "artists"),
        reference("listeners", "referred_by_id", "listeners"),
        reference("playlists", "owner_id", "listeners"),
        reference("playlist_tracks", "playlist_id", "playlists"),
        reference("playlist_tracks", "track_id", "tracks"),
        reference("playlist_tracks", "added_by_id", "listeners"),
    ),
)
SURGERY = catalog(
    "surgery",
    (
        table("practitioner", "pract_id int!", "full_name text!", "specialty text!", "is_active bool!"),
        table("patient", "pat_id int!", "gp_id int", "is_smoker bool!"),
        table("appointment", "appt_id int!", "pat_id int!", "pract_id int!", "appt_dt tstz!", "remarks text"),
        table("clinics", "id int!", "name text!", "is_staffed bool!"),
        table("offers", "id int!", "clinic_id int!", "price num!", "status open|failed!"),
        table("referrals", "id int!", "offer_id int!", "pat_id int!", "status accepted|declined!"),
    ),
    (
        reference("patient", "gp_id", "practitioner", "pract_id"),
        reference("appointment", "pat_id", "patient", "pat_id"),
        reference("appointment", "pract_id", "practitioner", "pract_id"),
        reference("offers", "clinic_id", "clinics"),
        reference("referrals", "offer_id", "offers"),
        reference("referrals", "pat_id", "patient", "pat_id"),
    ),
)
KNOWN: KnownValues = {
    ("term", "term_nm"): ("Fall 2024", "Spring 2025"),
    ("dept", "dept_nm"): ("Physics", "History"),
    ("lecturer", "full_name"): ("Helen Weiss", "Rajiv Moreau"),
    ("course", "title"): ("Linear Algebra", "Optics"),
    ("shipments", "carrier"): ("UPS", "DHL"),
    ("coupons", "code"): ("SUMMER", "WINTER"),
    ("sellers", "shop_name"): ("Gadget Barn",),
    ("buyers", "country"): ("Germany", "Spain"),
    ("practitioner", "specialty"): ("Cardiology", "Surgery"),
    ("listeners", "country"): ("Norway", "Spain"),
}
IN_FALL = exists(path("^ term.term_id"), condition=compare("term_nm", "=", "Fall 2024"))
WITH_A_COUPON = exists(path("^ coupons.coupon_id"))
BY_UPS = exists(path("v shipments.order_id"), condition=compare("carrier", "=", "UPS"))
WEISS = compare("full_name", "=", "Helen Weiss")
TEACHING = ("v section.course_id", "^ lecturer.lect_id")
TAKING = ("v enrolment.stud_id", "^ section.sect_id", "^ lecturer.lect_id")


def _bought(category: str) -> Condition:
    listing = exists(path("v order_lines.order_id", "^ listings.listing_id"), compare("category", "=", category))
    return exists(path("v orders.buyer_id"), listing)


UNDERSTOOD: list[tuple[Catalog, str, Root]] = [
    # What is called by its name is described no further: the rest is said of the noun before it.
    (
        FACULTY,
        "sections of the Fall 2024 term with at least 15 enrolments",
        root("section", both(IN_FALL, count(path("v enrolment.sect_id"), ">=", 15))),
    ),
    (
        FACULTY,
        "sections of the Fall 2024 term without enrolments",
        root("section", both(IN_FALL, no(exists(path("v enrolment.sect_id"))))),
    ),
    (
        FACULTY,
        "students of the Physics department who are on leave",
        root(
            "student",
            both(
                exists(path("^ dept.dept_id"), condition=compare("dept_nm", "=", "Physics")),
                compare("status", "=", "on_leave"),
            ),
        ),
    ),
    (
        FACULTY,
        "courses in the Physics department taught by Helen Weiss",
        root(
            "course",
            both(
                exists(path("^ dept.dept_id"), condition=compare("dept_nm", "=", "Physics")),
                exists(path(*TEACHING), condition=WEISS),
            ),
        ),
    ),
    # The verb's number says whose it is.
    (STORE, "orders with a coupon that were shipped by UPS", root("orders", both(WITH_A_COUPON, BY_UPS))),
    (STORE, "orders with a coupon that have been shipped by UPS", root("orders", both(WITH_A_COUPON, BY_UPS))),
    (
        STORE,
        "orders with a coupon which have at least 3 order lines",
        root("orders", both(WITH_A_COUPON, count(path("v order_lines.order_id"), ">=", 3))),
    ),
    # Who heads a department teaches its courses only where a section says so.
    (FACULTY, "courses taught by Helen Weiss", root("course", exists(path(*TEACHING), condition=WEISS))),
    (FACULTY, "courses of lecturer Helen Weiss", root("course", exists(path(*TEACHING), condition=WEISS))),
    (
        FACULTY,
        "courses with tenured lecturers",
        root("course", exists(path(*TEACHING), condition=compare("is_tenured", "=", True))),
    ),
    (
        FACULTY,
        "courses taught by Helen Weiss and Rajiv Moreau",
        root(
            "course",
            both(
                exists(path(*TEACHING), condition=WEISS),
                exists(path(*TEACHING), condition=compare("full_name", "=", "Rajiv Moreau")),
            ),
        ),
    ),
    # Of what somebody can have several, "and" asks for each.
    (STORE, "buyers who bought books and toys", root("buyers", both(_bought("books"), _bought("toys")))),
    (STORE, "buyers who bought books but no toys", root("buyers", both(_bought("books"), no(_bought("toys"))))),
    (STORE, "coupons used more than 10 times", root("coupons", count(path("v orders.coupon_id"), ">", 10))),
    (STORE, "coupons never used", root("coupons", no(exists(path("v orders.coupon_id"))))),
    (STORE, "orders with 3 order lines or more", root("orders", count(path("v order_lines.order_id"), ">=", 3))),
    (
        STORE,
        "buyers who were referred by someone from Spain",
        root("buyers", exists(path("^ buyers.referred_by"), condition=compare("country", "=", "Spain"))),
    ),
    (
        STORE,
        "buyers who referred at least 2 others",
        root("buyers", count(path("v buyers.referred_by"), ">=", 2)),
    ),
    # A verb that names whom it is done by speaks of no other role of theirs.
    (FACULTY, "students taught by Helen Weiss", root("student", exists(path(*TAKING), condition=WEISS))),
    (
        FACULTY,
        "students taught by tenured lecturers",
        root("student", exists(path(*TAKING), condition=compare("is_tenured", "=", True))),
    ),
    (
        FACULTY,
        "students advised by Helen Weiss",
        root("student", exists(path("^ lecturer.advisor_id"), condition=WEISS)),
    ),
    (
        FACULTY,
        "departments headed by Helen Weiss",
        root("dept", exists(path("^ lecturer.head_id"), condition=WEISS)),
    ),
    # Whoever was seen had an appointment; a doctor of one's own is another matter.
    (
        SURGERY,
        "patients seen by an active practitioner",
        root(
            "patient",
            exists(
                path("v appointment.pat_id"),
                exists(path("^ practitioner.pract_id"), compare("is_active", "=", True)),
            ),
        ),
    ),
    # What became of it is said of the same row as what it is of.
    (
        SURGERY,
        "patients who declined referrals for open offers",
        root(
            "patient",
            exists(
                path("v referrals.pat_id"),
                both(
                    compare("status", "=", "declined"),
                    exists(path("^ offers.offer_id"), compare("status", "=", "open")),
                ),
            ),
        ),
    ),
    # In a role of whom.
    (
        FACULTY,
        "advisors of students on leave",
        root("lecturer", exists(path("v student.advisor_id"), condition=compare("status", "=", "on_leave"))),
    ),
    (
        FACULTY,
        "heads of the Physics department",
        root("lecturer", exists(path("v dept.head_id"), condition=compare("dept_nm", "=", "Physics"))),
    ),
    # Which one of several a key leads to says nothing of the others.
    (
        MUSIC,
        "tracks by a band",
        root(
            "tracks", exists(path("^ albums.album_id", "^ artists.artist_id"), condition=compare("kind", "=", "band"))
        ),
    ),
    (
        MUSIC,
        "artists with more than 10 tracks",
        root("artists", count(path("v albums.artist_id", "v tracks.album_id"), ">", 10)),
    ),
    (
        MUSIC,
        "tracks featuring a band",
        root("tracks", exists(path("^ artists.featured_artist_id"), condition=compare("kind", "=", "band"))),
    ),
    # What somebody has is what is theirs.
    (MUSIC, "listeners with 3+ playlists", root("listeners", count(path("v playlists.owner_id"), ">=", 3))),
    (
        MUSIC,
        "listeners who were referred by a listener from Norway",
        root("listeners", exists(path("^ listeners.referred_by_id"), condition=compare("country", "=", "Norway"))),
    ),
    # What comes out does so on a day of its own.
    (
        MUSIC,
        "artists who released a live album in 2024",
        root(
            "artists",
            exists(
                path("v albums.artist_id"),
                condition=both(
                    time("release_date", dates("2024-01-01", "2025-01-01")), compare("album_type", "=", "live")
                ),
            ),
        ),
    ),
    (
        MUSIC,
        "artists who released an EP but never a live album",
        root(
            "artists",
            both(
                exists(path("v albums.artist_id"), condition=compare("album_type", "=", "ep")),
                no(exists(path("v albums.artist_id"), condition=compare("album_type", "=", "live"))),
            ),
        ),
    ),
    (
        MUSIC,
        "The 5 most followed playlists",
        root("playlists", top=top(5, "follower_count")),
    ),
]

REFUSED: list[tuple[Catalog, str, str]] = [
    # A way back through the noun before: the phrase may be said of either.
    (FACULTY, "sections of a term with at least 15 enrolments", "with at least 15 enrolments"),
    (FACULTY, "sections of terms without enrolments", "without enrolments"),
    (STORE, "orders with a coupon shipped by UPS", "shipped by UPS"),
    (STORE, "shipments of orders with a coupon with at least 2 order lines", "with at least 2 order lines"),
    # Advised, or taught?
    (FACULTY, "students of lecturer Helen Weiss", "lecturer Helen Weiss"),
    (FACULTY, "lecturers with more than 10 students", "students"),
    # Not of that department, or in no course of it?
    (FACULTY, "students who took courses in Physics but not in History", "not in History"),
    (MUSIC, "listeners referred by a listener from Norway", "from Norway"),
    (MUSIC, "albums of artists with more than 3 tracks", "with more than 3 tracks"),
    (SURGERY, "practitioners with patients who smoke", "patients"),
    # Clinics are staffed, and an offer is not.
    (SURGERY, "clinics with an offer that is staffed", "staffed"),
    # Each, or one of them?
    (STORE, "sellers with listings in toys and books", "listings in toys and books"),
    (STORE, "buyers with paid and sent orders", "paid and sent orders"),
    # Offered, or ordered?
    (STORE, "sellers who sold toys", "sold toys"),
    # The coupon's seller, or those of what was ordered?
    (STORE, "orders of sellers", "sellers"),
]


@pytest.mark.parametrize(("database", "prompt", "expected"), UNDERSTOOD, ids=[case[1] for case in UNDERSTOOD])
def test_the_way_that_the_words_speak_of_is_taken(database: Catalog, prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, database, FixedValues(KNOWN))
    assert isinstance(plan, FilterPlan), plan
    assert plan.roots == (expected,)


@pytest.mark.parametrize(("database", "prompt", "words"), REFUSED, ids=[case[1] for case in REFUSED])
def test_where_two_ways_may_be_meant_the_words_are_refused(database: Catalog, prompt: str, words: str) -> None:
    refusal = plan_offline(prompt, database, FixedValues(KNOWN))
    assert isinstance(refusal, Refusal), refusal
    assert words in {entry.words for entry in refusal.not_understood}
