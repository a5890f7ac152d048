"""What stands on tables with rows: views, functions, triggers, rules, policies, indexes, comments. Some of it does not
come along.

A trigger or a rule would change the rows of a copy, or end it, if it took part.
"""

from collections.abc import Callable, Iterator

from tests.random_databases.drafts import VALUE, DatabaseDraft, TableDraft, column_list, sql_name
from tests.random_databases.names import quoted, text_literal

_MOST = 8


def add_objects(database: DatabaseDraft) -> None:
    tables = [table for table in database.tables if table.has_column(VALUE)]
    if not tables:
        return
    views: list[str] = []
    for _ in range(database.chance.randint(1, _MOST)):
        table = database.chance.choice(tables)
        if database.happens(0.35):
            database.objects += _view(database, table, views)
        else:
            database.objects += database.chance.choice(_MAKERS)(database, table)


def _view(database: DatabaseDraft, table: TableDraft, views: list[str]) -> Iterator[str]:
    """A view or a materialized one, over a table or one of the views before it."""
    name = sql_name(database.new_name())
    below = database.chance.choice([table.sql, *views])
    key = column_list(table.primary_key)
    match database.chance.choice(["plain", "checked", "grouped", "materialized", "materialized", "counted", "hidden"]):
        case "plain":
            yield f"CREATE VIEW {name} AS SELECT * FROM {below} WHERE {VALUE} < 7"
        case "checked":
            options = "WITH (security_barrier)"
            yield f"CREATE VIEW {name} {options} AS SELECT * FROM {table.sql} WHERE {VALUE} > 2 WITH CHECK OPTION"
        case "grouped" if key:
            # It needs the primary key to be there before it: all other columns follow from that.
            kind = database.chance.choice(["VIEW", "MATERIALIZED VIEW"])
            yield f"CREATE {kind} {name} AS SELECT {key}, {VALUE}, count(*) AS n FROM {table.sql} GROUP BY {key}"
        case "materialized":
            populated = database.chance.choice(["", "", " WITH NO DATA"])
            yield f"CREATE MATERIALIZED VIEW {name} AS SELECT *, {VALUE} + 1 AS more FROM {table.sql}{populated}"
            yield f"CREATE INDEX ON {name} ({VALUE})"
            return  # one without data could not be read by those over it
        case "counted":
            yield f"CREATE MATERIALIZED VIEW {name} AS SELECT {VALUE}, count(*) AS n FROM {below} GROUP BY {VALUE}"
            yield f"CREATE UNIQUE INDEX ON {name} ({VALUE})"
        case _:
            # What the function reads is hidden from the server, which would make the view at any time.
            function = sql_name(database.new_name())
            yield (
                f"CREATE FUNCTION {function}() RETURNS bigint LANGUAGE sql STABLE"
                f" AS $body$SELECT count(*) FROM {below}$body$"
            )
            yield f"CREATE MATERIALIZED VIEW {name} AS SELECT {function}() AS {VALUE}"
    views.append(name)


def _trigger(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    function, name = sql_name(database.new_name()), quoted(database.names.new())
    before = "BEGIN NEW.value := -1; RETURN NEW; END"
    after = "BEGIN RAISE EXCEPTION 'the trigger has fired'; END"
    kind, body = database.chance.choice(
        [
            ("TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW", before),
            ("TRIGGER {} BEFORE INSERT ON {} FOR EACH ROW WHEN (NEW.value > 0)", before),
            ("TRIGGER {} AFTER INSERT ON {} FOR EACH STATEMENT", after),
            ("CONSTRAINT TRIGGER {} AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW", after),
            ("TRIGGER {} AFTER TRUNCATE ON {} FOR EACH STATEMENT", after),
        ]
    )
    if body is before and table.is_partitioned and database.version < 13:
        return
    yield f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
    yield f"CREATE {kind.format(name, table.sql)} EXECUTE FUNCTION {function}()"
    state = database.chance.choice(["", "ENABLE ALWAYS", "ENABLE REPLICA", "DISABLE"])
    if state:
        yield f"ALTER TABLE {table.sql} {state} TRIGGER {name}"


def _rule(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    event = database.chance.choice(["INSERT", "INSERT", "DELETE"])
    yield f"CREATE RULE {quoted(database.names.new())} AS ON {event} TO {table.sql} DO INSTEAD NOTHING"


def _policy(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    yield f"CREATE POLICY {quoted(database.names.new())} ON {table.sql} USING ({VALUE} > 3) WITH CHECK (false)"
    yield f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY"
    if database.happens(0.5):
        yield f"ALTER TABLE {table.sql} FORCE ROW LEVEL SECURITY"


def _index(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    name = quoted(database.names.new())
    definition = database.chance.choice(
        [
            f"({VALUE} DESC NULLS LAST) WHERE {VALUE} > 3",
            f"((public.doubled({VALUE})))",
            f"USING brin ({VALUE}) WITH (pages_per_range = 4)",
            f"USING hash ({VALUE})",
            f"USING gin ((ARRAY[{VALUE}, {VALUE} + 1]))",
        ]
    )
    yield f"CREATE INDEX {name} ON {table.sql} {definition}"
    if not table.is_partitioned and definition.startswith("(("):
        yield f"ALTER TABLE {table.sql} CLUSTER ON {name}"


def _check(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    """That rows violate which were there before it."""
    yield f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(database.names.new())} CHECK ({VALUE} > 4) NOT VALID"


def _comments(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    text = text_literal("it's a \\comment\n-- of two lines; \\connect nowhere")
    yield f"COMMENT ON TABLE {table.sql} IS {text}"
    yield f"COMMENT ON COLUMN {table.sql}.{VALUE} IS {text}"
    yield f"COMMENT ON SCHEMA {quoted(table.name.schema)} IS {text}"


def _settings(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    if database.version >= 14:
        yield f"CREATE STATISTICS {sql_name(database.new_name())} ON {VALUE}, ({VALUE} + 1) FROM {table.sql}"
    yield f"ALTER TABLE {table.sql} ALTER {VALUE} SET STATISTICS 7"
    if not table.is_partitioned:
        yield f"ALTER TABLE {table.sql} SET (fillfactor = 70, autovacuum_enabled = false)"
        yield f"ALTER TABLE {table.sql} REPLICA IDENTITY FULL"


def _functions(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    name = sql_name(database.new_name())
    rows = f"SELECT * FROM {table.sql}"
    body = f"BEGIN ATOMIC {rows}; END" if database.version >= 14 else f"LANGUAGE sql AS $body${rows}$body$"
    yield f"CREATE FUNCTION {name}() RETURNS SETOF {table.sql} {body}"
    yield f"COMMENT ON FUNCTION {name}() IS 'all of them'"
    yield (
        f"CREATE PROCEDURE {sql_name(database.new_name())}(INOUT {VALUE} integer DEFAULT 1) LANGUAGE sql"
        f" AS $body$SELECT max({VALUE}) FROM {table.sql}$body$"
    )
    yield f"CREATE AGGREGATE {sql_name(database.new_name())}(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')"


def _default(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    function = sql_name(database.new_name())
    yield (
        f"CREATE FUNCTION {function}() RETURNS integer LANGUAGE sql AS $body$SELECT max({VALUE}) FROM {table.sql}$body$"
    )
    only = database.chance.choice(["", "ONLY "]) if table.has_children else ""
    yield f"ALTER TABLE {only}{table.sql} ALTER {VALUE} SET DEFAULT {function}()"


def _what_stays_behind(database: DatabaseDraft, table: TableDraft) -> Iterator[str]:
    yield f"GRANT SELECT ON {table.sql} TO PUBLIC"
    if not table.unlogged and not (table.is_partitioned and database.version < 13):
        yield f"CREATE PUBLICATION {quoted(database.names.new())} FOR TABLE {table.sql}"


_MAKERS: tuple[Callable[[DatabaseDraft, TableDraft], Iterator[str]], ...] = (
    _trigger,
    _trigger,
    _rule,
    _policy,
    _index,
    _index,
    _check,
    _comments,
    _settings,
    _functions,
    _default,
    _what_stays_behind,
)
