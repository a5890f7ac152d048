"""The end of a build whose work is done: sequences go on where the source's are, and everything is verified."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.transfer.ledger import copied_tables, counted_tables
from datavalut.transfer.sequences import SequenceState, set_sequences
from datavalut.transfer.verify import Verification, verify_target


@dataclass(frozen=True)
class Completion:
    """`guessed_sequences` are those whose place is a guess, as `set_sequences` says."""

    verification: Verification
    guessed_sequences: tuple[TableName, ...]


def complete_build(target: connection, source: Catalog, sequences: Mapping[TableName, SequenceState]) -> Completion:
    """`target` is a session of the job's role. Can be repeated.

    Raises VerificationFailed, and errors about the target.
    """
    guessed = set_sequences(target, dict(sequences))
    sent = {copied.table: copied.rows for copied in copied_tables(target)}
    return Completion(verify_target(target, source, sent, counted_tables(target)), guessed)
