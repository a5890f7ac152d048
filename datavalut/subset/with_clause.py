"""The WITH clause of a query: which sets it needs, with which columns, under which names."""

from collections.abc import Callable, Iterable, Sequence

from psycopg2 import sql

from datavalut.subset.row_sets import CycleReferences, CycleSet, RowSet, label

_LONGEST_IDENTIFIER = 63
# The server merges sets that are used once into one join, whose planning takes a time that grows with the cube of their
# number. Beyond so many sets, it is kept from that after every few.
_MOST_SETS_MERGED = 16
_SETS_MERGED_OF_MANY = 8


class WithClause:
    """Collects what a query and its sets ask for by `use`, and writes the expressions in the order of their needs."""

    def __init__(self, body: Callable[[RowSet, Sequence[str]], sql.Composable]) -> None:
        """`body` gives the query of a set with these columns, and calls `use` for the sets that it reads."""
        self._body = body
        self._columns: dict[RowSet, dict[str, None]] = {}
        self._names: dict[RowSet, str] = {}
        self._taken: set[str] = set()
        self._uses: dict[RowSet | None, dict[RowSet, None]] = {}  # None: the query itself
        self._grown: dict[RowSet, None] = {}  # new, or asked for more columns than it was rendered with
        self._user: RowSet | None = None

    def use(self, row_set: RowSet, columns: Iterable[str] = ()) -> sql.Identifier:
        """The name of the set, where the user will find these columns (a set over several tables has its own)."""
        if row_set not in self._names:
            self._names[row_set] = self._new_name(row_set)
            self._columns[row_set] = {}
            self._grown[row_set] = None
        asked = self._columns[row_set]
        before = len(asked)
        asked.update(dict.fromkeys(columns))
        if len(asked) > before:
            self._grown[row_set] = None
        self._uses.setdefault(self._user, {})[row_set] = None
        return sql.Identifier(self._names[row_set])

    def _new_name(self, row_set: RowSet) -> str:
        text, number = label(row_set), 1
        while True:
            suffix = "" if number == 1 else f"_{number}"
            room = _LONGEST_IDENTIFIER - len(suffix)
            name = text.encode()[:room].decode(errors="ignore") + suffix
            if name not in self._taken:
                self._taken.add(name)
                return name
            number += 1

    def before(self, query: sql.Composable) -> sql.Composable:
        """The query, made by uses of this clause, with the clause before it."""
        bodies: dict[RowSet, sql.Composable] = {}
        # A body that is rendered may ask for more columns of a set that was rendered already. Only what has grown is
        # looked at: looking at every set for each new one would take most of the time of long chains of tables.
        while self._grown:
            for row_set in tuple(self._grown):
                del self._grown[row_set]
                self._user = row_set
                bodies[row_set] = self._body(row_set, tuple(self._columns[row_set]))
        self._user = None
        if not bodies:
            return query
        in_order = self._in_order_of_need()
        apart = set(in_order[::_SETS_MERGED_OF_MANY] if len(in_order) > _MOST_SETS_MERGED else ())
        expressions = [
            self._expression(row_set, bodies[row_set], materialized=row_set in apart) for row_set in in_order
        ]
        return sql.SQL("WITH RECURSIVE {}\n{}").format(sql.SQL(",\n").join(expressions), query)

    def _expression(self, row_set: RowSet, body: sql.Composable, *, materialized: bool) -> sql.Composable:
        columns: sql.Composable = sql.SQL("")
        if isinstance(row_set, CycleSet):
            columns = sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, row_set.columns)))
        # The server itself materializes a set that is used more than once. This one is used once, in a recursive term,
        # which would compute it again with every step.
        hint = sql.SQL(" MATERIALIZED" if materialized or isinstance(row_set, CycleReferences) else "")
        name = sql.Identifier(self._names[row_set])
        return sql.SQL("{}{} AS{} (\n{}\n)").format(name, columns, hint, body)

    def _in_order_of_need(self) -> list[RowSet]:
        ordered: dict[RowSet | None, None] = {}
        pending: list[tuple[RowSet | None, bool]] = [(None, False)]
        while pending:
            user, its_needs_are_there = pending.pop()
            if user in ordered:
                continue
            if its_needs_are_there:
                ordered[user] = None
            else:
                pending.append((user, True))
                pending.extend((needed, False) for needed in self._uses.get(user, {}) if needed != user)
        return [row_set for row_set in ordered if row_set is not None]
