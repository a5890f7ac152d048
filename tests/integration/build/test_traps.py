"""The traps that other tools for subsets of databases fall into, one by one, through the real engine. Needs PostgreSQL
(the fixture starts it)."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine import copying
from datavalut.filters.model import FilterPlan
from datavalut.subset.sql import copy_query
from datavalut.transfer.errors import ForeignKeyViolated, TransferError
from tests.build_cases import Built
from tests.filtered_databases import filtered_database
from tests.postgres_server import TestServer, execute, query
from tests.subset_cases import rows_with

MakeDatabase = Callable[..., ConnectionParameters]


def test_a_component_of_several_circles_is_neither_refused_nor_broken_with_nulls(built: Built) -> None:
    result = built(
        """
        CREATE TABLE people (id int PRIMARY KEY, boss int REFERENCES people, team int NOT NULL, mentor int NOT NULL);
        CREATE TABLE teams (id int PRIMARY KEY, head int NOT NULL, parent int REFERENCES teams);
        INSERT INTO people VALUES (1, NULL, 1, 2), (2, 1, 1, 1), (3, 2, 2, 4), (4, 3, 3, 3), (5, 1, 1, 5);
        INSERT INTO teams VALUES (1, 1, NULL), (2, 3, 1), (3, 4, 2), (4, 5, NULL);
        ALTER TABLE people ADD FOREIGN KEY (team) REFERENCES teams, ADD FOREIGN KEY (mentor) REFERENCES people;
        ALTER TABLE teams ADD FOREIGN KEY (head) REFERENCES people;
        CREATE TABLE badges (id int PRIMARY KEY, person int NOT NULL REFERENCES people);
        INSERT INTO badges VALUES (1, 3), (2, 5);
        """,
        FilterPlan(roots=(rows_with("badges", "id", 1),)),
    )
    assert result.rows("people") == ["(1,,1,2)", "(2,1,1,1)", "(3,2,2,4)", "(4,3,3,3)"]
    assert result.rows("teams") == ["(1,1,)", "(2,3,1)", "(3,4,2)"]


def test_rows_below_a_partitioned_parent_are_copied(built: Built) -> None:
    result = built(
        """
        CREATE TABLE parents (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE parents_1 PARTITION OF parents FOR VALUES FROM (0) TO (10) PARTITION BY HASH (id);
        CREATE TABLE parents_1_0 PARTITION OF parents_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE parents_1_1 PARTITION OF parents_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE TABLE parents_2 PARTITION OF parents DEFAULT;
        CREATE TABLE children (
            id int, parent int, day int, PRIMARY KEY (id), FOREIGN KEY (parent, day) REFERENCES parents
        ) PARTITION BY HASH (id);
        CREATE TABLE children_0 PARTITION OF children FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        INSERT INTO parents SELECT n, n % 20 FROM generate_series(1, 100) AS n;
        INSERT INTO children SELECT n, 1 + n % 100, (1 + n % 100) % 20 FROM generate_series(1, 765) AS n;
        """,
        FilterPlan(roots=(rows_with("parents", "day", *range(20)),)),
    )
    assert len(result.rows("children")) == 765


def test_a_key_to_a_unique_key_is_joined_on_that(built: Built) -> None:
    result = built(
        """
        CREATE TABLE countries (id int PRIMARY KEY, code text UNIQUE, number int UNIQUE);
        CREATE TABLE cities (id int PRIMARY KEY, country text REFERENCES countries (code),
            number int REFERENCES countries (number));
        INSERT INTO countries VALUES (1, 'B', 2), (2, 'A', 1), (3, 'C', 3); INSERT INTO cities VALUES (1, 'A', 2);
        """,
        FilterPlan(roots=(rows_with("cities", "id", 1),)),
    )
    assert result.keys("countries") == ["1", "2"]


def test_a_role_with_select_alone_sees_every_key(make_source: MakeDatabase, postgres: TestServer) -> None:
    source = make_source("""
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id serial, p int CONSTRAINT same REFERENCES p);
        CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE d (id serial, q int CONSTRAINT same REFERENCES q);
        INSERT INTO p VALUES (1), (2); INSERT INTO c (p) VALUES (1), (2);
        INSERT INTO q VALUES (1), (2); INSERT INTO d (q) VALUES (1), (2);
        CREATE ROLE trapped LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO trapped;
    """)
    reader = replace(source, user="trapped", password="secret")
    plan = FilterPlan(roots=(rows_with("p", "id", 1), rows_with("q", "id", 2)))
    try:
        with filtered_database(postgres, reader, plan) as result:
            assert query(result.database, "SELECT p FROM c") == [(1,)]
            assert query(result.database, "SELECT q FROM d") == [(2,)]
            assert query(result.database, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == [(2,)]
    finally:
        execute(source, "DROP OWNED BY trapped; DROP ROLE trapped")


def test_generated_columns_identities_and_materialized_views(built: Built) -> None:
    result = built(
        """
        CREATE TABLE t (
            twice int GENERATED ALWAYS AS (n * 2) STORED, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int
        );
        INSERT INTO t (n) VALUES (10), (20), (30);
        CREATE MATERIALIZED VIEW sums AS SELECT sum(twice) FROM t;
        CREATE MATERIALIZED VIEW more AS SELECT sum + 1 AS sum FROM sums;
        """,
        FilterPlan(roots=(rows_with("t", "id", 1, 3),)),
    )
    assert result.rows("t") == ["(20,1,10)", "(60,3,30)"]
    assert result.rows("more") == ["(81)"]
    execute(result.target, "INSERT INTO t (n) VALUES (40)")
    assert "(80,4,40)" in result.rows("t")


def test_json_has_no_equality_and_needs_none(built: Built) -> None:
    """The rows of `p` are referenced in three ways, and each comes once."""
    result = built(
        """
        CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE, document json, place point);
        CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, q int REFERENCES p, code int REFERENCES p (code));
        INSERT INTO p VALUES (1, 10, '{"a":1,"a":2}', '(1,2)'), (2, 20, '[]', NULL), (3, 30, NULL, NULL);
        INSERT INTO c VALUES (1, 1, 1, 10), (2, 2, 1, 20), (3, 1, NULL, 10);
        """,
        FilterPlan(roots=(rows_with("c", "id", 1, 2, 3),)),
    )
    assert result.rows("p") == ['(1,10,"{""a"":1,""a"":2}","(1,2)")', "(2,20,[],)"]


def test_a_row_whose_other_key_is_null_is_not_lost(built: Built) -> None:
    result = built(
        """
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (a int, b int, PRIMARY KEY (a, b));
        CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, a int, b int, FOREIGN KEY (a, b) REFERENCES q);
        INSERT INTO p VALUES (1), (2); INSERT INTO q VALUES (1, 1);
        INSERT INTO c VALUES (1, 1, NULL, NULL), (2, 1, 1, NULL), (3, 1, 1, 1), (4, 2, 1, 1), (5, NULL, 1, 1);
        """,
        FilterPlan(roots=(rows_with("p", "id", 1),)),
    )
    assert result.keys("c") == ["1", "2", "3"]


def test_reported_rows_are_counted_not_estimated(built: Built) -> None:
    result = built(
        """
        CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT n FROM generate_series(1, 50) AS n; ANALYZE t;
        DELETE FROM t WHERE id > 7; INSERT INTO t VALUES (100);
        """,
        FilterPlan(full=("t",)),
    )
    assert result.result.rows == {TableName("public", "t"): 8}


def test_no_password_is_among_the_arguments_of_a_process(
    make_source: MakeDatabase, postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source("CREATE TABLE t (id int PRIMARY KEY)")
    seen: list[str] = []
    start = subprocess.Popen.__init__

    def recording(process: Any, arguments: Any, *others: Any, **named: Any) -> None:
        seen.append(str(arguments))
        start(process, arguments, *others, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", recording)
    with filtered_database(postgres, source, FilterPlan(full=("t",))) as result:
        passwords = {source.password, postgres.admin.password, result.database.password}
    assert any("pg_dump" in arguments for arguments in seen)
    assert not any(password in arguments for password in passwords for arguments in seen)


def test_rows_that_row_level_security_hides_are_an_error(make_source: MakeDatabase, postgres: TestServer) -> None:
    source = make_source("""
        CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON t USING (id % 2 = 1);
        CREATE ROLE trapped LOGIN PASSWORD 'secret'; GRANT SELECT ON t TO trapped;
    """)
    reader = replace(source, user="trapped", password="secret")
    try:
        with pytest.raises(TransferError), filtered_database(postgres, reader, FilterPlan(full=("t",))):
            pass
        assert left_on(postgres) == []
    finally:
        execute(source, "DROP OWNED BY trapped; DROP ROLE trapped")


def test_what_is_related_does_not_grow_to_nearly_everything(built: Built) -> None:
    """Every customer lives in the one country, and buys the one product: neither brings in the others."""
    result = built(
        """
        CREATE TABLE countries (id int PRIMARY KEY); CREATE TABLE products (id int PRIMARY KEY);
        CREATE TABLE customers (id int PRIMARY KEY, country int NOT NULL REFERENCES countries);
        CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers,
            product int NOT NULL REFERENCES products);
        CREATE TABLE reviews (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers,
            product int NOT NULL REFERENCES products);
        INSERT INTO countries VALUES (1), (2); INSERT INTO products VALUES (1), (2);
        INSERT INTO customers SELECT n, 1 FROM generate_series(1, 1000) AS n;
        INSERT INTO orders SELECT n, n, 1 FROM generate_series(1, 1000) AS n;
        INSERT INTO reviews SELECT n, n, 1 FROM generate_series(1, 1000) AS n;
        """,
        FilterPlan(roots=(rows_with("customers", "id", 7),)),
    )
    assert sum(result.result.rows.values()) == 5


def test_the_condition_is_evaluated_for_its_own_table_alone(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    queries: dict[str, str] = {}

    def recording(subset: Any, name: TableName, *others: Any, **named: Any) -> Any:
        made = copy_query(subset, name, *others, **named)
        queries[name.name] = repr(made)
        return made

    monkeypatch.setattr(copying, "copy_query", recording)
    result = built(
        """
        CREATE TABLE customers (id int PRIMARY KEY, country text);
        CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers);
        CREATE TABLE items (id int PRIMARY KEY, item_of int REFERENCES orders);
        INSERT INTO customers VALUES (1, 'Atlantis'), (2, 'Utopia'); INSERT INTO orders VALUES (1, 1), (2, 2);
        INSERT INTO items VALUES (1, 1), (2, 2);
        """,
        FilterPlan(roots=(rows_with("customers", "country", "Atlantis"),)),
    )
    assert result.keys("items") == ["1"]
    assert [table for table, made in queries.items() if "Atlantis" in made] == ["customers"]


def test_a_half_built_database_does_not_look_finished(make_source: MakeDatabase, postgres: TestServer) -> None:
    """The source holds a row that a valid foreign key of it should have refused."""
    source = make_source("""
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT c_p REFERENCES p);
        SET session_replication_role = replica; INSERT INTO c VALUES (1, 99);
    """)
    with (
        pytest.raises(ForeignKeyViolated) as raised,
        filtered_database(postgres, source, FilterPlan(roots=(rows_with("c", "id", 1),))),
    ):
        pass
    assert (raised.value.table, raised.value.name, raised.value.key) == ("public.c", "c_p", "p = 99")
    assert left_on(postgres) == []


def left_on(server: TestServer) -> list[Any]:
    """Databases and roles of builds."""
    return query(
        server.superuser,
        "SELECT datname::text FROM pg_database WHERE datname ~ '^(filtered|datavalut_build)_'"
        " UNION ALL SELECT rolname::text FROM pg_roles WHERE rolname ~ '^filtered_'",
    )
