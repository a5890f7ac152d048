"""A table with as many columns as PostgreSQL allows. Needs PostgreSQL."""

from datavalut.catalog.model import TableName
from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.database_comparison import row_texts
from tests.subset_cases import rows_with

COLUMNS = 1600


def test_every_column_arrives(built: Built) -> None:
    columns = ", ".join(f'"column {n}" int' for n in range(COLUMNS - 3))
    statements = f"""
        CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1), (2);
        CREATE TABLE wide (
            id int PRIMARY KEY, p int REFERENCES p, {columns}, twice int GENERATED ALWAYS AS (p * 2) STORED
        );
        INSERT INTO wide (id, p, "column 0", "column {COLUMNS - 4}") VALUES (1, 1, 5, 6), (2, 2, 7, 8);
    """
    result = built(statements, FilterPlan(roots=(rows_with("p", "id", 2),)))
    name = TableName("public", "wide")
    (kept,) = row_texts(result.target, name)
    assert kept in row_texts(result.source, name)
    assert kept.startswith("(2,2,7,") and kept.endswith(",8,4)")
