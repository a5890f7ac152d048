"""How many a noun has: "3+ orders", "2 or 3 orders", "3+ F grades", "more than 10 units in stock"."""

from dataclasses import replace

from datavalut.catalog.model import Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AggregateFunction,
    ColumnValue,
    Condition,
    Direction,
    Exists,
    OneOf,
    PathStep,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import compared, number_value
from datavalut.planning.offline.inflection import stem
from datavalut.planning.offline.marks import MarkReader
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    NounRead,
    PlaceRead,
    Progress,
    UnclearError,
    all_of,
    along,
    negated,
    opened,
)
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    Quantity,
    read_alternatives,
    read_postfix,
    read_quantity,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary


class CountReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        read_noun: NounRead,
        read_place: PlaceRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._read_noun = read_noun
        self._read_place = read_place
        self._marks = MarkReader(tokens, vocabulary, progress)

    def counted(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "3+ orders", "at least 3 cancelled orders", "more than 10 units in stock"."""
        if self._words(position, "a", "total", "of"):
            several = self.counted(table, position + 3, frames)
            return opened(several, position) if several else None
        alternatives = self._counted_alternatives(table, position, frames)
        if alternatives is not None:
            return alternatives
        quantity = read_quantity(self._tokens, position)
        if quantity is None:
            return None
        self._progress.reach(quantity.end)
        noun = self._read_noun(quantity.end, (*frames, Frame(table, Continuation.WITH)))
        own = self._vocabulary.own_columns_at(table, quantity.end)
        if noun is not None and own is not None and self._vocabulary.is_named_loosely(noun.noun_end - 1, noun.noun_end):
            noun = None
        if noun is not None and own is not None and own[1] >= noun.noun_end:
            raise UnclearError(
                quantity.end,
                own[1],
                "a table and a column fit",
                (str(noun.table.name), *(f"{table.name.name}.{column.name}" for column in own[0])),
            )
        if noun is not None:
            described = noun.condition is not None
            path = self._vocabulary.counted_path(table, noun.table, quantity.end, noun.noun_end, described=described)
            self.check_deed_between(noun, path)
            if noun.end == noun.noun_end:
                quantity = read_postfix(self._tokens, quantity, noun.end)  # "3 orders or more"
            condition = counted(path, noun.condition, quantity, position)
            name = self._vocabulary.table_of(path[-1]).name.name  # "3 items" of an order are its order_lines
            meaning = f"{quantity.meaning} {noun.meaning if described else name}"
            main = Explained(position, noun.noun_end, f"{quantity.meaning} {name}")
            end = max(noun.end, quantity.end)
            main = replace(main, end=max(main.end, quantity.end))
            return Clause(condition, position, end, meaning, (main, *noun.explained), Continuation.WITH)
        return self.marked(table, quantity, position, frames) or self.measured(table, position)

    def marked(self, table: Table, quantity: Quantity | None, position: int, frames: Frames) -> Clause | None:
        """ "3+ F grades", "an A grade", "an A in Linear Algebra": the rows of a child with that value."""
        mark = self._marks.read(table, quantity.end if quantity else self._marks.past_article(position))
        if mark is None or any(frame.table.name == mark.child.name for frame in frames):
            return None  # "enrolments of students with an A" have it themselves
        path = self._vocabulary.path(table, mark.child, position, mark.end)
        frame = Frame(table, Continuation.WITH)
        place = (
            self._read_place(mark.child, mark.end, (*frames, frame)) if self._word(mark.end) in {"in", "for"} else None
        )
        said = all_of((mark.condition, place.condition)) if place else mark.condition
        end, explained = (place.end, place.explained) if place else (mark.end, ())
        if quantity is None:
            meaning = "at least one of"
            condition: Condition = Exists(path=path, condition=said)
        else:
            meaning, condition = quantity.meaning, counted(path, said, quantity, position)
        main = Explained(position, mark.end, f"{meaning} {mark.meaning}")
        meaning = f"{main.meaning} {place.meaning}" if place else main.meaning
        return Clause(condition, position, end, meaning, (main, *explained), Continuation.WITH)

    def measured(self, table: Table, position: int) -> Clause | None:
        """ "more than 10 units in stock", "above 4 stars": an amount before its column."""
        quantity = read_quantity(self._tokens, position)
        own = self._vocabulary.own_columns_at(table, quantity.end) if quantity else None
        if quantity is not None and own is None and self._words(quantity.end, "in", "stock"):
            own = self._vocabulary.own_columns_at(table, quantity.end + 1)
        if quantity is not None and own is None:
            return self._measured_above(table, quantity, position)
        if quantity is None or own is None or len(own[0]) != 1 or own[0][0].category not in NUMBER_CATEGORIES:
            return None
        column = own[0][0]
        quantity = read_postfix(self._tokens, quantity, own[1])  # "4 stars or more"
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        meaning = f"{table.name.name}.{column.name} {quantity.meaning}"
        return self._clause(condition, position, max(own[1], quantity.end), meaning, Continuation.WITH)

    def _measured_above(self, table: Table, quantity: Quantity, position: int) -> Clause | None:
        """ "(vehicles with) more than 5 seats", where the seats are those of the vehicle's model."""
        reference = self._vocabulary.column_at(table, quantity.end)
        if reference is None or not reference.path or reference.column.category not in NUMBER_CATEGORIES:
            return None
        said = compared(ColumnValue(column=reference.column.name), quantity, reference.column.category, position)
        meaning = f"{reference.text} {quantity.meaning}"
        return self._clause(along(reference.path, said), position, reference.end, meaning, Continuation.WITH)

    def _counted_alternatives(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "2 or 3 orders", "1 or 2 stars"."""
        read = read_alternatives(self._tokens, position)
        if read is None:
            return None
        values, end = read
        numbers = tuple(number_value(value, TypeCategory.INTEGER, position, end) for value in values)
        meaning = " or ".join(str(number) for number in numbers)
        own = self._vocabulary.own_columns_at(table, end)
        noun = None if own else self._read_noun(end, (*frames, Frame(table, Continuation.WITH)))
        if noun is not None:
            path = self._vocabulary.path(table, noun.table, end, noun.noun_end)
            count = Aggregate(function=AggregateFunction.COUNT, path=path, condition=noun.condition)
            main = Explained(position, noun.noun_end, f"{meaning} {noun.table.name.name}")
            condition: Condition = OneOf(operand=count, values=numbers)
            explained = (main, *noun.explained)
            return Clause(condition, position, noun.end, f"{meaning} {noun.meaning}", explained, Continuation.WITH)
        if own is None or len(own[0]) != 1 or own[0][0].category not in NUMBER_CATEGORIES:
            return None
        column = own[0][0]
        condition = OneOf(operand=ColumnValue(column=column.name), values=numbers)
        return self._clause(condition, position, own[1], f"{table.name.name}.{column.name} is {meaning}")

    def check_deed_between(self, noun: NounPhrase, path: tuple[PathStep, ...]) -> None:
        """Raises UnclearError for "courses with students enrolled in 2025", where a table of enrollments joins the two,
        and the students' own date of enrolment is read."""
        at = noun.noun_end
        while self._word(at) in synonyms.RELATIVES | {"have", "has", "had", "were", "are"}:
            at += 1
        joining = [self._vocabulary.table_of(step) for step in path[:-1]]
        for between in joining if noun.end > at and self._word(at) else []:
            if stem(name_words(between.name.name)[-1]) == stem(self._word(at)):
                names = (noun.table.name.name, between.name.name)
                raise UnclearError(at, at + 1, f"said of {names[0]}, or of {names[1]}?", names)


def counted(path: tuple[PathStep, ...], condition: Condition | None, quantity: Quantity, position: int) -> Condition:
    """The rows at the end of `path` compared with `quantity`; whether there is any is a question of its own."""
    any_row = Exists(path=path, condition=condition)
    leads_up = all(step.direction is Direction.TO_PARENT for step in path)
    if leads_up and (max(quantity.low, quantity.high or 0) > 1 or (quantity.operator is EQUAL and quantity.low == 1)):
        raise UnclearError(position, quantity.end, "there is never more than one")
    low = number_value(quantity.low, TypeCategory.INTEGER, position, quantity.end)
    match quantity.operator, low, quantity.high:
        case (q, 1, None) if q is GREATER_OR_EQUAL:
            return any_row
        case (q, 0, None) if q is GREATER:
            return any_row
        case (q, 0, None) if q in {EQUAL, LESS_OR_EQUAL}:
            return negated(any_row)
        case (q, 1, None) if q is LESS:
            return negated(any_row)
    aggregate = Aggregate(function=AggregateFunction.COUNT, path=path, condition=condition)
    return compared(aggregate, quantity, TypeCategory.INTEGER, position)
