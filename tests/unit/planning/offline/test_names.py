"""Names that are short for words, and what the catalog's comments tell of names and codes. Needs nothing running."""

from dataclasses import replace

import pytest

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal, Root
from datavalut.planning.offline import plan_offline
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comments import labels_of_codes, name_in
from tests.unit.planning.offline.catalogs import catalog, reference, table
from tests.unit.planning.offline.conditions import both, compare, count, exists, no, null, path, root
from tests.unit.planning.offline.known_values import FixedValues

_COMMENTS = {
    ("tbl_prop", "prop_typ_cd"): "SF = single family house, CO = condo, TH = townhouse",
    ("tbl_clnt", "clnt_typ_cd"): "B: buyer; S: seller",
    ("tbl_lstg", "sts_cd"): "A active, P pending, S sold",
    ("tbl_lstg", "dom"): "days on market",
}


def _commented(plain: Catalog) -> Catalog:
    tables = tuple(
        replace(
            one,
            columns=tuple(
                replace(column, comment=_COMMENTS.get((one.name.name, column.name))) for column in one.columns
            ),
        )
        for one in plain.tables
    )
    return replace(plain, tables=tables)


ESTATE = _commented(
    catalog(
        "estate",
        (
            table("tbl_agt", "agt_id int!", "fst_nm text!", "lst_nm text!", "hire_dt date!", "term_dt date"),
            table("tbl_clnt", "clnt_id int!", "clnt_typ_cd text!", "email_addr text"),
            table(
                "tbl_prop",
                *("prop_id int!", "city_nm text!", "prop_typ_cd text!", "bdrm_cnt int!", "has_garage_flg bool!"),
                *("pool_ind text!", "ownr_id int!"),
            ),
            table(
                "tbl_lstg",
                *("lstg_id int!", "prop_id int!", "agt_id int!", "lst_prc_amt num!", "sts_cd text!", "dom int"),
            ),
            table("tbl_ofr", "ofr_id int!", "lstg_id int!", "clnt_id int!", "ofr_amt num!"),
        ),
        (
            reference("tbl_prop", "ownr_id", "tbl_clnt", "clnt_id"),
            reference("tbl_lstg", "prop_id", "tbl_prop", "prop_id"),
            reference("tbl_lstg", "agt_id", "tbl_agt", "agt_id"),
            reference("tbl_ofr", "lstg_id", "tbl_lstg", "lstg_id"),
            reference("tbl_ofr", "clnt_id", "tbl_clnt", "clnt_id"),
        ),
    )
)
VALUES = FixedValues(
    {
        ("tbl_clnt", "clnt_typ_cd"): ("B", "S"),
        ("tbl_prop", "prop_typ_cd"): ("SF", "CO", "TH"),
        ("tbl_prop", "city_nm"): ("Austin", "Dallas"),
        ("tbl_prop", "pool_ind"): ("Y", "N"),
        ("tbl_lstg", "sts_cd"): ("A", "P", "S"),
    }
)
CONDO = compare("prop_typ_cd", "=", "CO")

UNDERSTOOD: list[tuple[str, Root]] = [
    # names without their vowels
    ("agents", root("tbl_agt")),
    ("offers above 250000", root("tbl_ofr", compare("ofr_amt", ">", 250000))),
    ("3-bedroom properties", root("tbl_prop", compare("bdrm_cnt", "=", 3))),
    ("properties in Austin", root("tbl_prop", compare("city_nm", "=", "Austin"))),
    ("properties with a garage", root("tbl_prop", compare("has_garage_flg", "=", True))),
    ("agents who left", root("tbl_agt", no(null("term_dt")))),
    # a flag of Y and N
    ("properties with a pool", root("tbl_prop", compare("pool_ind", "=", "Y"))),
    ("properties without a pool", root("tbl_prop", no(compare("pool_ind", "=", "Y")))),
    # codes and names that comments tell of
    ("condos in Dallas", root("tbl_prop", both(compare("city_nm", "=", "Dallas"), CONDO))),
    ("single family houses", root("tbl_prop", compare("prop_typ_cd", "=", "SF"))),
    ("active listings", root("tbl_lstg", compare("sts_cd", "=", "A"))),
    ("listings with more than 60 days on market", root("tbl_lstg", compare("dom", ">", 60))),
    ("offers on condos", root("tbl_ofr", exists(path("^ tbl_lstg.lstg_id", "^ tbl_prop.prop_id"), CONDO))),
    # a kind comes before a synonym of the table's name
    ("buyers", root("tbl_clnt", compare("clnt_typ_cd", "=", "B"))),
    ("clients", root("tbl_clnt")),
    (
        "agents with more than 5 active listings",
        root("tbl_agt", count(path("v tbl_lstg.agt_id"), ">", 5, compare("sts_cd", "=", "A"))),
    ),
]


@pytest.mark.parametrize(("prompt", "expected"), UNDERSTOOD, ids=[prompt for prompt, _ in UNDERSTOOD])
def test_short_names_and_codes(prompt: str, expected: Root) -> None:
    plan = plan_offline(prompt, ESTATE, VALUES)
    assert isinstance(plan, FilterPlan), plan
    (found,) = plan.roots
    assert _normal(found) == _normal(expected)


def _normal(one: Root) -> str:
    """Conditions that are all meant, in any order."""
    parts = getattr(one.condition, "conditions", (one.condition,))
    return f"{one.table} {sorted(map(str, parts))}"


@pytest.mark.parametrize("prompt", ["houses", "listings with a sauna", "withdrawn listings"])
def test_what_no_name_and_no_comment_tells_of_is_refused(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, ESTATE, VALUES), Refusal)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tbl_clnt", ("tbl", "client")),
        ("agt_id", ("agent", "id")),
        ("bdrmCnt", ("bedroom", "count")),
        ("clm_sts_cd", ("claim", "status", "code")),
        ("plcy_hldr", ("policy", "holder")),
        ("xyz_id", ("xyz", "id")),  # short for nothing
        ("lst", ("lst",)),  # a list, or the last? nobody knows
        ("cls_dt", ("closed", "dt")),
        ("ord_ln", ("order", "line")),
        ("orders", ("orders",)),
    ],
)
def test_names_are_written_out(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(("name", "head"), [("clm_sts_cd", "status"), ("city_name", "city"), ("name", "name")])
def test_the_head_of_a_name_says_what_is_held(name: str, head: str) -> None:
    assert head_word(name) == head


@pytest.mark.parametrize(
    ("comment", "labels"),
    [
        ("O = open, C = closed", {"O": "open", "C": "closed"}),
        ("status: O - open; C - closed", {"O": "open", "C": "closed"}),
        ("O: open / C: closed", {"O": "open", "C": "closed"}),
        ("O (open), C (closed)", {"O": "open", "C": "closed"}),
        ("state of the claim (O=open, C=closed)", {"O": "open", "C": "closed"}),
        ("O or C", {}),
        ("the state of the claim", {}),
        (None, {}),
    ],
)
def test_comments_tell_of_codes(comment: str | None, labels: dict[str, str]) -> None:
    assert labels_of_codes(comment, ("O", "C")) == labels


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("date of loss", ("date", "of", "loss")),
        ("The showings (viewings) of a property", ("showings",)),
        ("Y if active", ("active",)),
        ("discontinued Y/N", ("discontinued",)),
        ("Do not use this column any more, it will be dropped", ()),
        (None, ()),
    ],
)
def test_comments_begin_with_a_name(comment: str | None, words: tuple[str, ...]) -> None:
    assert name_in(comment) == words


SCHEMAS = catalog(
    "schemas",
    (
        table("orders", "id int!", "total num!", schema="sales"),
        table("orders", "id int!", "total num!", schema="repairs"),
        table("sales_orders", "id int!", "total num!"),
        table("posts", "id int!", "visibility text!"),
    ),
    (),
)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("repairs.orders", "repairs.orders"),
        ("repairs orders", "repairs.orders"),
        ("sales.orders", "sales.orders"),
        ("public.sales_orders", "public.sales_orders"),
        ("public.posts", "public.posts"),
    ],
)
def test_tables_are_told_apart_by_their_schemas(prompt: str, name: str) -> None:
    plan = plan_offline(prompt, SCHEMAS)
    assert isinstance(plan, FilterPlan), plan
    assert [root.table for root in plan.roots] == [name]


@pytest.mark.parametrize("prompt", ["orders", "sales orders", "public posts"])
def test_a_name_of_two_schemas_is_not_clear_and_public_is_no_name(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, SCHEMAS), Refusal)
