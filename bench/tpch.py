"""TPC-H-like data, made by SQL inside PostgreSQL: the same rows for the same scale, on every machine.

Tables, columns, types, row counts and the ways that keys spread are TPC-H's; texts and amounts only look like them.
Every value is taken from a hash of its row's number, so that no row depends upon another one or upon chance.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn

from datavalut.connections import ConnectionParameters

TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")
# Below, suppliers are too few for four a part; above, parts are too many for 32 bits to spread over them evenly.
SMALLEST_SCALE = 0.01
LARGEST_SCALE = 100
# Goes into the record of kept data: raise it when a change here gives other rows.
VERSION = 1

# Of each table's comments, in characters: TPC-H's.
_COMMENT_LENGTHS = {
    "supplier": (25, 100),
    "customer": (29, 116),
    "part": (5, 22),
    "partsupp": (49, 198),
    "orders": (19, 78),
    "lineitem": (10, 43),
}
_PHRASES = tuple(
    f"{adjective} {noun} {verb} "
    for adjective, verb in (("express", "sleep"), ("pending", "haggle"), ("special", "nag"), ("ironic", "wake"))
    for noun in ("foxes", "ideas", "packages", "accounts", "deposits", "requests", "theodolites", "platelets")
)

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class RowNumbers:
    """How many rows each table has, which has more than a few; of lineitem it is 1 to 7 an order."""

    supplier: int
    customer: int
    part: int
    orders: int

    @classmethod
    def at_scale(cls, scale: float) -> "RowNumbers":
        return cls(
            supplier=round(10_000 * scale),
            customer=round(150_000 * scale),
            part=round(200_000 * scale),
            orders=round(1_500_000 * scale),
        )


def hundred_customers(scale: float) -> tuple[int, ...]:
    """The keys of 100 customers with orders, spread over the table."""
    step = RowNumbers.at_scale(scale).customer // 100
    return tuple(1 + number * (step - step % 3) for number in range(100))


def generate(database: ConnectionParameters, scale: float) -> None:
    """Fills an empty database, as its owner. Lineitem takes one session, all other tables the second one, so that
    each table's rows lie in the order of their keys, as they do where rows come in over time."""
    _run(database, ((_FOLDER / "tpch_tables.sql").read_text(encoding="utf-8"),))
    numbers = RowNumbers.at_scale(scale)
    rows = {table: _insert(table, numbers) for table in TABLES}
    lineitem = (rows.pop("lineitem"),)
    _run_beside(database, lineitem, tuple(rows.values()))

    keys = (_FOLDER / "tpch_keys.sql").read_text(encoding="utf-8").strip().split(";\n")
    indexes = [statement for statement in keys if "FOREIGN KEY" not in statement]
    on_lineitem = [statement for statement in indexes if "lineitem" in statement]
    _run_beside(database, on_lineitem, [statement for statement in indexes if statement not in on_lineitem])
    _run(database, [statement for statement in keys if "FOREIGN KEY" in statement])
    _run(database, ["VACUUM (ANALYZE)"])


def _run_beside(
    database: ConnectionParameters, first: Sequence[sql.Composable | str], second: Sequence[sql.Composable | str]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(_run, database, statements) for statements in (first, second)]:
            future.result()


def _run(database: ConnectionParameters, statements: Sequence[sql.Composable | str]) -> None:
    with closing(psycopg2.connect(make_dsn(**database.to_libpq()))) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        for statement in statements:
            cursor.execute(statement)


def _insert(table: str, numbers: RowNumbers) -> sql.Composable:
    query = sql.SQL((_FOLDER / "tpch_rows" / f"{table}.sql").read_text(encoding="utf-8"))
    values = {name: sql.Literal(number) for name, number in vars(numbers).items()}
    insert = sql.SQL("INSERT INTO {} ").format(sql.Identifier(table))
    return insert + query.format(**values, text=_text(*_COMMENT_LENGTHS.get(table, (0, 0))))


def _text(shortest: int, longest: int) -> sql.Composable:
    """Phrases by the bits of `text_bits`, as long as `length_bits` say. Phrases are many times faster than the cuts
    out of a long text that TPC-H makes."""
    phrases = sql.SQL("(ARRAY[{}])").format(sql.SQL(", ").join(map(sql.Literal, _PHRASES)))
    chosen = [
        phrases + sql.SQL("[1 + (text_bits >> {} & {})]").format(sql.Literal(5 * nth), sql.Literal(len(_PHRASES) - 1))
        for nth in range(longest // min(map(len, _PHRASES)) + 1)
    ]
    length = sql.SQL("{} + mod(length_bits, {})::integer").format(
        sql.Literal(shortest), sql.Literal(longest - shortest + 1)
    )
    return sql.SQL("left(concat({}), {})").format(sql.SQL(", ").join(chosen), length)
