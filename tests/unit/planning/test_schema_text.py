"""How a catalog is told to a language model, and what of it where not all fits. Needs nothing running."""

import json
from dataclasses import replace
from typing import Any

import pytest

from datavalut.catalog.model import Catalog, Column, ForeignKey, Table, TypeCategory
from datavalut.planning.relevance import tables_by_relevance
from datavalut.planning.schema_text import BYTES_A_TOKEN, describe_schema
from datavalut.planning.shared_values import SHARED_COLUMNS, SHARED_VALUES, SharedValues
from tests.filter_examples import SHOP, name
from tests.unit.planning.fixed_source import FixedSource

ID = Column("id", "integer", TypeCategory.INTEGER, not_null=True)
FILLING = tuple(Column(f"attribute_{number}", "text", TypeCategory.TEXT, comment="words " * 9) for number in range(20))


def filling(count: int) -> tuple[Table, ...]:
    return tuple(Table(name(f"archive_{number}"), (ID, *FILLING), primary_key=("id",)) for number in range(count))


def with_filling(count: int) -> Catalog:
    return replace(SHOP, tables=(*filling(count), *SHOP.tables))


def told(text: str) -> dict[str, dict[str, Any]]:
    return {table["table"]: table for table in map(json.loads, text.splitlines()) if "table" in table}


def test_all_that_helps_is_told() -> None:
    table = Table(
        name("film"),
        (
            ID,
            Column("rating", "public.mpaa", TypeCategory.ENUM, enum_labels=("G", "PG"), comment="As printed"),
            Column("title", "text", TypeCategory.TEXT),
        ),
        primary_key=("id",),
        unique_keys=(("title",),),
        check_constraints=("CHECK ((id > 0))",),
        comment="What is shown",
        estimated_rows=1_000,
    )
    rental = Table(name("rental"), (ID, Column("film_id", "integer", TypeCategory.INTEGER)))
    key = ForeignKey("film_fkey", name("rental"), ("film_id",), name("film"), ("id",))
    catalog = Catalog("cinema", 170000, (table, rental), (key,))
    tables = told(describe_schema(catalog, "", 10_000).text)
    assert tables["public.film"] == {
        "table": "public.film",
        "rows": 1_000,
        "comment": "What is shown",
        "columns": {
            "id": "integer",
            "rating": {"type": "public.mpaa", "labels": ["G", "PG"], "comment": "As printed"},
            "title": "text",
        },
        "primary_key": ["id"],
        "unique_keys": [["title"]],
        "checks": ["CHECK ((id > 0))"],
    }
    assert tables["public.rental"]["foreign_keys"] == [
        {"columns": ["film_id"], "to": "public.film", "to_columns": ["id"]}
    ]


def test_what_fits_is_told_whole() -> None:
    described = describe_schema(SHOP, "anything", 10_000)
    assert described.whole == {table.name for table in SHOP.tables}


@pytest.mark.parametrize("tokens", [200, 1_000, 5_000, 20_000])
@pytest.mark.parametrize("count", [10, 300, 2_000])
def test_it_stays_within_its_budget(tokens: int, count: int) -> None:
    described = describe_schema(with_filling(count), "customers with 3+ orders", tokens)
    assert len(described.text.encode()) <= tokens * BYTES_A_TOKEN + 100


def test_what_the_prompt_is_about_is_told_whole_and_the_rest_by_name() -> None:
    described = describe_schema(with_filling(300), "Customers who ordered 3+ products of category Toys", 12_000)
    tables = told(described.text)
    assert {name("customers"), name("orders"), name("products"), name("items")} <= described.whole
    assert len(tables) == 300 + len(SHOP.tables)
    assert "columns" in tables["public.customers"]
    assert tables["public.archive_299"] == {"table": "public.archive_299"}


def test_columns_come_before_comments() -> None:
    described = describe_schema(with_filling(40), "customers", 12_000)
    spared = [table for table in told(described.text).values() if "columns" in table and "rows" not in table]
    assert spared
    assert all("comment" not in json.dumps(table) for table in spared)


def test_even_names_may_be_too_many_and_that_is_told() -> None:
    text = describe_schema(with_filling(2_000), "customers", 1_000).text
    shown = told(text)
    assert "public.customers" in shown
    assert json.loads(text.splitlines()[-1]) == {"tables_not_shown": 2_000 + len(SHOP.tables) - len(shown)}


@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("all regions", "regions"),
        ("people who visited a page", "visits"),
        ("the ten best ORDERS", "orders"),
        ("everyone 'on hold'", "customers"),
        ("whose referred_by is set", "customers"),
    ],
)
def test_words_lead_to_tables(prompt: str, first: str) -> None:
    assert tables_by_relevance(prompt, with_filling(50))[0].name == name(first)


def test_a_table_between_two_that_are_named_comes_before_others() -> None:
    ordered = [table.name for table in tables_by_relevance("customers and products", with_filling(50))]
    assert max(ordered.index(name("orders")), ordered.index(name("items"))) < ordered.index(name("archive_0"))


def test_words_inside_joined_names_are_found() -> None:
    odd = (Table(name("OrderItems"), (ID,)), Table(name("tblcustomerdata"), (ID,)))
    catalog = replace(SHOP, tables=(*filling(20), *odd), foreign_keys=())
    assert tables_by_relevance("items", catalog)[0].name == name("OrderItems")
    assert tables_by_relevance("customers", catalog)[0].name == name("tblcustomerdata")


# Values


def with_rows(rows: int, catalog: Catalog = SHOP) -> Catalog:
    return replace(catalog, tables=tuple(replace(table, estimated_rows=rows) for table in catalog.tables))


def values_told(source: FixedSource, prompt: str, tokens: int = 10_000) -> dict[tuple[str, str], list[str]]:
    described = describe_schema(source.catalog, prompt, tokens, SharedValues(source, prompt))
    return {
        (table.removeprefix("public."), column): description["values"]
        for table, whole in told(described.text).items()
        for column, description in whole["columns"].items()
        if "values" in description
    }


def test_few_values_are_told_and_of_many_those_that_the_prompt_mentions() -> None:
    many = ("e", *(f"Region {number}" for number in range(SHARED_VALUES + 1)))
    values = {("regions", "title"): many, ("customers", "nickname"): ("a", "b")}
    source = FixedSource(with_rows(1_000), column_values=values)
    assert values_told(source, "customers of REGION 7") == {
        ("regions", "title"): ["Region 7"],
        ("customers", "nickname"): ["a", "b"],
    }


@pytest.mark.parametrize("prompt", ["garden gnome", "all Garden Gnomes, please", "“garden gnome”"])
def test_a_value_is_mentioned_in_any_letters_and_in_the_plural(prompt: str) -> None:
    source = FixedSource(column_values={("products", "name"): ("Garden gnome", "Garden", "no", "Gnomeries")})
    assert "Garden gnome" in values_told(source, prompt)[("products", "name")]
    assert "no" not in values_told(source, prompt)[("products", "name")]


@pytest.mark.parametrize(
    ("rows", "values", "all_told"),
    [
        (1_000, SHARED_VALUES, True),
        (299, SHARED_VALUES, False),
        (300, SHARED_VALUES, True),
        (99, 2, False),
        (100, 2, True),
        (0, 2, False),
    ],
)
def test_values_that_few_rows_share_are_told_only_if_the_prompt_mentions_them(
    rows: int, values: int, all_told: bool
) -> None:
    nicknames = tuple(f"Nick {number}" for number in range(values))
    source = FixedSource(with_rows(rows), column_values={("customers", "nickname"): nicknames})
    shared = values_told(source, "the customers called nick 1")
    assert shared == {("customers", "nickname"): list(nicknames) if all_told else ["Nick 1"]}


@pytest.mark.parametrize(
    "column",
    [
        "password_hash",
        "passwordHash",
        "PASSWD",
        "user_pass",
        "pwd",
        "api_key",
        "apikey",
        "access_token",
        "accesstoken",
        "client_secret",
        "pin",
        "ssn",
        "email",
        "contact_emails",
        "e-mail",
        "home_phone",
        "iban",
        "md5hash",
    ],
)
def test_columns_whose_names_speak_of_secrets_are_not_even_looked_up(column: str) -> None:
    table = Table(name("people"), (ID, Column(column, "text", TypeCategory.TEXT)), estimated_rows=10_000)
    source = FixedSource(replace(SHOP, tables=(table,), foreign_keys=()), column_values={("people", column): ("x",)})
    assert values_told(source, "people with x") == {}
    assert source.asked == []


@pytest.mark.parametrize("column", ["passenger_class", "category", "hashtag", "keyword", "spinning", "status"])
def test_other_names_do_not_look_like_secrets(column: str) -> None:
    table = Table(name("people"), (ID, Column(column, "text", TypeCategory.TEXT)), estimated_rows=10_000)
    source = FixedSource(replace(SHOP, tables=(table,), foreign_keys=()), column_values={("people", column): ("x",)})
    assert values_told(source, "people") == {("people", column): ["x"]}


def test_a_type_may_tell_what_its_column_is() -> None:
    source = FixedSource(column_values={("customers", "contact"): ("a@b.c",)})
    column = Column("contact", "public.email_address", TypeCategory.TEXT)
    source.catalog = with_rows(1_000, replace(SHOP, tables=(Table(name("customers"), (ID, column)),), foreign_keys=()))
    assert values_told(source, "customers a@b.c") == {}


def test_keys_and_long_values_are_not_told() -> None:
    columns = (ID, Column("code", "text", TypeCategory.TEXT), Column("note", "text", TypeCategory.TEXT))
    table = Table(name("people"), columns, unique_keys=(("code",),), estimated_rows=10_000)
    values = {("people", "code"): ("x",), ("people", "note"): ("n" * 60, "n" * 61)}
    source = FixedSource(replace(SHOP, tables=(table,), foreign_keys=()), column_values=values)
    assert values_told(source, "people x") == {("people", "note"): ["n" * 60]}


def test_values_that_do_not_fit_are_left_out() -> None:
    values = {("customers", column): ("v" * 50,) * SHARED_VALUES for column in ("name", "nickname", "initials")}
    source = FixedSource(with_rows(1_000), column_values=values)
    without = len(describe_schema(source.catalog, "", 10_000).text.encode())
    assert values_told(source, "", tokens=without // BYTES_A_TOKEN + 1) == {}
    assert len(values_told(source, "")) == 3


def test_no_more_columns_are_looked_up_than_helps() -> None:
    source = FixedSource(with_filling(200))
    values_told(source, "customers", tokens=1_000_000)
    assert len(source.asked) == SHARED_COLUMNS
    assert ("customers", "nickname") in source.asked, "what the prompt is about comes first"
