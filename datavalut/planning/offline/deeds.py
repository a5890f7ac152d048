"""Verbs whose trace is a row of another table: "ordered in 2023", "never rented", "bought 3 products"."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from datavalut.catalog.model import Table
from datavalut.filters.model import Condition, Direction, Exists, PathStep
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.counts import counted
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.inflection import is_participle, singular, stem
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    DescribedRows,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    Progress,
    UnclearError,
    all_of,
    along,
    opened,
)
from datavalut.planning.offline.quantities import EQUAL, GREATER_OR_EQUAL, Quantity, read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.roles import role_stems
from datavalut.planning.offline.several import SeveralReader
from datavalut.planning.offline.times import TimePhrase
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.totals import TotalReader
from datavalut.planning.offline.vocabulary import Vocabulary

OBJECT_PREPOSITIONS = frozenset({"in", "for", "to", "with", "on", "at", "by", "from"})
_USING = frozenset({"us", "redeem"})
_PASTS = synonyms.words("gave wrote took flew drove rode ran swam sang spoke")
_DO = frozenset({"do", "does", "did"})
_RAISE = stem("raised")
_HAVE = frozenset({"have", "has", "had"})
_TIMES = {"once": 1, "twice": 2, "thrice": 3}

NounRead = Callable[[int, Frames | None], NounPhrase | None]


class DeedReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        dates: DateReader,
        totals: TotalReader,
        columns: ColumnReader,
        read_noun: NounRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._dates = dates
        self._totals = totals
        self._columns = columns
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._several = SeveralReader(tokens, vocabulary, progress)
        self._read_noun = read_noun

    def read(self, table: Table, position: int, frames: Frames = (), *, object_at: int | None = None) -> Clause | None:
        """A verb whose trace is a row of another table, below this one: "ordered in 2023", "never rented", "ordered at
        least 3 times", "bought products in category Toys". A time behind it is that of the deed. Its object stands
        behind it, or at `object_at`."""
        child = self.table_of_verb(table, position)
        if child is None or self._is_of_the_outer_noun(child, position, frames):
            return None
        self._progress.reach(position + 1)
        frames = (*frames, Frame(table, Continuation.RELATIVE))
        path = self._path_of_deed(table, child, position)
        start = position + 1 if object_at is None else object_at
        total = self._totals.read_all_of(table, DescribedRows(child, None, child.name.name, start), position, start)
        if total is not None:
            return total
        named = self._read_noun(self._past_articles(start), None)
        if named is not None and named.table.name == child.name:
            return None  # "booked a trip": the object is the deed itself, and the verb a link to it
        quantity, end = self._read_times(start)
        counted_at = start + 1 if self._word(start) in OBJECT_PREPOSITIONS else start
        amount = read_quantity(self._tokens, start) or read_quantity(self._tokens, counted_at)
        if quantity is None and amount is not None:
            counted_object = self._counted_object(child, path, amount, position, frames)
            if counted_object is not None:
                return counted_object
            if not self._dates.begins_with_time(start):
                return self._scored(table, child, path, position, start, frames=frames)
        scored = self._scored_object(child, path, position, start) if quantity is None else None
        if scored is not None:
            return scored
        parts: list[Clause] = []
        if quantity is None or self._word(end) == "by":
            parts.extend(self._read_object(child, end, frames))
            own_object = parts[-1].end if parts else end
            end = self._past_own_object(child, own_object)
            if parts and end > own_object:
                parts[-1] = replace(
                    parts[-1],
                    end=end,
                    explained=(*parts[-1].explained, Explained(own_object, end, f"of {child.name.name}")),
                )
        deed = f"{quantity.meaning} {child.name.name}" if quantity else f"at least one of {child.name.name}"
        main = Explained(position, parts[0].start if parts else end, deed)
        if quantity is None and (times := self._dates.read_both(end)) is not None:
            return self._in_both(child, path, main, parts, times)
        noun_end, object_end = (parts[0].explained[0].end, parts[0].end) if parts else (position, position)
        dated = self._time_of_deed(child, end)
        parts += [dated] if dated else []
        said = all_of(part.condition for part in parts) if parts else None
        if quantity:
            whole = counted(path, said, quantity, position)
        else:
            whole = self._several.there(path, said, position, noun_end, object_end)
        return self._deed(whole, position, dated.end if dated else end, main, parts)

    def _in_both(
        self,
        child: Table,
        path: tuple[PathStep, ...],
        main: Explained,
        parts: list[Clause],
        times: tuple[TimePhrase, TimePhrase],
    ) -> Clause:
        """ "(ordered) in both 2024 and 2025": once in each at least."""
        at = main.end if not parts else parts[-1].end
        dated = [self._dates.timed(child, phrase, at) for phrase in times]
        conditions = [
            Exists(path=path, condition=all_of([*(part.condition for part in parts), one.condition])) for one in dated
        ]
        meaning = " and ".join(one.meaning for one in dated)
        both = Clause(all_of(conditions), at, times[1].end, meaning, (Explained(at, times[1].end, meaning),))
        return self._deed(both.condition, main.start, both.end, main, [*parts, both])

    def _scored(
        self, table: Table, child: Table, path: tuple[PathStep, ...], position: int, start: int, *, frames: Frames
    ) -> Clause | None:
        """ "(orders) rated below 3", "rated 5 stars": what the deed measures. No other amount stands behind a verb.
        Raises UnclearError for what is rated again and again: "restaurants rated below 3", once or on average?"""
        score = self._dates.read_score(child, start)
        if score is None:
            raise UnclearError(position, start + 1, f"no one column is what was {self._word(position)}")
        by = self._read_object(child, score.end, frames) if self._word(score.end) == "by" else []
        is_active = self._word(position - 1) in synonyms.RELATIVES | _HAVE | {"never"}
        if not (by or is_active) and table_names.is_rated_often(table, child, self._vocabulary.catalog):
            raise UnclearError(position, score.end, "once, or on average?", ("an average rating ...",))
        said = all_of([score.condition, *(part.condition for part in by)])
        main = Explained(position, score.end, f"at least one of {child.name.name} with {score.meaning}")
        return self._deed(Exists(path=path, condition=said), position, by[-1].end if by else score.end, main, by)

    def _scored_object(self, child: Table, path: tuple[PathStep, ...], position: int, start: int) -> Clause | None:
        """ "(customers who) rated an order below 3": the mark that they gave it, and nothing that the order has."""
        bare = self._read_noun(self._past_articles(start), None) if table_names.is_of(child, synonyms.RATINGS) else None
        if bare is None or bare.table.name == child.name or read_comparator(self._tokens, bare.end) is None:
            return None
        score = self._dates.read_score(child, bare.end)
        if score is None:
            return None
        objects = self._vocabulary.path(child, bare.table, position, bare.end)
        said = all_of([Exists(path=objects, condition=bare.condition), score.condition])
        main = Explained(
            position, score.end, f"at least one of {child.name.name} of {bare.meaning} with {score.meaning}"
        )
        return self._deed(Exists(path=path, condition=said), position, score.end, main, [])

    def _path_of_deed(self, table: Table, child: Table, position: int) -> tuple[PathStep, ...]:
        """By the foreign key that is named for who did it: "bought" is what a buyer_id says."""
        step = self._named_step(table, child, position)
        return (step,) if step else self._vocabulary.path(table, child, position, position + 1)

    def _named_step(self, table: Table, child: Table, position: int) -> PathStep | None:
        verbs = {stem(self._word(position))} | ({"buy"} if self._word(position) in synonyms.BUYING_VERBS else set())
        keys = [
            key
            for key in self._vocabulary.catalog.references_of(child.name)
            if key.parent == table.name and role_stems(key) & verbs
        ]
        if len(keys) != 1:
            return None
        return PathStep(table=str(child.name), columns=keys[0].columns, direction=Direction.TO_CHILDREN)

    def _past_own_object(self, child: Table, position: int) -> int:
        """Past "a class" in "booked a class", where the deed is a class booking."""
        words = [singular(word) for word in name_words(child.name.name)[:-1]]
        at = self._past_articles(position)
        said = [singular(self._word(at + index)) for index in range(len(words))]
        return at + len(words) if words and said == words else position

    def _is_of_the_outer_noun(self, child: Table, position: int, frames: Frames) -> bool:
        """In "loans for customers granted by Ada" it is the loans that were granted, and no deed of the customers."""
        relative = self._word(position - 1) in synonyms.RELATIVES | _HAVE | {"never", "not"}
        return not relative and any(frame.table.name == child.name for frame in frames)

    def _deed(self, condition: Condition, start: int, end: int, main: Explained, parts: list[Clause]) -> Clause:
        explained = [main]
        if self._word(end) == "by" and self._word(end + 1) in {"anyone", "anybody"}:
            explained.append(Explained(end, end + 2, "whoever did it"))
            end += 2
        if self._word(end) == "yet":
            explained.append(Explained(end, end + 1, "until now"))
            end += 1
        explained.extend(entry for part in parts for entry in part.explained)
        meaning = " and ".join([main.meaning, *(part.meaning for part in parts)])
        return Clause(condition, start, end, meaning, tuple(explained), Continuation.RELATIVE, verb=start)

    def _time_of_deed(self, child: Table, position: int) -> Clause | None:
        phrase = self._dates.read_phrase(position)
        if phrase is None:
            return None
        return self._dates.timed(child, phrase, position)

    def _counted_object(
        self, child: Table, path: tuple[PathStep, ...], quantity: Quantity, position: int, frames: Frames
    ) -> Clause | None:
        """ "rented more than 10 films": each deed has one object, so it is the deeds that are counted; where one can
        have several ("bought 3 products"), the different objects are."""
        noun = self._read_noun(quantity.end, None)
        if noun is None:
            return None
        if not self._dates.begins_with_time(noun.end):
            noun = self._read_noun(quantity.end, frames) or noun
        objects = () if noun.table.name == child.name else self._vocabulary.path(child, noun.table, position, noun.end)
        parts: list[Clause] = []
        if all(step.direction is Direction.TO_PARENT for step in objects):
            dated = self._time_of_deed(child, noun.end)
            parts += [dated] if dated else []
            if noun.condition is not None:
                of_object = along(objects, noun.condition)
                parts.append(Clause(of_object, noun.start, noun.end, f"of {noun.meaning}", noun.explained))
            said = all_of(part.condition for part in parts) if parts else None
            whole = counted(path, said, quantity, position)
            end = dated.end if dated else noun.end
        else:
            if self._dates.begins_with_time(noun.end):
                raise UnclearError(position, noun.end, "is the time that of the deed, or of its object?")
            self._vocabulary.counted_path(child, noun.table, position, noun.noun_end, described=True)
            whole = counted((*path, *objects), noun.condition, quantity, position)
            end = noun.end
        main = Explained(position, noun.noun_end, f"{quantity.meaning} {noun.table.name.name} by {child.name.name}")
        if not parts and noun.explained:
            parts = [Clause(whole, noun.start, noun.end, noun.meaning, noun.explained)]
        return self._deed(whole, position, end, main, parts)

    def _read_times(self, position: int) -> tuple[Quantity | None, int]:
        """ "at least 3 times", "more than once", "anything": how often, and where the phrase ends."""
        if self._word(position) in {"anything", "something"}:
            return None, position + 1
        comparator = read_comparator(self._tokens, position)
        at = comparator[1] if comparator else position
        if self._word(at) in _TIMES:
            operator = comparator[0] if comparator else EQUAL
            quantity = Quantity(operator, Decimal(_TIMES[self._word(at)]), at + 1)
            if comparator is None and (self._words(at + 1, "or", "more") or self._words(at + 1, "or", "thrice")):
                quantity = Quantity(GREATER_OR_EQUAL, quantity.low, at + 3)
            return quantity, quantity.end
        number = read_quantity(self._tokens, position)
        if number is not None and self._word(number.end) in {"times", "time"}:
            return number, number.end + 1
        return None, position

    def _read_object(self, child: Table, position: int, frames: Frames) -> list[Clause]:
        """What was bought or rented, as a condition on the row of the deed; nothing if no object follows."""
        at = self._past_articles(position + 1 if self._word(position) in OBJECT_PREPOSITIONS else position)
        if self._dates.begins_with_time(position):
            return []
        bare = self._read_noun(at, None)
        if bare is None:
            named = self._columns.labelled(child, at) or self._named_rows.read_list(child, at, below=True)
            return [replace(opened(named, position), continuation=Continuation.NONE)] if named else []
        if bare.table.name == child.name:
            return []
        path = self._vocabulary.path(child, bare.table, at, bare.noun_end)
        noun = bare
        if not self._dates.begins_with_time(bare.end):
            noun = self._read_noun(at, frames) or bare
        if any(self._dates.begins_with_time(within) for within in range(noun.noun_end, noun.end)):
            raise UnclearError(position, noun.end, "is the time that of the deed, or of its object?")
        name = (
            self._columns.name_behind(noun.table, noun.noun_end) if at == position and noun.stands_alone(at) else None
        )
        if name is not None:
            return [self._clause(Exists(path=path, condition=name.condition), position, name.end, name.meaning)]
        main = Explained(position, noun.noun_end, f"of {noun.table.name.name}")
        condition = Exists(path=path, condition=noun.condition)
        return [Clause(condition, position, noun.end, f"of {noun.meaning}", (main, *noun.explained))]

    def table_of_verb(self, table: Table, position: int) -> Table | None:
        """The child that holds the traces of the verb; where none does, the one table further below."""
        word = self._word(position)
        bare = word in synonyms.BARE_BUYING_VERBS and self._word(position - 1) in {"not", "never", "who", "that"}
        active = word in _PASTS and self._word(position - 1) in synonyms.RELATIVES | {"never", "ever"}
        bare = bare or (self._word(position - 1) in {"not", "never"} and self._word(position - 2) in _DO)
        if not (is_participle(word) or bare or active):
            return None
        if stem(word) == _RAISE and not table_names.is_of(table, synonyms.JOINERS):
            return None  # persons raise tickets, campaigns raise money
        children = list(self._vocabulary.keys.children(table))
        for tables in (children, self._vocabulary.catalog.tables):
            named = [other for other in tables if _is_trace(other, word) and self._leads_down(table, other, position)]
            if not named and tables is children:
                named = [other for other in children if self._is_dated_by(other, word)]
            if not named and tables is children and stem(word) in _USING:
                named = self._only_use(table, children)
            if len(named) > 1:
                names = (str(other.name) for other in named)
                raise UnclearError(position, position + 1, "several tables fit", names)
            if named:
                return named[0]
        return None

    def _only_use(self, table: Table, children: list[Table]) -> list[Table]:
        """ "coupons used more than 10 times", where only orders lead to them: what a thing is for is what it is in."""
        events = [child for child in children if not table_names.is_of(child, synonyms.LASTING | synonyms.LINE_WORDS)]
        is_thing = not table_names.is_of(table, synonyms.JOINERS)
        return events if is_thing and len(events) == len(children) == 1 else []

    def _is_dated_by(self, child: Table, word: str) -> bool:
        """ "vouchers never redeemed", where redeemed_at says when a row of the child came to be. A created_at says
        nothing about who created what."""
        dates = table_dates.creation_columns(child) if stem(word) not in synonyms.ROW_STEMS else []
        return len(dates) == 1 and table_dates.date_stem(child, dates[0]) == stem(word)

    def _leads_down(self, table: Table, other: Table, position: int) -> bool:
        if table.name == other.name or self._vocabulary.keys.is_below(table, other):
            return False
        if self._named_step(table, other, position) is not None:
            return True
        try:
            path = self._vocabulary.keys.path(table, other)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {table.name.name} to {other.name.name}"
            raise UnclearError(position, position + 1, reason, error.paths) from None
        return path is not None


def _is_trace(table: Table, word: str) -> bool:
    last = singular(name_words(table.name.name)[-1])
    if stem(word) in synonyms.VERBS_OF_DEEDS.get(last, frozenset()):
        return True
    return stem(last) == stem(word) or (word in synonyms.BUYING_VERBS and last in {"order", "purchase", "sale"})
