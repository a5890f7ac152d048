"""What nobody did, and grants of nothing. Needs nothing running."""

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import Condition, FilterPlan
from datavalut.planning.offline import plan_offline
from tests.unit.planning.offline.catalogs import SHOP, catalog, table
from tests.unit.planning.offline.conditions import compare, either, exists, no, null, path, root

COLLEGE = catalog("college", (table("students", "id int!", "name text!", "scholarship_amt num", "fees num"),), ())


def understood(prompt: str, database: Catalog = SHOP) -> FilterPlan:
    answer = plan_offline(prompt, database)
    assert isinstance(answer, FilterPlan), answer
    return answer


@pytest.mark.parametrize(
    "prompt",
    [
        "products reviewed by nobody",
        "products reviewed by no one",
        "products that were reviewed by nobody",
        "products never reviewed",
    ],
)
def test_what_is_done_by_nobody_was_never_done(prompt: str) -> None:
    assert understood(prompt).roots == (root("products", no(exists(path("v reviews.product_id")))),)


@pytest.mark.parametrize(
    ("prompt", "condition"),
    [
        ("students without a scholarship", either(null("scholarship_amt"), compare("scholarship_amt", "=", 0))),
        ("students with no scholarship", either(null("scholarship_amt"), compare("scholarship_amt", "=", 0))),
        ("students with a scholarship", compare("scholarship_amt", ">", 0)),
        ("students with a scholarship above 3000", compare("scholarship_amt", ">", 3000)),
    ],
)
def test_a_scholarship_of_nothing_is_none(prompt: str, condition: Condition) -> None:
    assert understood(prompt, COLLEGE).roots == (root("students", condition),)
