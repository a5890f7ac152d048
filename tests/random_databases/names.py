"""Identifiers that are hard to get right, none of them twice."""

import random

_SHAPES = (
    "plain_{}",
    "plain_{}",
    'Mixed "Case" {}',
    "select {}",
    "größe_{}",
    "表_{}",
    "with.dot.{}",
    "100%s_{}",
    "it's {}",
    "back\\slash{}",
    "$1_{}",
    "{{brace}}_{}",
    "chosen_plain_{}",
    "long_" + "x" * 54 + "_{}",  # up to 63 bytes, the longest of all, so that nothing can be put behind it
)
# Words that are reserved, or that are names inside of the queries that we write.
_WORDS = (
    *("user", "order", "table", "all", "group", "Select"),
    *("subset_row", "parent", "child", "kept", "reached", "step", "other", "parent_1", "table_number", "reference"),
)


class Names:
    """Each name is new in the whole database, so that objects of whatever kind never collide."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = 0
        self._words = list(_WORDS)

    def new(self) -> str:
        if self._words and self._chance.random() < 0.15:
            return self._words.pop(self._chance.randrange(len(self._words)))
        self._number += 1
        return self._chance.choice(_SHAPES).format(self._number)


def quoted(name: str) -> str:
    """As SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
