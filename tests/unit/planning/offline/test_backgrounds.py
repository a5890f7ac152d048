"""Experience, knowledge, reasons and places in several words. Needs nothing running."""

import pytest

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
    last,
    no,
    null,
    path,
    root,
    time,
)
from tests.unit.planning.offline.known_values import FixedValues

AGENCY = catalog(
    "agency",
    (
        table("clients", "id int!", "name text!"),
        table("employees", "id int!", "name text!", "role recruiter|hiring_manager!", "office_city text!"),
        table(
            "job_openings",
            *("id int!", "client_id int!", "title text!", "status draft|open|filled!", "min_salary num!"),
            *("max_salary num!", "manager_id int!", "published_on date"),
        ),
        table("candidates", "id int!", "name text!", "years_experience int!", "created_at tstz!"),
        table("skills", "id int!", "name text!"),
        table("candidate_skills", "candidate_id int!", "skill_id int!", key="candidate_id skill_id"),
        table("hobbies", "id int!", "name text!"),
        table("candidate_hobbies", "candidate_id int!", "hobby_id int!", key="candidate_id hobby_id"),
        table(
            "applications",
            *("id int!", "candidate_id int!", "job_opening_id int!", "stage applied|interview|rejected!"),
            *("applied_at tstz!", "closed_at tstz", "rejection_reason text"),
        ),
        table(
            "referrals",
            *("id int!", "employee_id int!", "candidate_id int!", "bonus_amount num", "referred_on date!"),
            *("bonus_paid_on date", "welcome_note text"),
        ),
    ),
    (
        reference("referrals", "employee_id", "employees"),
        reference("referrals", "candidate_id", "candidates"),
        reference("job_openings", "client_id", "clients"),
        reference("job_openings", "manager_id", "employees"),
        reference("candidate_skills", "candidate_id", "candidates"),
        reference("candidate_skills", "skill_id", "skills"),
        reference("candidate_hobbies", "candidate_id", "candidates"),
        reference("candidate_hobbies", "hobby_id", "hobbies"),
        reference("applications", "candidate_id", "candidates"),
        reference("applications", "job_opening_id", "job_openings"),
    ),
)
VALUES = FixedValues(
    {
        ("employees", "office_city"): ("London", "Madrid"),
        ("skills", "name"): ("Python", "SQL"),
        ("hobbies", "name"): ("Chess",),
        ("applications", "rejection_reason"): ("Culture fit", "Lack of experience"),
    }
)
SKILLS = path("v candidate_skills.candidate_id", "^ skills.skill_id")
PYTHON, SQL = (exists(SKILLS, compare("name", "=", name)) for name in ("Python", "SQL"))
IN_MADRID = compare("office_city", "=", "Madrid")
OPENINGS = path("v job_openings.client_id")
APPLICATIONS = path("v applications.candidate_id")

UNDERSTOOD: list[tuple[str, Root]] = [
    ("candidates with 10+ years of experience", root("candidates", compare("years_experience", ">=", 10))),
    ("candidates who have over 5 years' experience", root("candidates", compare("years_experience", ">", 5))),
    ("job openings with a minimum salary above 90000", root("job_openings", compare("min_salary", ">", 90000))),
    ("job openings with a maximum salary below 50000", root("job_openings", compare("max_salary", "<", 50000))),
    (
        "recruiters in the London office",
        root("employees", both(compare("role", "=", "recruiter"), compare("office_city", "=", "London"))),
    ),
    (
        "applications rejected because of culture fit",
        root("applications", both(compare("stage", "=", "rejected"), compare("rejection_reason", "=", "Culture fit"))),
    ),
    (
        "applications closed in 2025 due to lack of experience",
        root(
            "applications",
            both(
                time("closed_at", dates("2025-01-01", "2026-01-01")),
                compare("rejection_reason", "=", "Lack of experience"),
            ),
        ),
    ),
    ("candidates who know both Python and SQL", root("candidates", both(PYTHON, SQL))),
    ("candidates knowing Python", root("candidates", PYTHON)),
    (
        "job openings whose manager works in the Madrid office",
        root("job_openings", exists(path("^ employees.manager_id"), IN_MADRID)),
    ),
    # a part of the row, and what its amounts come to
    ("referrals whose bonus has not been paid", root("referrals", null("bonus_paid_on"))),
    ("referrals whose bonus was paid", root("referrals", no(null("bonus_paid_on")))),
    (
        "referrals whose bonus was paid in 2025",
        root("referrals", time("bonus_paid_on", dates("2025-01-01", "2026-01-01"))),
    ),
    (
        "employees whose referral bonuses add up to more than 5000",
        root(
            "employees",
            compare_expression(aggregate("sum", path("v referrals.employee_id"), "bonus_amount"), ">", 5000),
        ),
    ),
    ("referrals that come with a welcome note", root("referrals", no(null("welcome_note")))),
    ("referrals that include a welcome note", root("referrals", no(null("welcome_note")))),
    # what a job opening is called, too
    ("open positions", root("job_openings", compare("status", "=", "open"))),
    (
        "clients with at least 3 open postings",
        root("clients", count(OPENINGS, ">=", 3, compare("status", "=", "open"))),
    ),
    # who applied, by the applications
    (
        "candidates who applied in the last 3 months",
        root("candidates", exists(APPLICATIONS, time("applied_at", last(3, "month")))),
    ),
    (
        "vacancies nobody has applied to",
        root("job_openings", no(exists(path("v applications.job_opening_id")))),
    ),
    (
        "applications submitted in 2025",
        root("applications", time("applied_at", dates("2025-01-01", "2026-01-01"))),
    ),
]
REFUSED = [
    "candidates who know Chess",
    "candidates who know Python, SQL",  # both, or one?
    "candidates with 10+ years of practice",
    "job openings with a salary above 90000",
    "recruiters in the London studio",
    "candidates with 10+ years of experience with Python",  # and not in all
    "applications not rejected because of culture fit",  # but for another reason?
    "applications rejected because of culture fit in 2025",  # no date says when they were rejected
    "applications because of interview",
    "referrals whose bonus was paid to employees in the London office",
    "referrals that include a bonus amount",  # is one of 0 a bonus?
    "referrals whose bonus was not paid in 2025",  # or is not paid at all?
]


@pytest.mark.parametrize(("prompt", "expected"), UNDERSTOOD, ids=[prompt for prompt, _ in UNDERSTOOD])
def test_background_is_understood(prompt: str, expected: Root) -> None:
    answer = plan_offline(prompt, AGENCY, values=VALUES)

    assert isinstance(answer, FilterPlan), answer
    assert list(answer.roots) == [expected]


@pytest.mark.parametrize("prompt", REFUSED)
def test_background_that_no_column_holds_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, AGENCY, values=VALUES), Refusal)
