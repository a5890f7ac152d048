"""What does not come along, and what of it is told. Needs PostgreSQL."""

from collections.abc import Callable

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.filtered_databases import filtered_database
from tests.postgres_server import TestServer, query
from tests.subset_cases import rows_with
from tests.workflow_runner import workflow_on

SOME = FilterPlan(roots=(rows_with("t", "id", 1),))
LARGE_OBJECTS = "1 large objects of the source are not copied."
MakeDatabase = Callable[..., ConnectionParameters]


def test_grants_publications_and_statistics_targets_of_others(built: Built) -> None:
    result = built(
        """
        CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);
        CREATE VIEW v AS TABLE t; GRANT SELECT ON t, v TO PUBLIC; GRANT UPDATE (id) ON t TO PUBLIC;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
        CREATE PUBLICATION everything FOR ALL TABLES;
        """,
        SOME,
    )
    assert result.value("count(*) FROM pg_publication") == 0
    assert result.value("count(*) FROM pg_default_acl") == 0
    assert result.value("count(*) FROM pg_class WHERE relacl IS NOT NULL AND relname IN ('t', 'v')") == 0
    assert result.value("count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attacl IS NOT NULL") == 0


def test_an_event_trigger_is_told(make_source: MakeDatabase, postgres: TestServer) -> None:
    source = make_source("""
        CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);
        CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch();
    """)
    with filtered_database(postgres, source, SOME) as result:
        assert any("EVENT TRIGGER watcher" in warning for warning in result.warnings)
        assert query(result.database, "SELECT count(*) FROM pg_event_trigger") == [(0,)]


def test_large_objects_are_told(make_source: MakeDatabase, postgres: TestServer) -> None:
    source = make_source("CREATE TABLE t (id int PRIMARY KEY, photo oid); INSERT INTO t VALUES (1, lo_create(4711))")
    with workflow_on(postgres, SOME) as runner:
        job = runner.run(runner.create(source))
        assert job.result is not None, job.error
        assert LARGE_OBJECTS in job.result["report"]["warnings"]
        result = runner.secrets.get_result(job.job_id)
        assert query(result, "SELECT photo FROM t") == [(4711,)]
        assert query(result, "SELECT count(*) FROM pg_largeobject_metadata") == [(0,)]
    with filtered_database(postgres, source, SOME) as built:
        assert built.warnings == (LARGE_OBJECTS,)
