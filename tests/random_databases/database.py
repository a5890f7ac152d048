"""A made-up database of a number, always the same one. `python -m tests.random_databases.database 17` prints it."""

import random
import sys
from dataclasses import dataclass

from datavalut.filters.model import FilterPlan
from tests.random_databases.columns import add_sequence
from tests.random_databases.drafts import DatabaseDraft
from tests.random_databases.keys import add_keys
from tests.random_databases.names import Names
from tests.random_databases.objects import add_objects
from tests.random_databases.plans import random_plan
from tests.random_databases.rows import add_rows, fill_references, fill_values
from tests.random_databases.script import script
from tests.random_databases.tables import add_table

_EXTENSIONS = ("citext", "hstore", "ltree", "cube", "btree_gist")


@dataclass(frozen=True)
class RandomDatabase:
    """`script` makes it in an empty database, `plan` is what to keep of it."""

    draft: DatabaseDraft
    script: str
    plan: FilterPlan


def random_database(seed: int, version: int = 17) -> RandomDatabase:
    """For a server of the major version, or a newer one."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    names = Names(chance)
    schemas = ("public", names.new(), names.new())[: chance.choice([1, 2, 3])]
    draft = DatabaseDraft(
        chance,
        names,
        schemas,
        tuple(name for name in _EXTENSIONS if chance.random() < 0.3),
        extension_schema=chance.choice(["public", "public", names.new()]),
        version=version,
    )
    for _ in range(chance.randint(0, 2)):
        add_sequence(draft, chance.choice(schemas))  # some columns may share it
    for _ in range(chance.randint(3, 9)):
        add_table(draft)
    add_rows(draft)
    add_keys(draft)
    fill_references(draft)
    fill_values(draft)
    add_objects(draft)
    return RandomDatabase(draft, script(draft), random_plan(draft))


if __name__ == "__main__":
    made = random_database(int(sys.argv[1]))
    sys.stdout.write(f"{made.script}\n-- {made.plan.model_dump_json(exclude_defaults=True)}\n")
