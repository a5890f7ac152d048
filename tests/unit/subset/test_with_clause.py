"""How a query's WITH clause is put together. Needs: nothing."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from psycopg2 import sql

from datavalut.catalog.model import TableName
from datavalut.subset.row_sets import Chosen, RowSet, label
from datavalut.subset.with_clause import WithClause


class _CountedName(TableName):
    """Notes each time that a set of it is looked up."""

    looked_up = 0

    def __hash__(self) -> int:
        _CountedName.looked_up += 1
        return super().__hash__()


def _rendered(number: int) -> list[str]:
    """The names of so many sets, each of which reads the next one, as they are rendered."""
    below: dict[RowSet, RowSet] = dict(pairwise(Chosen(_CountedName("shop", f"t{place}")) for place in range(number)))
    rendered = []

    def body(row_set: RowSet, _: Sequence[str]) -> sql.Composable:
        rendered.append(label(row_set))
        if row_set in below:
            clause.use(below[row_set], ("id",))
        return sql.SQL("SELECT")

    clause = WithClause(body)
    clause.use(next(iter(below)), ("id",))
    clause.before(sql.SQL("SELECT"))
    return rendered


def test_each_set_of_a_long_chain_is_rendered_once() -> None:
    assert _rendered(50) == [f"chosen_t{place}" for place in range(50)]


def test_a_chain_twice_as_long_takes_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for number in (100, 200):
        monkeypatch.setattr(_CountedName, "looked_up", 0)
        _rendered(number)
        counts.append(_CountedName.looked_up)
    assert counts[1] < 2.2 * counts[0]


def test_a_set_that_is_asked_for_more_columns_is_rendered_again() -> None:
    early, late = Chosen(TableName("shop", "early")), Chosen(TableName("shop", "late"))
    rendered: list[tuple[RowSet, tuple[str, ...]]] = []

    def body(row_set: RowSet, columns: Sequence[str]) -> sql.Composable:
        rendered.append((row_set, tuple(columns)))
        if row_set == late:
            clause.use(early, ("name", "id"))
        return sql.SQL("SELECT")

    clause = WithClause(body)
    clause.use(early, ("id",))
    clause.use(late)
    clause.before(sql.SQL("SELECT"))
    assert rendered == [(early, ("id",)), (late, ()), (early, ("id", "name"))]


def test_sets_of_tables_of_the_same_name_have_names_of_their_own() -> None:
    clause = WithClause(lambda *_: sql.SQL("SELECT"))
    tables = [TableName(schema, "orders") for schema in ("eu", "us", "eu")]
    names = [clause.use(Chosen(table)) for table in tables]
    assert names == [sql.Identifier(name) for name in ("chosen_orders", "chosen_orders_2", "chosen_orders")]
