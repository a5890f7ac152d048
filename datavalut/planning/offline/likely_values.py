"""The values of a source's columns, read with care only in the tables that a sentence is likely to be about.

What a noun that names no table may be called by stands in columns of kinds, which every table may have: in a large
schema hundreds of them. Of all tables but the likely ones they are looked at together.
"""

from collections.abc import Mapping
from functools import cached_property

from datavalut.catalog.model import Catalog, TableName, TypeCategory
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word
from datavalut.planning.offline.callings import FIELD_COLUMNS
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.values import is_free_text
from datavalut.planning.relevance import tables_by_relevance
from datavalut.planning.source import ColumnValues

_LIKELY_TABLES = 8
_KINDS = (
    synonyms.NOUN_COLUMNS | synonyms.ROLE_COLUMNS | synonyms.STATUS_COLUMNS | FIELD_COLUMNS | synonyms.PERSONAL_COLUMNS
)


class LikelyValues:
    """`ColumnValues` for the sentence of `tokens`."""

    def __init__(self, read: ColumnValues, catalog: Catalog, tokens: tuple[Token, ...]) -> None:
        self._read = read
        self._catalog = catalog
        self._tokens = tokens

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        if (table, column) in self._kinds:
            return self._surveyed[table, column]
        return self._read.values(table, column)

    def survey(
        self, columns: tuple[tuple[TableName, str], ...]
    ) -> Mapping[tuple[TableName, str], tuple[str, ...] | None]:
        return self._read.survey(columns)

    @cached_property
    def _surveyed(self) -> Mapping[tuple[TableName, str], tuple[str, ...] | None]:
        return self._read.survey(tuple(self._kinds))

    @cached_property
    def _kinds(self) -> dict[tuple[TableName, str], None]:
        """The columns of kinds of the tables that are not likely, in the order of these."""
        prompt = " ".join(token.text for token in self._tokens)
        return {
            (table.name, column.name): None
            for table in tables_by_relevance(prompt, self._catalog)[_LIKELY_TABLES:]
            for column in table.columns
            if column.category is TypeCategory.TEXT and not is_free_text(column) and head_word(column.name) in _KINDS
        }
