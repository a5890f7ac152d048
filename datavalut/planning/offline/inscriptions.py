"""Quoted words in a column that is named behind them: "with "vintage" in the title", "mentioning "refund" in the
comment"."""

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, TextMatch, TextMatching
from datavalut.planning.offline.phrases import Clause, Continuation, all_of, any_of
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.synonyms import words
from datavalut.planning.offline.tokens import TokenKind

_WORDS = words("word words text phrase string term")
_WITHIN = words("in within inside")
_CONTAINING = words("containing contain contains mentioning mention mentions including include includes")


class InscriptionReader(Reader):
    def containing(self, table: Table, position: int) -> Clause | None:
        """ "containing "vintage" in the title"."""
        return self.read(table, position, at=position + 1) if self._word(position) in _CONTAINING else None

    def read(self, table: Table, position: int, *, at: int | None = None) -> Clause | None:
        """Quoted words at `at` (or `position`), and the text of the table itself that has them. Behind "and" it has all
        of them."""
        end = self._past_articles(position if at is None else at)
        while self._word(end) in _WORDS:
            end += 1
        texts: list[str] = []
        joiners: set[str] = set()
        while self._is_quoted(end):
            texts.append(self._tokens[end].text)
            end += 1
            if self._word(end) in {"or", "and"} and self._is_quoted(end + 1):
                joiners.add(self._word(end))
                end += 1
        if not texts or self._word(end) not in _WITHIN or len(joiners) > 1 or (len(texts) > 1 and not joiners):
            return None
        named = self._text(table, self._past_articles(end + 1))
        if named is None:
            return None
        column, end = named
        operand = ColumnValue(column=column.name)
        matches = [TextMatch(operand=operand, matching=TextMatching.CONTAINS, text=text) for text in texts]
        condition = all_of(matches) if "and" in joiners else any_of(matches)
        said = f" {next(iter(joiners), '')} ".join(f"'{text}'" for text in texts)
        meaning = f"{table.name.name}.{column.name} contains {said}"
        return self._clause(condition, position, end, meaning, Continuation.WITH)

    def _is_quoted(self, position: int) -> bool:
        return position < len(self._tokens) and self._tokens[position].kind is TokenKind.QUOTED

    def _text(self, table: Table, position: int) -> tuple[Column, int] | None:
        own = self._vocabulary.own_columns_at(table, position)
        if own is None or len(own[0]) != 1 or own[0][0].category is not TypeCategory.TEXT:
            return None
        return own[0][0], own[1]
