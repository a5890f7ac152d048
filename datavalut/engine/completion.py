"""The end of a build whose work is done: sequences go on where the source's are, and everything is verified."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2.extensions import connection

from datavalut.catalog.model import TableName
from datavalut.engine.copying import Subset
from datavalut.engine.root_proofs import Proof, proven_roots
from datavalut.transfer.ledger import copied_tables, counted_tables, measured_tables, unmet_rows
from datavalut.transfer.sequences import SequenceState, set_sequences
from datavalut.transfer.verify import Verification, verify_target


@dataclass(frozen=True)
class BuiltTable:
    """`required_rows` are kept only because kept rows reference them. `bytes` are those of the COPY streams, and
    `seconds` the time that they took, of chunks in parallel added up."""

    table: TableName
    rows: int
    required_rows: int
    rows_in_source: int
    rows_in_source_estimated: bool
    bytes: int
    seconds: float
    chunks: int


@dataclass(frozen=True)
class Completion:
    """`guessed_sequences` are those whose place is a guess, as `set_sequences` says."""

    tables: tuple[BuiltTable, ...]
    verification: Verification
    roots: Mapping[TableName, Proof]
    guessed_sequences: tuple[TableName, ...]


def complete_build(target: connection, subset: Subset, sequences: Mapping[TableName, SequenceState]) -> Completion:
    """`target` is a session of the job's role. Can be repeated.

    Raises VerificationFailed, and errors about the target.
    """
    guessed = set_sequences(target, dict(sequences))
    # Read at once: another run of this, which has overtaken it, drops the ledger when it is done.
    tables, counted, unmet = _built_tables(target), counted_tables(target), unmet_rows(target)
    sent = {built.table: built.rows for built in tables}
    verification = verify_target(target, subset.plan.catalog, sent, counted)
    required = {built.table: built.required_rows for built in tables}
    roots = proven_roots(target, subset, required, unmet)
    return Completion(tables, verification, roots, guessed)


def _built_tables(target: connection) -> tuple[BuiltTable, ...]:
    measured = measured_tables(target)
    return tuple(
        BuiltTable(
            table=copied.table,
            rows=copied.rows,
            required_rows=measured[copied.table].required_rows,
            rows_in_source=measured[copied.table].rows_in_source,
            rows_in_source_estimated=measured[copied.table].rows_in_source_estimated,
            bytes=copied.bytes,
            seconds=copied.seconds,
            chunks=copied.chunks,
        )
        for copied in copied_tables(target)
    )
