"""What the source looked like at the moment of its snapshot, kept with the build: later steps judge by it."""

from dataclasses import dataclass

from psycopg2.extensions import connection
from pydantic import TypeAdapter

from datavalut.catalog.model import Catalog, TableName
from datavalut.transfer.ledger import load_document, store_document
from datavalut.transfer.sequences import SequenceState

_DOCUMENT = "source"


@dataclass(frozen=True)
class SourceFacts:
    """`warnings` say, in sentences, what of the source the filtered database does without."""

    catalog: Catalog
    sequences: tuple[tuple[TableName, SequenceState], ...]
    warnings: tuple[str, ...]


_ADAPTER = TypeAdapter(SourceFacts)


def store_facts(target: connection, facts: SourceFacts) -> None:
    store_document(target, _DOCUMENT, _ADAPTER.dump_json(facts))


def load_facts(target: connection) -> SourceFacts:
    return _ADAPTER.validate_json(load_document(target, _DOCUMENT))
