"""Of which columns a planner reads the values in a schema of many tables."""

from datavalut.catalog.model import Catalog, Column, Table, TableName, TypeCategory
from datavalut.planning.offline.likely_values import LikelyValues
from datavalut.planning.offline.tokens import tokenize


def table(name: str) -> Table:
    texts = ("name", "kind", "status", "city", "notes")
    columns = (Column("id", "integer", TypeCategory.INTEGER), *(Column(x, "text", TypeCategory.TEXT) for x in texts))
    return Table(TableName("public", name), columns, primary_key=("id",))


THINGS = tuple(table(f"{letter}{letter}{letter}_things") for letter in "abcdefghijklmnopqrst")
CATALOG = Catalog("many", 170000, (table("customers"), *THINGS), ())


class AskedValues:
    """Of everything "apart" when it is read by itself, "together" in a survey."""

    def __init__(self) -> None:
        self.surveys: list[tuple[tuple[TableName, str], ...]] = []

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        return ("apart",)

    def survey(self, columns: tuple[tuple[TableName, str], ...]) -> dict[tuple[TableName, str], tuple[str, ...] | None]:
        self.surveys.append(columns)
        return dict.fromkeys(columns, ("together",))


def test_the_columns_of_a_table_that_is_named_are_read_by_themselves() -> None:
    asked = AskedValues()
    values = LikelyValues(asked, CATALOG, tokenize("customers from Toronto"))
    assert values.values(TableName("public", "customers"), "kind") == ("apart",)
    assert asked.surveys == []


def test_the_kinds_of_unlikely_tables_are_surveyed_once() -> None:
    asked = AskedValues()
    values = LikelyValues(asked, CATALOG, tokenize("customers from Toronto"))
    last = THINGS[-1].name
    for column in ("kind", "status", "kind"):
        assert values.values(last, column) == ("together",)
    assert values.values(last, "city") == ("apart",)
    [surveyed] = asked.surveys
    assert {column for _, column in surveyed} == {"kind", "status"}
    assert len(surveyed) == 2 * (len(CATALOG.tables) - 8)
