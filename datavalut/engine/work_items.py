"""The work of a build, as items that wait for each other. Pure: which worker does what, and when, is not known here.

rows of a table, or the keys alone of some (cut into chunks where it is big)
    wait for the rows of the tables whose keys they need, or for the keys alone of the rows that a table's rule
    chooses, where rows that are merely required come among them
indexes of a table
    wait for its rows
count of a big table's rows (small ones are counted together with their indexes)
    waits for its indexes, and is there for whoever has nothing to do that others wait for
all foreign keys, not yet validated, which takes a moment
    wait for the indexes of all tables: a foreign key locks two tables, an index one
validation of a table's foreign keys
    waits for that
proof of a root: how many of its rows do not meet its condition
    waits for that, too: its condition may ask any table, by partitions' names and indexes; row-level security, which
    would hide rows from it, comes after it
the end: whatever else there is, materialized views, row-level security
    waits for everything
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from datavalut.catalog.model import Catalog, Table, TableKind, TableName
from datavalut.subset.known import Holding, copied_before
from datavalut.subset.model import SubsetPlan
from datavalut.transfer.archive import Piece, one_line
from datavalut.transfer.schema import was_never_validated


class WorkKind(StrEnum):
    """In the order in which workers prefer them: rows are what others wait for."""

    KEYS_CHUNK = "chunk of keys"
    KEYS = "keys"
    CHUNK = "chunk"
    ROWS = "rows"
    INDEXES = "indexes"
    FOREIGN_KEYS = "foreign keys"
    VALIDATION = "validation"
    COUNT = "count"
    PROOF = "proof"
    END = "end"


# Reading less than this once more takes less than another item would.
_LEAST_COUNTED_APART_BYTES = 64 * 1024 * 1024


def is_counted_apart(table: Table) -> bool:
    return table.data_bytes >= _LEAST_COUNTED_APART_BYTES


@dataclass(frozen=True)
class Chunk:
    """A part of a table's rows, or of their keys: those in the pages from `first_page` up to `end_page`, or those whose
    known keys lie from `first_key` up to `end_key`; None is an open end. A key is of as many texts as it has
    columns."""

    number: int
    first_page: int = 0
    end_page: int | None = None
    first_key: Sequence[str] | None = None
    end_key: Sequence[str] | None = None


# What reads the source, and the chunks that it may be cut into.
CHUNKS = {WorkKind.KEYS: WorkKind.KEYS_CHUNK, WorkKind.ROWS: WorkKind.CHUNK}


@dataclass(frozen=True)
class WorkItem:
    """`after` are the numbers of the items that it waits for: none once it is claimed. `weight` says how much work it
    is beside others of its kind, in bytes: the heaviest go first. `chunk` is None for all but chunks; `is_cut` says of
    a table's rows or keys that they were cut into chunks, which are among those that it waits for."""

    number: int
    kind: WorkKind
    table: TableName | None
    weight: int = 0
    after: tuple[int, ...] = ()
    chunk: Chunk | None = None
    is_cut: bool = False

    @property
    def reads_source(self) -> bool:
        return self.kind in (*CHUNKS, *CHUNKS.values())

    @property
    def holding(self) -> Holding:
        """What the target gets of it, if it reads the source."""
        assert self.table is not None  # noqa: S101 - such an item has one
        return Holding(self.table, chosen_keys=self.kind in (WorkKind.KEYS, WorkKind.KEYS_CHUNK))


@dataclass(frozen=True)
class Work:
    """`pieces` are those of the schema that an item makes, by the item's number, each in an order that they can be
    made in."""

    items: tuple[WorkItem, ...]
    pieces: Mapping[int, tuple[Piece, ...]]


@dataclass(frozen=True)
class TableEntry:
    """What an entry of the archive makes: `name`, which is a table of the catalog, or a partition of the table
    `root`."""

    name: TableName
    root: TableName


def plan_work(
    subset: SubsetPlan,
    pieces: Sequence[Piece],
    tables: Mapping[int, TableEntry],
    functions: Collection[int] = frozenset(),
) -> Work:
    """`pieces` are those that come after the rows; `tables` are the archive's entries that are tables or partitions,
    and `functions` those that are functions.

    Items are numbered from 1, and wait for lower numbers only.
    """
    return _Planner(subset, _PiecesByTable(subset.catalog, pieces, tables, functions)).work()


# Check constraints that were never validated, the only ones after the rows, are not among them: on a parent by
# inheritance such a one would be checked for rows that are still to come into its children.
_INDEX_KINDS = frozenset({"CONSTRAINT", "INDEX", "INDEX ATTACH", "STATISTICS"})
_FOREIGN_KEY = "FK CONSTRAINT"
ROW_SECURITY = "ROW SECURITY"


class _PiecesByTable:
    """Which pieces belong to which item. `foreign_keys` and `partitioned_foreign_keys` are by tables among which their
    children are."""

    def __init__(
        self,
        catalog: Catalog,
        pieces: Sequence[Piece],
        tables: Mapping[int, TableEntry],
        functions: Collection[int],
    ) -> None:
        self._catalog = catalog
        self._tables = tables
        self.indexes: dict[TableName, list[Piece]] = {}
        self.foreign_keys: dict[TableName, list[Piece]] = {}
        self.partitioned_foreign_keys: dict[TableName, list[Piece]] = {}
        self.at_the_end: list[Piece] = []
        row_security: list[Piece] = []
        owners = {entry: table.root for entry, table in tables.items()}
        # A function may read tables, whose rows must be there: what needs one comes when all rows are.
        waiting = set(functions)
        for piece in pieces:
            owner = next((owners[entry] for entry in piece.needs if entry in owners), None)
            if piece.kind in _INDEX_KINDS and owner is not None and waiting.isdisjoint(piece.needs):
                owners[piece.entry] = owner  # a partition's index is attached by a piece that needs the two indexes
                self.indexes.setdefault(owner, []).append(piece)
            elif piece.kind == _FOREIGN_KEY and not was_never_validated(piece):
                self._add_foreign_key(piece)
            elif piece.kind == ROW_SECURITY:
                row_security.append(piece)
            else:
                waiting.add(piece.entry)
                self.at_the_end.append(piece)
        # Forced on its owner, row-level security would hide rows from the materialized views.
        self.row_security = tuple(row_security)

    def _add_foreign_key(self, piece: Piece) -> None:
        tables = [self._tables[entry] for entry in piece.needs if entry in self._tables]
        # It is named "<child> <constraint>", and both names may have blanks: more than one table may be the child.
        children = [table.root for table in tables if table.name.schema == piece.schema and _begins_with(piece, table)]
        if not children:
            self.at_the_end.append(piece)
            return
        # PostgreSQL before 18 has no NOT VALID for a partitioned child, nor validates one to a partitioned parent.
        partitioned = any(self._catalog.table(table.root).kind is TableKind.PARTITIONED for table in tables)
        by_child = self.partitioned_foreign_keys if partitioned else self.foreign_keys
        by_child.setdefault(children[0], []).append(piece)
        for other in children[1:]:
            by_child.setdefault(other, [])


def _begins_with(piece: Piece, table: TableEntry) -> bool:
    return piece.name.startswith(f"{one_line(table.name.name)} ")


class _Planner:
    def __init__(self, subset: SubsetPlan, pieces: _PiecesByTable) -> None:
        self._subset = subset
        self._pieces_by_table = pieces
        self._items: list[WorkItem] = []
        self._pieces: dict[int, tuple[Piece, ...]] = {}

    def work(self) -> Work:
        pieces = self._pieces_by_table
        rows = self._add_rows()
        indexes = {
            table.name: self._add(WorkKind.INDEXES, table.name, [rows[table.name]], pieces.indexes.get(table.name, ()))
            for table in self._subset.tables
        }
        counts = [
            self._add(WorkKind.COUNT, name, [after])
            for name, after in indexes.items()
            if is_counted_apart(self._subset.catalog.table(name))
        ]
        at_once = [piece for of_child in pieces.foreign_keys.values() for piece in of_child]
        foreign_keys = self._add(WorkKind.FOREIGN_KEYS, None, list(indexes.values()), at_once)
        validations = [
            self._add(WorkKind.VALIDATION, child, [foreign_keys], pieces.partitioned_foreign_keys.get(child, ()))
            for child in dict.fromkeys((*pieces.foreign_keys, *pieces.partitioned_foreign_keys))
        ]
        proofs = [
            self._add(WorkKind.PROOF, table.name, [foreign_keys])
            for table in self._subset.tables
            if table.root is not None
        ]
        before = [foreign_keys, *validations, *counts, *proofs]
        self._add(WorkKind.END, None, before, (*pieces.at_the_end, *pieces.row_security))
        return Work(tuple(self._items), self._pieces)

    def _add_rows(self) -> Mapping[TableName, int]:
        before = copied_before(self._subset)
        numbers: dict[Holding, int] = {}
        for holding in in_order_of_need(before):
            kind = WorkKind.KEYS if holding.chosen_keys else WorkKind.ROWS
            after = sorted(numbers[needed] for needed in before[holding])
            numbers[holding] = self._add(kind, holding.table, after)
        return {holding.table: number for holding, number in numbers.items() if not holding.chosen_keys}

    def _add(
        self, kind: WorkKind, table: TableName | None, after: Collection[int], pieces: Iterable[Piece] = ()
    ) -> int:
        number = len(self._items) + 1
        weight = self._subset.catalog.table(table).data_bytes if table is not None else 0
        self._items.append(WorkItem(number, kind, table, weight, tuple(after)))
        if of_item := tuple(pieces):
            self._pieces[number] = of_item
        return number


def in_order_of_need(before: Mapping[Holding, Collection[Holding]]) -> list[Holding]:
    """Each after those that it waits for."""
    ordered: dict[Holding, None] = {}
    for start in before:
        pending = [start]
        while pending:
            holding = pending[-1]
            missing = [needed for needed in sorted(before[holding]) if needed not in ordered]
            if missing:
                pending.extend(missing)
            else:
                ordered.setdefault(holding)
                pending.pop()
    return list(ordered)
