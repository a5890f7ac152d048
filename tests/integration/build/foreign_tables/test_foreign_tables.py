"""Foreign tables, where the target server's admin may give their wrapper, and where not. Needs PostgreSQL.

The embedded server, as any that nobody has changed, lets only a superuser create postgres_fdw; so the admin who may is
the superuser here. In RDS it is the master user.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import FilterPlan
from datavalut.jobs.model import Job, JobRequest
from datavalut.transfer.errors import SchemaNotRestorable
from tests.filtered_databases import filtered_database
from tests.postgres_server import TestServer, execute, query
from tests.subset_cases import rows_with
from tests.workflow_runner import workflow_on

MakeDatabase = Callable[..., ConnectionParameters]
SOME = FilterPlan(roots=(rows_with("t", "id", 1),))
# All that a foreign table may have, each part as pg_dump writes it: in its own statement or in one that follows.
STATEMENTS = """
CREATE SCHEMA extensions; CREATE EXTENSION postgres_fdw SCHEMA extensions;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example.com');
COMMENT ON SERVER elsewhere IS 'the other one';
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'app', password 'secret');
CREATE TABLE t (id serial PRIMARY KEY, name text); INSERT INTO t (name) VALUES ('a'), ('b'), ('c');
CREATE VIEW names AS SELECT name FROM t;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FOREIGN TABLE far (
    x int DEFAULT nextval('t_id_seq') CHECK (x > 0), y text OPTIONS (column_name 'z'), z serial
) SERVER elsewhere OPTIONS (table_name 'f');
ALTER FOREIGN TABLE far ADD CONSTRAINT later CHECK (x > 1) NOT VALID;
COMMENT ON FOREIGN TABLE far IS 'far away'; COMMENT ON COLUMN far.y IS 'z there';
CREATE TRIGGER fires AFTER INSERT ON far EXECUTE FUNCTION nothing(); COMMENT ON TRIGGER fires ON far IS 'never';
CREATE STATISTICS "x y" ON x, y FROM far;
CREATE FOREIGN TABLE kin (more int) INHERITS (t) SERVER elsewhere;
"""
NUMBER = "SELECT count(*) FROM "


def test_they_come_as_definitions_where_the_admin_may_create_the_wrapper(
    make_source: MakeDatabase, postgres: TestServer
) -> None:
    with filtered_database(replace(postgres, admin=postgres.superuser), make_source(STATEMENTS), SOME) as result:
        tables = "SELECT ftrelid::regclass::text, ftoptions FROM pg_foreign_table ORDER BY 1"
        assert query(result.database, tables) == [("far", ["table_name=f"]), ("kin", None)]
        assert query(result.database, "SELECT srvoptions FROM pg_foreign_server") == [(["host=db.example.com"],)]
        assert query(result.database, NUMBER + "pg_user_mappings") == [(0,)]
        assert query(result.database, "SELECT id, name FROM ONLY t") == [(1, "a")]
        assert query(result.database, "SELECT tgname::text FROM pg_trigger") == [("fires",)]
        assert query(result.database, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert not any("EXTENSION" in warning for warning in result.warnings)


def test_they_are_left_out_and_named_where_it_may_not(make_source: MakeDatabase, postgres: TestServer) -> None:
    with filtered_database(postgres, make_source(STATEMENTS), SOME) as result:
        (warning,) = result.warnings
        assert warning == (
            "EXTENSION postgres_fdw is left out, as only a superuser may create it on the target server, and with it"
            " SERVER elsewhere, FOREIGN TABLE public.far, FOREIGN TABLE public.kin."
        )
        for catalog in ("pg_foreign_table", "pg_foreign_server", "pg_statistic_ext", "pg_trigger"):
            assert query(result.database, NUMBER + catalog) == [(0,)]
        assert query(result.database, NUMBER + "pg_class WHERE relname = 'far_z_seq'") == [(0,)]
        assert query(result.database, "SELECT id, name FROM t") == [(1, "a")]
        assert query(result.database, "SELECT name FROM names") == [("a",)]
        assert query(result.database, "SELECT nextval('t_id_seq')") == [(4,)]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE VIEW near AS TABLE far", "VIEW public.near"),
        ("CREATE TABLE holds (it far)", "TABLE public.holds"),
        ("ALTER TABLE t ALTER id SET DEFAULT nextval('far_z_seq')", "DEFAULT public.t id"),
        (
            "CREATE VIEW valid AS SELECT 1 AS n WHERE extensions.postgres_fdw_validator('{}', 0) IS NULL",
            "VIEW public.valid",
        ),
        ("CREATE FUNCTION takes(far) RETURNS int LANGUAGE sql AS 'SELECT 1'", "FUNCTION public.takes(public.far)"),
    ],
)
def test_what_else_needs_one_that_is_left_out_fails_by_name(
    make_source: MakeDatabase, postgres: TestServer, statement: str, named: str
) -> None:
    source = make_source(STATEMENTS + statement)
    with pytest.raises(SchemaNotRestorable) as raised, filtered_database(postgres, source, SOME):
        pass
    assert raised.value.object_name == named
    assert "postgres_fdw" in raised.value.reason


def told(job: Job, *, dry_run: bool = False) -> list[str]:
    """The job's warnings about foreign tables."""
    assert job.result is not None, job.error
    warnings = job.result["warnings"] if dry_run else job.result["report"]["warnings"]
    return [warning for warning in warnings if "foreign" in warning.lower() or "extension" in warning.lower()]


def test_a_job_tells_before_and_after_what_is_left_out(make_source: MakeDatabase, postgres: TestServer) -> None:
    source = make_source(STATEMENTS)
    with workflow_on(postgres, SOME) as runner:
        tables, extensions = told(runner.run(runner.create(source, JobRequest(dry_run=True))), dry_run=True)
        assert "postgres_fdw: public.far, public.kin." in tables
        assert "postgres_fdw" in extensions
        assert told(runner.run(runner.create(source))) == [tables, extensions]


@pytest.fixture
def promising_admin(postgres: TestServer) -> Iterator[None]:
    """The admin bears the name of one who may create extensions, and may not."""
    execute(postgres.superuser, "CREATE ROLE rds_superuser; GRANT rds_superuser TO datavalut_admin")
    yield
    execute(postgres.superuser, "DROP ROLE rds_superuser")


@pytest.mark.usefixtures("promising_admin")
def test_a_job_whose_admin_cannot_keep_its_promise_tells_afterwards(
    make_source: MakeDatabase, postgres: TestServer
) -> None:
    with workflow_on(postgres, SOME) as runner:
        promised, left_out = told(runner.run(runner.create(make_source(STATEMENTS))))
    assert "come as definitions" in promised
    assert left_out.startswith("EXTENSION postgres_fdw is left out")


def test_a_job_fails_before_anything_is_made_where_a_view_needs_one(
    make_source: MakeDatabase, postgres: TestServer
) -> None:
    with workflow_on(postgres, SOME) as runner:
        job = runner.run(runner.create(make_source(STATEMENTS + "CREATE VIEW near AS TABLE far")))
    assert job.error is not None
    assert job.error.code == "missing_extension"
    assert "postgres_fdw (for view public.near)" in job.error.message
