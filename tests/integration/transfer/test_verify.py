"""What a finished copy must be. Needs PostgreSQL (the fixture starts it)."""

from collections.abc import Callable
from contextlib import closing

import pytest
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog, TableName
from datavalut.connections import ConnectionParameters
from datavalut.transfer.counting import count_query
from datavalut.transfer.errors import VerificationFailed
from datavalut.transfer.verify import Verification, verify_target
from tests.postgres_server import TestServer, execute, query
from tests.transfer_examples import catalog_of, copied_whole, open_target

MakeDatabase = Callable[..., ConnectionParameters]
SCHEMA = """
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id serial, p int CONSTRAINT to_p REFERENCES p);
CREATE MATERIALIZED VIEW m AS TABLE p;
INSERT INTO p VALUES (1), (2); INSERT INTO c (p) VALUES (1);
"""
SENT = {TableName("public", "p"): 2, TableName("public", "c"): 1}


def counts(session: connection, catalog: Catalog) -> dict[TableName, int]:
    found = {}
    with session.cursor() as cursor:
        for table in catalog.tables:
            cursor.execute(count_query(table))
            ((found[table.name],),) = cursor.fetchall()
    return found


TO_TWO_PARTITIONS = """
CREATE TABLE p (id int, year int, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
CREATE TABLE p_2024 PARTITION OF p FOR VALUES IN (2024);
CREATE TABLE p_2025 PARTITION OF p FOR VALUES IN (2025);
ALTER TABLE p_2024 ADD UNIQUE (id);
ALTER TABLE p_2025 ADD UNIQUE (id);
CREATE TABLE c (p int CONSTRAINT to_2024 REFERENCES p_2024 (id));
ALTER TABLE c ADD CONSTRAINT to_2025 FOREIGN KEY (p) REFERENCES p_2025 (id) NOT VALID;
"""


def verify(
    make_database: MakeDatabase, change: str = "", sent: dict[TableName, int] = SENT, schema: str = SCHEMA
) -> Verification:
    source, target = make_database(schema), make_database(schema)
    if change:
        execute(target, change)
    with closing(open_target(target)) as session:
        catalog = catalog_of(source)
        return verify_target(session, catalog, sent, counts(session, catalog))


def discrepancies(
    make_database: MakeDatabase, change: str, sent: dict[TableName, int] = SENT, schema: str = SCHEMA
) -> list[str]:
    with pytest.raises(VerificationFailed) as raised:
        verify(make_database, change, sent, schema)
    return [str(discrepancy) for discrepancy in raised.value.discrepancies]


def test_a_true_copy_is_counted(make_database: MakeDatabase) -> None:
    assert verify(make_database) == Verification(
        rows=SENT, foreign_keys=1, indexes=1, materialized_views=1, sequences=1
    )


def test_a_row_too_few_is_found(make_database: MakeDatabase) -> None:
    assert discrepancies(make_database, "DELETE FROM p WHERE id = 2") == ["rows of public.p: expected 2, found 1"]


def test_rows_in_a_table_that_none_were_sent_to_are_found(make_database: MakeDatabase) -> None:
    sent = {TableName("public", "p"): 2}
    assert discrepancies(make_database, "", sent) == ["rows of public.c: expected 0, found 1"]


def test_a_missing_foreign_key_is_found(make_database: MakeDatabase) -> None:
    assert discrepancies(make_database, "ALTER TABLE c DROP CONSTRAINT to_p") == [
        "foreign key to_p of public.c: expected there, found missing"
    ]


def test_a_foreign_key_that_is_not_validated_is_found(make_database: MakeDatabase) -> None:
    change = (
        "ALTER TABLE c DROP CONSTRAINT to_p; ALTER TABLE c ADD CONSTRAINT to_p FOREIGN KEY (p) REFERENCES p NOT VALID"
    )
    assert discrepancies(make_database, change) == [
        "foreign key to_p of public.c: expected validated, found not validated"
    ]


def test_keys_of_the_same_columns_to_different_partitions_are_held_apart(make_database: MakeDatabase) -> None:
    assert verify(make_database, "", {}, TO_TWO_PARTITIONS).foreign_keys == 1


@pytest.mark.parametrize("key", ["to_2024", "to_2025"])
def test_a_missing_key_to_one_partition_is_found_beside_that_to_another(make_database: MakeDatabase, key: str) -> None:
    assert discrepancies(make_database, f"ALTER TABLE c DROP CONSTRAINT {key}", {}, TO_TWO_PARTITIONS) == [
        f"foreign key {key} of public.c: expected there, found missing"
    ]


def test_an_empty_materialized_view_is_found(make_database: MakeDatabase) -> None:
    change = "REFRESH MATERIALIZED VIEW m WITH NO DATA"
    assert discrepancies(make_database, change) == ["materialized view m: expected filled, found not filled"]


def test_a_sequence_that_would_repeat_a_value_is_found(make_database: MakeDatabase) -> None:
    change = "SELECT setval('c_id_seq', 1, false)"
    assert discrepancies(make_database, change) == ["sequence public.c_id_seq: expected beyond 1, found 1"]


def test_all_that_differs_is_told_at_once(make_database: MakeDatabase) -> None:
    assert len(discrepancies(make_database, "DELETE FROM p WHERE id = 2; ALTER TABLE c DROP CONSTRAINT to_p")) == 2


def test_parents_by_inheritance_are_counted_without_their_children(make_database: MakeDatabase) -> None:
    schema = "CREATE TABLE a (x int); CREATE TABLE b () INHERITS (a); INSERT INTO b VALUES (1)"
    target = make_database(schema)
    with closing(open_target(target)) as session:
        found = counts(session, catalog_of(target))
    assert found == {TableName("public", "a"): 0, TableName("public", "b"): 1}


def test_a_foreign_key_that_the_source_never_validated_need_not_be_valid(make_database: MakeDatabase) -> None:
    schema = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int)"
    key = "; ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT VALID"
    source, target = make_database(schema + key), make_database(schema + key)
    with closing(open_target(target)) as session:
        assert verify_target(session, catalog_of(source), {}, {}).foreign_keys == 0


def test_the_planner_of_the_finished_database_has_statistics(make_database: MakeDatabase, postgres: TestServer) -> None:
    with copied_whole(postgres, make_database(SCHEMA)) as copy:
        statistics = "SELECT relname::text, reltuples FROM pg_class WHERE relname IN ('p', 'm') ORDER BY 1"
        assert query(copy.database, statistics) == [("m", 2), ("p", 2)]
