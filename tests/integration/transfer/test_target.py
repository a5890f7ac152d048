"""A job's database and role on the target server. Needs PostgreSQL (the fixture starts it)."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from psycopg2.extensions import connection

from datavalut.catalog.model import Catalog
from datavalut.connections import ConnectionParameters
from datavalut.transfer.errors import JobNoLongerRunning, TargetInUse, TargetMissing, TargetNameTaken
from datavalut.transfer.target import (
    TargetNames,
    create_target,
    database_locale,
    drop_target,
    open_databases,
    publish_target,
    secure_server,
    terminate_sessions,
)
from tests.postgres_server import TestServer, execute, open_connection, query
from tests.transfer_examples import made_target, open_source, open_target

MakeDatabase = Callable[..., ConnectionParameters]
PLAIN = Catalog("source", 170010, ())


@pytest.fixture
def admin(postgres: TestServer) -> Iterator[connection]:
    with closing(open_target(postgres.admin)) as session:
        yield session


@pytest.fixture
def names() -> TargetNames:
    return TargetNames(f"job_{secrets.token_hex(6)}")


def databases(server: TestServer) -> set[str]:
    return {row[0] for row in query(server.superuser, "SELECT datname::text FROM pg_database")}


def roles(server: TestServer) -> set[str]:
    return {row[0] for row in query(server.superuser, "SELECT rolname::text FROM pg_roles")}


def test_names_come_from_the_job_id() -> None:
    names = TargetNames("job_0123456789ab")
    assert (names.build_database, names.role) == ("datavalut_build_0123456789ab", "filtered_0123456789ab")


def test_the_job_has_a_database_of_its_own_and_a_role_without_powers(postgres: TestServer) -> None:
    with made_target(postgres, PLAIN) as made:
        execute(made.database, "CREATE TABLE t (x int); CREATE SCHEMA s; CREATE EXTENSION pg_trgm")
        assert query(
            made.database,
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin, rolconnlimit > 0"
            " FROM pg_roles WHERE rolname = current_user",
        ) == [(False, False, False, False, False, True, True)]


def test_the_role_belongs_to_no_other_and_owns_nothing_but_its_database(postgres: TestServer) -> None:
    with made_target(postgres, PLAIN) as made:
        assert (
            query(
                postgres.superuser,
                "SELECT role.rolname::text FROM pg_auth_members JOIN pg_roles AS role ON role.oid = roleid"
                f" JOIN pg_roles AS owner ON owner.oid = member WHERE owner.rolname = '{made.database.user}'",
            )
            == []
        )
        assert query(
            postgres.superuser,
            f"SELECT datname::text FROM pg_database WHERE pg_get_userbyid(datdba) = '{made.database.user}'",
        ) == [(made.names.build_database,)]


def test_another_role_cannot_connect_to_it(postgres: TestServer) -> None:
    with made_target(postgres, PLAIN) as one, made_target(postgres, PLAIN) as other:
        assert query(other.database, f"SELECT has_database_privilege('{one.names.build_database}', 'CONNECT')") == [
            (False,)
        ]


def test_the_password_is_stored_as_a_verifier(postgres: TestServer) -> None:
    with made_target(postgres, PLAIN) as made:
        assert query(
            postgres.superuser,
            f"SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = '{made.names.role}'",
        ) == [(True,)]


@pytest.mark.parametrize(
    ("like", "expected"),
    [
        (replace(PLAIN, encoding="LATIN1"), ("LATIN1", "C", "C")),
        (replace(PLAIN, encoding="SQL_ASCII"), ("SQL_ASCII", "C", "C")),
        (replace(PLAIN, collation="xx_XX.utf8", character_type="xx_XX.utf8"), ("UTF8", "C", "C")),
        (replace(PLAIN, locale_provider="builtin", locale="C.UTF-8"), ("UTF8", "C", "C")),
        (replace(PLAIN, locale_provider="icu", locale="de"), ("UTF8", "C", "C")),
        (replace(PLAIN, locale_provider="icu", locale="de", locale_rules="&z < a"), ("UTF8", "C", "C")),
    ],
)
def test_it_gets_the_sources_locale_as_far_as_the_server_has_it(
    postgres: TestServer, admin: connection, like: Catalog, expected: tuple[str, str, str]
) -> None:
    with made_target(postgres, like) as made:
        locale = database_locale(admin, made.names.build_database)
        assert (locale.encoding, locale.collation, locale.character_type) == expected


def test_making_it_again_starts_anew(postgres: TestServer, admin: connection, names: TargetNames) -> None:
    create_target(admin, names, "first", PLAIN, lambda: True)
    build = replace(postgres.admin, database=names.build_database, user=names.role, password="first")
    execute(build, "CREATE TABLE leftover ()")
    create_target(admin, names, "second", PLAIN, lambda: True)
    assert query(replace(build, password="second"), "SELECT to_regclass('leftover')") == [(None,)]
    drop_target(admin, names)


def test_a_job_that_has_ended_gets_none(postgres: TestServer, admin: connection, names: TargetNames) -> None:
    with pytest.raises(JobNoLongerRunning):
        create_target(admin, names, "secret", PLAIN, lambda: False)
    assert names.build_database not in databases(postgres)
    assert names.role not in roles(postgres)


def test_dropping_waits_for_a_creation_that_has_begun(
    postgres: TestServer, admin: connection, names: TargetNames
) -> None:
    """So a cancel in the middle of a creation leaves nothing."""
    dropped = threading.Event()

    def drop() -> None:
        with closing(open_target(postgres.admin)) as other:
            drop_target(other, names)
        dropped.set()

    dropper = threading.Thread(target=drop)

    def is_wanted() -> bool:
        dropper.start()  # the job is cancelled just after it was looked at
        return True

    create_target(admin, names, "secret", PLAIN, is_wanted)
    dropper.join(30)
    assert dropped.is_set()
    assert names.build_database not in databases(postgres)
    assert names.role not in roles(postgres)


def test_publishing_renames_it_and_takes_the_next_free_name(postgres: TestServer, admin: connection) -> None:
    wanted = f"shop_{secrets.token_hex(4)}_filtered"
    with (
        made_target(postgres, PLAIN) as one,
        made_target(postgres, PLAIN) as two,
        made_target(postgres, PLAIN) as three,
    ):
        execute(one.database, "CREATE TABLE t (x int)")
        assert publish_target(admin, one.names, wanted) == wanted
        assert publish_target(admin, two.names, wanted) == f"{wanted}_2"
        assert publish_target(admin, three.names, wanted) == f"{wanted}_3"
        assert publish_target(admin, one.names, wanted) == wanted
        published = replace(one.database, database=wanted)
        assert query(published, "SELECT current_user::text, to_regclass('t')::text") == [(one.names.role, "t")]


def test_a_name_too_long_is_cut_between_characters(postgres: TestServer, admin: connection) -> None:
    wanted = secrets.token_hex(4) + "ä" * 40
    with made_target(postgres, PLAIN) as one, made_target(postgres, PLAIN) as two:
        assert publish_target(admin, one.names, wanted) == wanted[: 8 + 27]
        assert publish_target(admin, two.names, wanted) == wanted[: 8 + 26] + "_2"


def test_publishing_ends_the_builds_own_sessions(postgres: TestServer, admin: connection) -> None:
    with made_target(postgres, PLAIN) as made, closing(open_connection(made.database)):
        name = publish_target(admin, made.names, f"shop_{secrets.token_hex(4)}")
        assert query(replace(made.database, database=name), "SELECT 1") == [(1,)]


def test_publishing_what_is_not_there_fails(admin: connection, names: TargetNames) -> None:
    with pytest.raises(TargetMissing):
        publish_target(admin, names, "shop_filtered")


def test_dropping_ends_sessions_and_can_be_repeated(
    postgres: TestServer, admin: connection, names: TargetNames
) -> None:
    create_target(admin, names, "secret", PLAIN, lambda: True)
    build = replace(postgres.admin, database=names.build_database, user=names.role, password="secret")
    with closing(open_connection(build)) as session, session.cursor() as cursor:
        cursor.execute("BEGIN; CREATE TABLE t (x int)")
        drop_target(admin, names)
    drop_target(admin, names)
    assert names.build_database not in databases(postgres)
    assert names.role not in roles(postgres)


def test_dropping_finds_a_database_under_its_final_name(
    postgres: TestServer, admin: connection, names: TargetNames
) -> None:
    create_target(admin, names, "secret", PLAIN, lambda: True)
    name = publish_target(admin, names, f"shop_{secrets.token_hex(4)}")
    drop_target(admin, names)
    assert name not in databases(postgres)


def test_what_the_job_did_not_make_is_not_touched(
    postgres: TestServer, admin: connection, names: TargetNames, make_database: MakeDatabase
) -> None:
    make_database(name=names.build_database)
    execute(postgres.superuser, f"CREATE ROLE {names.role}")
    try:
        drop_target(admin, names)
        assert names.build_database in databases(postgres)
        assert names.role in roles(postgres)
        with pytest.raises(TargetNameTaken):
            create_target(admin, names, "secret", PLAIN, lambda: True)
        execute(postgres.superuser, f"DROP ROLE {names.role}")
        with pytest.raises(TargetNameTaken):
            create_target(admin, names, "secret", PLAIN, lambda: True)
        drop_target(admin, names)
        assert names.build_database in databases(postgres)
    finally:
        execute(postgres.superuser, f"DROP ROLE IF EXISTS {names.role}")


def test_a_result_that_claims_to_be_another_jobs_is_not_taken_for_it(
    postgres: TestServer, admin: connection, names: TargetNames
) -> None:
    with made_target(postgres, PLAIN) as made:
        execute(made.database, f"COMMENT ON DATABASE {made.names.build_database} IS '{names.mark}'")
        drop_target(admin, names)
        assert made.names.build_database in databases(postgres)


def test_a_session_of_somebody_mightier_keeps_it_in_use(
    postgres: TestServer, admin: connection, names: TargetNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datavalut.transfer.target._TRIES_TO_EMPTY", 1)
    create_target(admin, names, "secret", PLAIN, lambda: True)
    mightier = replace(postgres.superuser, database=names.build_database)
    with closing(open_connection(mightier)), pytest.raises(TargetInUse):
        drop_target(admin, names)
    drop_target(admin, names)
    assert names.build_database not in databases(postgres)


def test_sessions_are_ended_by_application_name(make_database: MakeDatabase) -> None:
    source = make_database()
    with (
        closing(open_source(source, "job_a")) as session,
        closing(open_source(source, "job_b")) as other,
        closing(open_source(source, "job_a settling")) as settling,
    ):
        assert terminate_sessions(settling, "job_a") == 1
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert query(source, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'job_a'") == [(0,)]
        assert session.closed == 0  # it does not know yet


# Of a row of pg_database.
CONNECT_OF_PUBLIC = (
    "EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba)))"
    " WHERE grantee = 0 AND privilege_type = 'CONNECT')"
)


def test_securing_closes_what_the_admin_owns_and_names_the_rest(postgres: TestServer, admin: connection) -> None:
    execute(postgres.superuser, "ALTER DATABASE template1 OWNER TO datavalut_admin")
    try:
        before = open_databases(admin)
        secure_server(admin)
        assert query(
            postgres.superuser, f"SELECT {CONNECT_OF_PUBLIC} FROM pg_database WHERE datname = 'template1'"
        ) == [(False,)]
        assert "postgres" in before
        assert "template1" not in before  # for it was to be closed
        assert open_databases(admin) == before
        secure_server(admin)
    finally:
        execute(postgres.superuser, "ALTER DATABASE template1 OWNER TO postgres")
        execute(postgres.superuser, "GRANT CONNECT ON DATABASE template1 TO PUBLIC")
