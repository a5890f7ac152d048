"""Row-level security comes along, and hides nothing from the copy or from its verification. Needs PostgreSQL."""

from datavalut.filters.model import FilterPlan, Root
from tests.build_cases import Built

STATEMENTS = """
    CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id serial PRIMARY KEY, p int REFERENCES p);
    INSERT INTO p VALUES (1), (2); INSERT INTO c (p) VALUES (1), (1), (1);
    CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM c;
    ALTER TABLE p ENABLE ROW LEVEL SECURITY; ALTER TABLE p FORCE ROW LEVEL SECURITY;
    ALTER TABLE c ENABLE ROW LEVEL SECURITY; ALTER TABLE c FORCE ROW LEVEL SECURITY;
    CREATE POLICY nobody ON c USING (false); CREATE POLICY second ON p USING (id = 2) WITH CHECK (false);
"""


def test_a_condition_on_rows_that_are_hidden_from_their_owner(built: Built) -> None:
    with_children = Root.model_validate(
        {
            "table": "p",
            "condition": {
                "kind": "compare",
                "left": {"kind": "aggregate", "function": "count", "path": [{"table": "c"}]},
                "operator": ">=",
                "right": {"kind": "value", "value": 3},
            },
        }
    )
    result = built(STATEMENTS, FilterPlan(roots=(with_children,)))
    assert result.rows("p") == ["(1)"]
    assert result.keys("c") == ["1", "2", "3"]
    assert result.rows("m") == ["(3)"]
    assert result.value("nextval('c_id_seq')") == 4
