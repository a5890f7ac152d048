"""Where a row is from, whose it is and what it is in: "from country Canada", "of customers ...", "in category Toys"."""

from collections.abc import Callable

from datavalut.catalog.model import Table
from datavalut.filters.model import Condition, Direction, Exists
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word
from datavalut.planning.offline.attachment import leads_to
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.comparisons import Predicate
from datavalut.planning.offline.countries import PEOPLES
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.journeys import JourneyReader
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.numbered import NumberedReader
from datavalut.planning.offline.objects import ObjectReader
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    NounRead,
    Progress,
    UnclearError,
    opened,
)
from datavalut.planning.offline.quantities import read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_PLACES = frozenset({"from", "in", "of", "for", "by", "at", "on", "to", "about", "regarding"}) | synonyms.MEANS
_MEANS_COLUMNS = synonyms.MEANS_COLUMNS | {"method", "channel"}
_KEPT = frozenset({"held", "kept", "stored", "housed", "parked"})
_WHERE = frozenset({"from", "in", "at"})


class PlaceReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        objects: ObjectReader,
        columns: ColumnReader,
        journeys: JourneyReader,
        read_noun: NounRead,
        read_bare_noun: Callable[[int], NounPhrase | None],
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._objects = objects
        self._columns = columns
        self._journeys = journeys
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._numbered = NumberedReader(tokens, vocabulary, progress)
        self._read_noun = read_noun
        self._read_bare_noun = read_bare_noun

    def read(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) not in _PLACES:
            return None
        self._progress.reach(position + 1)
        journey = self._journeys.read(table, position)
        if journey is not None:
            return journey
        at = self._past_articles(position + 1)
        if self._word(position) in {"in", "on"} and read_quantity(self._tokens, at) is not None:
            several = self._objects.counts.counted(table, at, frames)
            if several is not None:
                return opened(several, position)
        if self._word(position) in {"on", "in", "for"} and (numbered := self._read_numbered(table, position, at)):
            return numbered
        column = (
            self._columns.labelled(table, at)
            or self._whole_place(table, at)
            or self._columns.column(table, at, start=position, operator_needed=False)
        )
        if column is not None:
            return opened(column, position)
        place = self._place_before_a_subject(table, position, at) or self._means(table, position, at)
        if place is not None:
            return place
        owner = self._read_owner(table, position, at, frames)
        if owner is not None:
            return owner
        named = self._named_rows.read_list(table, at, place=self._word(position) in _WHERE)
        if named is not None and self._journeys.has_ends(table, position):
            raise UnclearError(position, named.end, "no end of the way is called so", (named.meaning,))
        return opened(named, position) if named else None

    def read_residence(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "living in Spain", "who are based in Lyon": the place says it all."""
        if self._word(position) not in synonyms.RESIDING | _KEPT or self._word(position + 1) not in _WHERE | {"near"}:
            return None
        place = self.read(table, position + 1, frames)
        return opened(place, position) if place else None

    def _means(self, table: Table, position: int, at: int) -> Clause | None:
        """ "(payments) by card", by their own method, whatever tables of cards there are."""
        columns = [column for column in table.columns if head_word(column.name) in _MEANS_COLUMNS]
        if self._word(position) not in {"by"} | synonyms.MEANS or not self._vocabulary.labels_at(table, at, columns):
            return None
        named = self._named_rows.read_list(table, at, related=False)
        return opened(named, position) if named else None

    def _place_before_a_subject(self, table: Table, position: int, at: int) -> Clause | None:
        """ "from Germany (and active listings)": a country's name describes none of the listings."""
        if self._word(position) not in _WHERE:
            return None
        noun = self._read_bare_noun(at)
        if noun is None or not {self._word(index) for index in range(at, noun.noun_end)} & {"and", ","}:
            return None
        row = self._named_rows.read_one(table, at, place=True)
        if row is None or not row.is_place or self._word(row.end) not in {"and", ","}:
            return None
        is_adjective = " ".join(self._word(index) for index in range(at, row.end)) in PEOPLES
        several = self._named_rows.read_list(table, at, place=True)
        if is_adjective or row.end >= noun.noun_end or several is None or several.end > row.end:
            return None
        return opened(several, position)

    def _whole_place(self, table: Table, position: int) -> Clause | None:
        """ "(at) City Hall", which begins as a column is called: the venue of several words."""
        row = self._named_rows.read_one(table, position, related=False)
        if row is None or row.path or row.end < position + 2 or not self._vocabulary.own_columns_at(table, position):
            return None
        return self._named_rows.read_list(table, position, related=False)

    def _read_numbered(self, table: Table, position: int, at: int) -> Clause | None:
        """ "on the 3rd floor", "for 2 adults"."""
        if self._word(position) == "for":
            own = self._objects.counts.measured(table, at) if self._vocabulary.table_at(at + 1) is None else None
            return opened(own, position) if own else None
        said = next((said for said in self._numbered.read(table, at) if said.is_ordinal), None)
        return self._clause(said.condition, position, said.end, said.meaning) if said else None

    def _read_owner(self, table: Table, position: int, at: int, frames: Frames) -> Clause | None:
        """Behind the preposition: another noun, with its description or its name."""
        noun = self._read_noun(at, (*frames, Frame(table, Continuation.NONE)))
        if noun is None or noun.table.name == table.name or self._is_described_by(table, at):
            return None
        if self._vocabulary.is_named_loosely(at, noun.noun_end) and self._vocabulary.labels_at(table, at):
            return None  # "about delivery": a topic of theirs, and no shipment
        if self._objects.belongs_outside(table, noun.table, frames):
            return None
        path = self._vocabulary.path(table, noun.table, at, noun.noun_end)
        owners = [key for key in self._vocabulary.catalog.references_of(table.name) if key.parent == noun.table.name]
        if self._word(position) == "of" and path[0].direction is Direction.TO_CHILDREN and owners:
            names = (f"{table.name.name}.{owners[0].columns[0]}", str(path[0].table))
            raise UnclearError(position, noun.noun_end, "that they have, or that have them?", names)
        if self._word(position) == "by" and not self._is_maker(table, noun.table):
            return None
        name = self._read_name(noun, at)
        if name is not None:
            return self._clause(Exists(path=path, condition=name.condition), position, name.end, name.meaning)
        if at == position + 1 and noun.stands_alone(at) and self._is_singular(noun.noun_end - 1):
            return None  # "products on sale", "orders by customer": no row of that table
        main = Explained(position, noun.noun_end, f"of {noun.table.name.name}")
        condition: Condition = Exists(path=path, condition=noun.condition)
        return Clause(condition, position, noun.end, f"of {noun.meaning}", (main, *noun.explained))

    def _is_maker(self, table: Table, maker: Table) -> bool:
        """Can a row be "by" one of the other table: by its key, or by a table of pairs (book_authors)?"""
        paired = any(other.name == maker.name for other, _ in self._vocabulary.keys.paired(table))
        return self._vocabulary.keys.is_below(table, maker) or paired

    def _is_described_by(self, table: Table, position: int) -> bool:
        """In "posts in English, and open reports" no report is English: that would be said of its post."""
        bare = self._read_bare_noun(position)
        return bare is not None and bare.condition is not None and leads_to(bare.condition, str(table.name))

    def _is_singular(self, position: int) -> bool:
        word = self._word(position)
        return singular(word) == word

    def _read_name(self, noun: NounPhrase, at: int) -> Predicate | None:
        """ "(in) category Toys": a singular noun with a name behind it."""
        return self._columns.name_behind(noun.table, noun.noun_end) if noun.stands_alone(at) else None
