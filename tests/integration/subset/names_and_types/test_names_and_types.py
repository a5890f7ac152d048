"""Names that need quotes, and keys of unlike types. Needs: PostgreSQL (embedded)."""

from datavalut.filters.model import FilterPlan
from tests.subset_cases import Kept, rows_with


def test_names_may_hold_anything(kept: Kept) -> None:
    statements = """
        CREATE SCHEMA "My ""Shop"" Äx";
        CREATE TABLE "My ""Shop"" Äx"."select" ("Id %s" int PRIMARY KEY, "from" int);
        CREATE TABLE "My ""Shop"" Äx"."A Very Long Name Which Comes Close To The Limit Of 63 Bytes, Ä" (
            "from" int REFERENCES "My ""Shop"" Äx"."select", "ctid%" int
        );
        CREATE TABLE chosen_select (id int PRIMARY KEY, "from" int REFERENCES "My ""Shop"" Äx"."select");
        INSERT INTO "My ""Shop"" Äx"."select" VALUES (1, 1), (2, 2);
        INSERT INTO "My ""Shop"" Äx"."A Very Long Name Which Comes Close To The Limit Of 63 Bytes, Ä"
            VALUES (1, 3), (2, 4);
        INSERT INTO chosen_select VALUES (1, 1), (2, 2);
    """
    result = kept(statements, FilterPlan(roots=(rows_with('My "Shop" Äx.select', "from", 1),)))
    assert result.rows("A Very Long Name Which Comes Close To The Limit Of 63 Bytes, Ä") == ["1 3"]
    assert result.rows("chosen_select") == ["1 1"]


def test_two_tables_of_one_name_are_two_tables(kept: Kept) -> None:
    statements = """
        CREATE SCHEMA one;
        CREATE SCHEMA two;
        CREATE TABLE one.items (id int PRIMARY KEY);
        CREATE TABLE two.items (id int PRIMARY KEY, item_id int REFERENCES one.items);
        CREATE TABLE parts (id int PRIMARY KEY, item_id int REFERENCES two.items);
        INSERT INTO one.items VALUES (1), (2);
        INSERT INTO two.items VALUES (1, 2), (2, 1);
        INSERT INTO parts VALUES (1, 1), (2, 2);
    """
    assert kept(statements, FilterPlan(roots=(rows_with("one.items", "id", 1),))).keys("parts") == ["2"]


def test_a_reference_may_have_another_type_than_the_key(kept: Kept) -> None:
    statements = """
        CREATE DOMAIN code AS varchar(5) NOT NULL;
        CREATE TABLE parents (id bigint PRIMARY KEY, code code UNIQUE, mask bit(3) UNIQUE);
        CREATE TABLE children (
            id int PRIMARY KEY, parent_id smallint REFERENCES parents, code text REFERENCES parents (code),
            mask bit(3) REFERENCES parents (mask), child_id int REFERENCES children
        );
        INSERT INTO parents VALUES (1, 'a', B'001'), (2, 'b', B'010');
        INSERT INTO children VALUES (1, 1, 'a', B'001', 2), (2, NULL, 'b', NULL, NULL), (3, 2, NULL, NULL, NULL);
    """
    result = kept(statements, FilterPlan(roots=(rows_with("children", "id", 1),)))
    assert result.keys("parents") == ["1", "2"]
    assert result.keys("children") == ["1", "2"]
    assert kept(statements, FilterPlan(roots=(rows_with("parents", "id", 2),))).keys("children") == ["2", "3"]


def test_a_reference_may_have_another_collation_than_the_key(kept: Kept) -> None:
    statements = """
        CREATE TABLE parents (code text COLLATE "C" PRIMARY KEY);
        CREATE TABLE children (
            id int PRIMARY KEY, code text REFERENCES parents, other_code text REFERENCES parents
        );
        INSERT INTO parents VALUES ('a'), ('b');
        INSERT INTO children VALUES (1, 'a', NULL), (2, 'b', 'a'), (3, 'a', 'a');
    """
    assert kept(statements, FilterPlan(roots=(rows_with("parents", "code", "a"),))).keys("children") == ["1", "3"]
    assert kept(statements, FilterPlan(roots=(rows_with("children", "id", 1),))).rows("parents") == ["a"]


def test_generated_columns_are_not_copied(kept: Kept) -> None:
    statements = """
        CREATE TABLE prices (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, net int, gross int GENERATED ALWAYS AS (net * 2) STORED
        );
        INSERT INTO prices (net) VALUES (1), (2);
    """
    assert kept(statements, FilterPlan(roots=(rows_with("prices", "gross", 4),))).rows("prices") == ["2 2"]
