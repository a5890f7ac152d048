"""Booleans said in other forms or another order than they are named: "auto-renewing", "with a verified license"."""

from collections.abc import Iterator

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import stem
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import TokenKind

_AFFIXES = frozenset({"is", "has", "was", "flag", "flg", "ind", "yn"})
_SAME = {"automatic": "auto", "automatically": "auto", "automated": "auto", "twenty-four": "24"}
_LONGEST = 3  # tokens


class FlagReader(Reader):
    def read(self, table: Table, position: int) -> Iterator[tuple[Column, int]]:
        """The flags whose words are those of the longest run of tokens, in any order and form; each with the end."""
        for length in range(_LONGEST, 0, -1):
            window = self._tokens[position : position + length]
            if len(window) < length or any(token.kind not in {TokenKind.WORD, TokenKind.NUMBER} for token in window):
                continue
            said = frozenset(_form(part) for token in window for part in token.parts)
            found = [column for column in table.columns if len(said) > 1 and _forms(column) == said]
            if found:
                yield from ((column, position + length) for column in found)
                return


def _forms(column: Column) -> frozenset[str]:
    if column.category is not TypeCategory.BOOLEAN:
        return frozenset()
    return frozenset(_form(word) for word in name_words(column.name) if word not in _AFFIXES)


def _form(word: str) -> str:
    return stem(_SAME.get(word, word))
