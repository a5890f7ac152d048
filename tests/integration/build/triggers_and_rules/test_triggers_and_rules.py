"""Triggers and rules come along, and none takes part in the copy. Needs PostgreSQL."""

from datavalut.filters.model import FilterPlan
from tests.build_cases import Built
from tests.subset_cases import rows_with

STATEMENTS = """
    CREATE TABLE p (id int PRIMARY KEY, x int); CREATE TABLE log (what text);
    CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);
    CREATE TABLE r (id int PRIMARY KEY REFERENCES p);
    INSERT INTO p VALUES (1, 10), (2, 20); INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO r VALUES (1), (2);
    CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.x := -1; RETURN NEW; END';
    CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO log VALUES (TG_NAME || TG_OP || TG_TABLE_NAME); RETURN NULL; END';
    CREATE TRIGGER change BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION change();
    CREATE TRIGGER skip BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION skip();
    CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON c FOR EACH STATEMENT EXECUTE FUNCTION log();
    CREATE CONSTRAINT TRIGGER later AFTER INSERT ON c DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION log();
    CREATE TRIGGER always AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION log();
    ALTER TABLE p ENABLE ALWAYS TRIGGER always; ALTER TABLE c DISABLE TRIGGER log;
    CREATE RULE ignore AS ON INSERT TO r DO INSTEAD NOTHING;
    CREATE RULE tell AS ON INSERT TO p DO ALSO INSERT INTO log VALUES ('rule');
"""


def test_rows_are_what_they_were_and_nothing_was_done_besides(built: Built) -> None:
    result = built(STATEMENTS, FilterPlan(roots=(rows_with("p", "id", 2),)))
    assert result.rows("p") == ["(2,20)"]
    assert result.rows("c") == ["(2,2)"]
    assert result.rows("r") == ["(2)"]
    assert result.rows("log") == []
