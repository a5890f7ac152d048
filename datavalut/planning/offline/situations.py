"""What rows are in, under or allergic to: "beds under maintenance", "students on a scholarship", "messages sent while
roaming", "patients allergic to latex".
"""

import re
from collections.abc import Iterator

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Condition, Exists, TextMatch, TextMatching
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.flags import is_flag
from datavalut.planning.offline.inflection import american_singular
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.objects import ObjectReader
from datavalut.planning.offline.phrases import Clause, Progress, UnclearError, all_of, any_of, opened
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary

_WITHIN = frozenset({"on", "under"})
_DONE = frozenset({"sent", "made", "placed", "used", "taken", "recorded"})
# The columns and tables that tell what somebody reacts to.
_REACTIONS = {"allergic": frozenset({"allergy"}), "intolerant": frozenset({"intolerance"})}
_BETWEEN_PARTS = re.compile(r"\s*(?:[,;/|]|\band\b)\s*")


class SituationReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, objects: ObjectReader
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._objects = objects

    def read(self, table: Table, position: int) -> Clause | None:
        return (
            self._under(table, position)
            or self._while(table, position)
            or self._on_something(table, position)
            or self._reacting(table, position)
            or self._with_a_reaction(table, position)
        )

    def _under(self, table: Table, position: int) -> Clause | None:
        """ "under maintenance": a label of the row's own status."""
        if self._word(position) != "under":
            return None
        labels = self._vocabulary.labels_at(table, position + 1)
        if len(labels) != 1 or head_word(labels[0].column.name) not in synonyms.STATUS_COLUMNS:
            return None
        label = labels[0]
        meaning = f"{table.name.name}.{label.column.name} is '{label.label}'"
        return self._clause(one_of(label.column, label.values), position, label.end, meaning)

    def _while(self, table: Table, position: int) -> Clause | None:
        """ "(sent) while roaming", of is_roaming."""
        at = position + (self._word(position) in _DONE)
        if self._word(at) != "while":
            return None
        flags = [
            column
            for column, _ in self._vocabulary.flags_at(table, at + 1)
            if column.category is TypeCategory.BOOLEAN and is_flag(self._vocabulary, table, column)
        ]
        state = self._adjectives.read_list(table, at + 1) if flags else None
        return opened(state, position) if state else None

    def _on_something(self, table: Table, position: int) -> Clause | None:
        """ "on a scholarship", of has_scholarship."""
        if self._word(position) not in _WITHIN:
            return None
        held = self._objects.possessed(table, position + 1)
        return opened(held, position) if held else None

    def _reacting(self, table: Table, position: int) -> Clause | None:
        """ "allergic to latex", "allergic to nuts or eggs"."""
        nouns = _REACTIONS.get(self._word(position))
        if nouns is None or self._word(position + 1) != "to":
            return None
        self._progress.reach(position + 2)
        columns = [column for column in table.columns if _is_called(column, nouns)]
        if len(columns) == 1 and columns[0].category is TypeCategory.TEXT:
            return self._in_a_text(table, columns[0], position, position + 2)
        children = [child for child in self._vocabulary.keys.children(table) if table_names.is_of(child, nouns)]
        if columns or len(children) != 1:
            return None
        named = self._named_rows.read_list(children[0], position + 2)
        if named is None:
            return None
        path = self._vocabulary.path(table, children[0], position, named.end)
        condition = Exists(path=path, condition=named.condition)
        return self._clause(condition, position, named.end, f"at least one of {named.meaning}")

    def _with_a_reaction(self, table: Table, position: int) -> Clause | None:
        """ "with a latex allergy", where a text tells all of them."""
        at = self._past_articles(position + 1)
        noun = american_singular(self._word(at + 1))
        nouns = next((nouns for nouns in _REACTIONS.values() if noun in nouns), frozenset())
        columns = [column for column in table.columns if _is_called(column, nouns)]
        if self._word(position) != "with" or len(columns) != 1 or columns[0].category is not TypeCategory.TEXT:
            return None
        told = self._in_a_text(table, columns[0], position, at)
        return told and opened(self._clause(told.condition, position, at + 2, told.meaning), position)

    def _in_a_text(self, table: Table, column: Column, position: int, at: int) -> Clause | None:
        """A text may tell several: "penicillin, latex"."""
        words: list[str] = []
        joiners: set[str] = set()
        while at < len(self._tokens) and self._is_told(table, column, at):
            words.append(self._tokens[at].text)
            at += 1
            if self._word(at) not in {"and", "or"} or not self._is_told(table, column, at + 1):
                break
            joiners.add(self._word(at))
            at += 1
        if not words or len(joiners) > 1:
            return None
        for word in words:
            self._check_parts(table, column, word, position, at)
        operand = ColumnValue(column=column.name)
        matches: Iterator[Condition] = (
            TextMatch(operand=operand, matching=TextMatching.CONTAINS, text=word) for word in words
        )
        condition = all_of(matches) if joiners == {"and"} else any_of(matches)
        said = f" {next(iter(joiners), '')} ".join(f"'{word}'" for word in words)
        return self._clause(condition, position, at, f"{table.name.name}.{column.name} contains {said}")

    def _is_told(self, table: Table, column: Column, position: int) -> bool:
        if not 0 <= position < len(self._tokens):
            return False
        token = self._tokens[position]
        parts = (part for value in self._vocabulary.values(table, column) for part in _parts(value))
        return token.kind is TokenKind.QUOTED or (token.kind is TokenKind.WORD and token.lower in parts)

    def _check_parts(self, table: Table, column: Column, word: str, start: int, end: int) -> None:
        """Raises UnclearError for "nut" where a value says "peanut"."""
        for value in self._vocabulary.values(table, column):
            others = [part for part in _parts(value) if word.lower() in part and part != word.lower()]
            if others:
                raise UnclearError(start, end, f"{column.name} tells something else that contains it", others)


def _parts(value: str) -> list[str]:
    return _BETWEEN_PARTS.split(value.lower())


def _is_called(column: Column, nouns: frozenset[str]) -> bool:
    return american_singular(name_words(column.name)[-1]) in nouns
