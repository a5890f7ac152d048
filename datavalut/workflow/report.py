"""What the caller is told of a finished database."""

from collections.abc import Mapping
from typing import Any

from datavalut.catalog.model import ForeignKey, TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.ledger import CopiedTable, TableMeasures
from datavalut.workflow.plan_record import PlanRecord


def make_report(
    record: PlanRecord,
    copied: Mapping[TableName, CopiedTable],
    measured: Mapping[TableName, TableMeasures],
    foreign_keys: tuple[ForeignKey, ...],
    warnings: tuple[str, ...],
) -> dict[str, Any]:
    """The `report` of docs/api.md. `foreign_keys` are those that the target's server has validated."""
    tables = [
        {
            "table": str(planned.table),
            "rule": planned.rule,
            "reason": planned.reason,
            "rows": copied[planned.table].rows,
            "rows_in_source": measured[planned.table].rows_in_source,
            "rows_in_source_estimated": measured[planned.table].rows_in_source_estimated,
            "required_rows": measured[planned.table].required_rows,
            "bytes": copied[planned.table].bytes,
            "seconds": round(copied[planned.table].seconds, 3),
        }
        for planned in record.tables
    ]
    return {
        "explanation": record.explanation,
        "plan": record.filter.model_dump(mode="json"),
        "tables": tables,
        "foreign_keys": [_described(key) for key in foreign_keys],
        "warnings": [*record.warnings, *warnings],
    }


def make_result(target: ConnectionParameters, report: dict[str, Any]) -> dict[str, Any]:
    """What the job's record keeps: all of the result but the password."""
    return {
        "database_name": target.database,
        "host": target.host,
        "port": target.port,
        "user": target.user,
        "report": report,
    }


def _described(key: ForeignKey) -> str:
    columns, parent_columns = ", ".join(key.columns), ", ".join(key.parent_columns)
    return f"{key.child} ({columns}) → {key.parent} ({parent_columns})"
