"""What the caller is told of a finished database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datavalut.connections import ConnectionParameters
from datavalut.engine.completion import Completion
from datavalut.engine.differences import described_key, of_foreign_keys, of_sequences
from datavalut.subset.model import SubsetPlan
from datavalut.workflow.plan_record import PlanRecord
from datavalut.workflow.source_facts import SourceFacts


def make_report(record: PlanRecord, subset: SubsetPlan, completion: Completion, facts: SourceFacts) -> dict[str, Any]:
    """The `report` of docs/api.md. Its `foreign_keys` are those that the target's server has validated."""
    tables = [
        {
            "table": str(built.table),
            "rule": subset.table(built.table).rule,
            "reason": subset.table(built.table).reason,
            "rows": built.rows,
            "rows_in_source": built.rows_in_source,
            "rows_in_source_estimated": built.rows_in_source_estimated,
            "required_rows": built.required_rows,
            "bytes": built.bytes,
            "seconds": round(built.seconds, 3),
            "chunks": built.chunks,
        }
        for built in completion.tables
    ]
    return {
        "explanation": record.explanation,
        "plan": record.filter.model_dump(mode="json"),
        "tables": tables,
        "foreign_keys": [described_key(key) for key in facts.catalog.foreign_keys if key.validated],
        "verified": _verified(completion),
        "warnings": [
            *record.warnings,
            *facts.warnings,
            *of_sequences(completion.guessed_sequences),
            *of_foreign_keys(facts.catalog.foreign_keys),
        ],
    }


def _verified(completion: Completion) -> dict[str, Any]:
    """What was found to be as it should in the finished database."""
    verification = completion.verification
    return {
        "tables_counted": len(verification.rows),
        "rows_counted": sum(verification.rows.values()),
        "foreign_keys": verification.foreign_keys,
        "indexes": verification.indexes,
        "materialized_views": verification.materialized_views,
        "sequences": verification.sequences,
        "roots": {str(name): proof for name, proof in completion.roots.items()},
    }


@dataclass(frozen=True)
class Totals:
    rows: int
    bytes: int


def totals_of(report: Mapping[str, Any]) -> Totals:
    """Over all tables of a report."""
    tables = report["tables"]
    return Totals(sum(table["rows"] for table in tables), sum(table["bytes"] for table in tables))


def make_result(target: ConnectionParameters, report: dict[str, Any]) -> dict[str, Any]:
    """What the job's record keeps: all of the result but the password."""
    return {
        "database_name": target.database,
        "host": target.host,
        "port": target.port,
        "user": target.user,
        "report": report,
    }
