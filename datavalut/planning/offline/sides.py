"""On which of two sides a row is another's: "home matches of Leeds Athletic", by home_team_id and not away_team_id."""

from datavalut.catalog.model import Table
from datavalut.filters.model import Direction, PathStep
from datavalut.planning.offline.inflection import stem
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.phrases import Clause, Explained, Progress, along
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.roles import stems_before_parent
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_OF = frozenset({"of", "for"})


class SideReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)

    def read(self, table: Table, position: int, noun: int, noun_end: int) -> Clause | None:
        """The side alone at `position`, before the noun, and whose row it is behind that."""
        if noun != position + 1 or self._word(noun_end) not in _OF:
            return None
        keys = list(self._vocabulary.catalog.references_of(table.name))
        named = [key for key in keys if stem(self._word(position)) in stems_before_parent(key)]
        if len(named) != 1 or sum(key.parent == named[0].parent for key in keys) < 2:
            return None
        key = named[0]
        row = self._named_rows.read_list(
            self._vocabulary.catalog.table(key.parent), self._past_articles(noun_end + 1), related=False
        )
        if row is None:
            return None
        step = PathStep(table=str(key.parent), columns=key.columns, direction=Direction.TO_PARENT)
        meaning = f"{table.name.name}.{key.columns[0]} leads to a row whose {row.meaning}"
        explained = (Explained(position, noun, meaning), Explained(noun_end, row.end, meaning))
        return Clause(along((step,), row.condition), position, row.end, meaning, explained)
