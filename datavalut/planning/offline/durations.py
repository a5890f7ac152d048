"""Lengths between two dates of a row, and what was done in time: "stays longer than 3 nights", "paid within 30 days of
issue", "shipped more than 5 days after the order date", "delivered late".

A length is compared by moving one date: `returned > loaned + 30 days` leaves months and years their own lengths. Which
two dates are meant is said, or is left by the row: what is done (paid, returned) within a time is so after the one date
on which the row came to be; a row with several such dates is refused.
"""

from dataclasses import replace
from decimal import Decimal

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Arithmetic,
    ArithmeticOperator,
    ColumnValue,
    Condition,
    Expression,
    InTime,
    IsNull,
    NextPeriod,
    OlderThan,
)
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import compared
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, singular, stem, stems
from datavalut.planning.offline.lengths import CLOCK_UNITS, Length, read_length
from datavalut.planning.offline.moments import moment_compared, moments_compared, moved
from datavalut.planning.offline.phrases import Clause, Progress, UnclearError, all_of
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    Quantity,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

# By the stems of their names: the dates that were set beforehand, those that begin a row and those that end it.
_PLANNED_STEMS = stems("due promised expected estimated required scheduled planned target deadline committed proposed")
_START_STEMS = stems("start begin from admitted activated") | {"checkin", "validfrom", "effectivefrom"}
_END_STEMS = stems(
    "end finished completed returned closed terminated discharged to until through cancelled resolved"
) | synonyms.words("checkout validto")
_REPORTED = frozenset({"report"})
_BETWEEN_STEMS = synonyms.ORDER_STEMS | synonyms.words("creat ship pickup approv publish")
_STAYS = synonyms.words("stay booking reservation visit")
# Named for each other, whatever else happens to the row.
_PAIRS = (("checkin", "checkout"), ("start", "end"), ("validfrom", "validto"), ("from", "to"), ("from", "until"))
_RIDES = synonyms.words("rental trip ride transfer hire shipment delivery load")
_LASTING = synonyms.words("lasting lasted lasts last took take takes taking spanning ran")
_PUNCTUAL = {  # how what was done compares with what was due
    ("late",): GREATER,
    ("too", "late"): GREATER,
    ("on", "time"): LESS_OR_EQUAL,
    ("in", "time"): LESS_OR_EQUAL,
    ("on", "schedule"): LESS_OR_EQUAL,
    ("punctually",): LESS_OR_EQUAL,
    ("early",): LESS,
    ("ahead", "of", "time"): LESS,
    ("ahead", "of", "schedule"): LESS,
}
_BEFORE_AN_ANCHOR = synonyms.words("the their its his her being it they was were having been having a an of")


class DurationReader(Reader):
    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, dates: DateReader
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._dates = dates

    def read(self, table: Table, position: int) -> Clause | None:
        """Behind the noun, or behind "who" and "that"."""
        return self._lasting(table, position) or self._overdue_for(table, position) or self._done(table, position)

    def length(self, table: Table) -> tuple[Expression, str] | None:
        """How long a row of the table lasts or lasted, as a value, and in words; None if it has no such dates."""
        span = self._span(table, actual=False)
        if span is None:
            return None
        start, end = (ColumnValue(column=column.name) for column in span)
        name = f"length from {table.name.name}.{span[0].name} to {span[1].name}"
        return Arithmetic(operator=ArithmeticOperator.SUBTRACT, left=end, right=start), name

    # Between two dates

    def _lasting(self, table: Table, position: int) -> Clause | None:
        """ "(loans) longer than 30 days", "(stays) of 3+ nights", "(that) took more than 5 days to ship"."""
        word = self._word(position)
        lasts = word in _LASTING
        longer = word in {"longer", "shorter"} and self._word(position + 1) == "than"
        at = position + 1 if lasts or word in {"of", "for"} else position
        at += lasts and self._word(at) == "for"
        length = read_length(self._tokens, at)
        if length is None or (length.bare and not lasts and word != "of"):
            return None
        nights = singular(self._word(length.end - 1)) == "night"
        if not (longer or lasts or word == "of" or nights):
            return None  # "loans over 30 days" may be as old, "active for 30 days" is so until now
        if (counted := self._counted(table, length, position)) is not None:
            return counted
        if lasts and self._word(length.end) == "to":
            return self._taken(table, position, length)
        if self._word(length.end) in {"ago", "old", "after", "before", "late", "overdue", "of"}:
            return None
        span = self._span(table, actual=lasts)
        if span is None:
            return None
        clause = self._compared(table, span, length, position, length.end)
        of_its_own = bool({*span} & {*table_dates.creation_columns(table)})  # else a time could be of the booking
        return replace(clause, is_state=not of_its_own) if clause else None

    def _counted(self, table: Table, length: Length, position: int) -> Clause | None:
        """ "(leave requests) longer than 10 days", where a column of the row holds the days."""
        own = self._vocabulary.own_columns_at(table, length.end - 1)
        columns = [column for column in own[0] if column.category in NUMBER_CATEGORIES] if own else []
        if own is None or len(columns) != 1:
            return None
        high = Decimal(length.high) if length.high is not None else None
        quantity = Quantity(length.operator, Decimal(length.amount), length.end, high)
        condition = compared(ColumnValue(column=columns[0].name), quantity, columns[0].category, position)
        meaning = f"{table.name.name}.{columns[0].name} {quantity.meaning}"
        return self._clause(condition, position, length.end, meaning)

    def _taken(self, table: Table, position: int, length: Length) -> Clause | None:
        """ "(took more than 5 days) to ship", "to be delivered"."""
        at = length.end + 2 if self._word(length.end + 1) == "be" else length.end + 1
        done = self._date_done(table, stem(self._word(at)), at)
        origin = self._origin(table, done, position, at + 1) if done else None
        return self._compared(table, (origin, done), length, position, at + 1) if origin and done else None

    def _span(self, table: Table, *, actual: bool) -> tuple[Column, Column] | None:
        """The dates between which a row of the table was or is; None if it has none, or several."""
        dates = table_dates.date_columns(table)
        stems = {column.name: table_dates.date_stem(table, column) for column in dates}
        arrivals = [column for column in dates if stems[column.name] == "arriv"]
        departures = [column for column in dates if stems[column.name] == "depart"]
        if len(arrivals) == len(departures) == 1:
            stays = table_names.is_of(table, _STAYS)
            return (arrivals[0], departures[0]) if stays else (departures[0], arrivals[0])
        pickups = [column for column in dates if stems[column.name] == "pickup"]
        dropoffs = [column for column in dates if stems[column.name] == "dropoff"]
        if pickups or dropoffs:  # a rented car is picked up first, a broken one brought
            rides = table_names.is_of(table, _RIDES)
            return (pickups[0], dropoffs[0]) if rides and len(pickups) == len(dropoffs) == 1 else None
        for start_stem, end_stem in _PAIRS:
            pair = [[column for column in dates if stems[column.name] == one] for one in (start_stem, end_stem)]
            if len(pair[0]) == len(pair[1]) == 1 and (actual or not self._may_last(table, pair[1][0])):
                return pair[0][0], pair[1][0]
        planned = [column for column in dates if self._is_planned(column)]
        ends = [column for column in dates if stems[column.name] in _END_STEMS and column not in planned]
        starts = [column for column in dates if stems[column.name] in _START_STEMS]
        starts = starts or [column for column in table_dates.creation_columns(table) if column not in ends]
        if len(starts) != 1 or len(ends) != 1 or (planned and not actual):
            return None
        return (starts[0], ends[0]) if actual or not self._may_last(table, ends[0]) else None

    def _may_last(self, table: Table, end: Column) -> bool:
        """May a row last still, so that its length is until now, or not yet known?"""
        return not end.not_null and table_names.is_of(table, synonyms.LASTING)

    def _compared(
        self, table: Table, span: tuple[Column, Column], length: Length, start: int, end: int
    ) -> Clause | None:
        since, until = span
        if length.unit in CLOCK_UNITS and TypeCategory.DATE in {since.category, until.category}:
            return None
        exact = {since.category, until.category} == {TypeCategory.DATE}
        if length.operator is EQUAL and length.high is None and not exact:
            return None  # no two moments are exactly 3 days apart
        low, is_day = moved(since, length.amount, length.unit, ArithmeticOperator.ADD)
        condition: Condition = moment_compared(until, length.operator, low, is_day=is_day)
        if length.high is not None:
            high, _ = moved(since, length.high, length.unit, ArithmeticOperator.ADD)
            condition = all_of((condition, moment_compared(until, LESS_OR_EQUAL, high, is_day=is_day)))
        meaning = f"{table.name.name}: {length.meaning} from {since.name} to {until.name}"
        return self._clause(condition, start, end, meaning)

    # What was done, and when

    def _done(self, table: Table, position: int) -> Clause | None:
        """A verb of a date, with how that date lies to another."""
        word = self._word(position)
        is_verb = word.endswith(("ed", "ing")) or word in IRREGULAR_PARTICIPLES
        if not is_verb and self._word(position - 1) not in synonyms.RELATIVES:
            return None
        verb, end = stem(word), position + 1
        if self._word(end) in {"up", "out"}:
            verb, end = verb + self._word(end), end + 1
        clause = (
            self._punctual(table, verb, position, end)
            or self._coming(table, verb, position, end)
            or self._within(table, verb, position, end)
            or self._apart(table, verb, position, end)
        )
        if clause is not None and self._word(position - 1) in {"not", "never"}:
            raise UnclearError(position - 1, clause.end, "otherwise, or not at all?", (f"{self._word(position)} ...",))
        return replace(clause, is_state=True) if clause else None  # a time behind it could be that of either date

    def _punctual(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        """ "returned late", "delivered on time", "paid more than 5 days late", "late by 5 days or more"."""
        length = read_length(self._tokens, end)
        at = length.end if length else end
        said = next((words for words in _PUNCTUAL if self._words(at, *words)), None)
        if said is None or (length is not None and said not in {("late",), ("early",)}):
            return None
        operator, at = _PUNCTUAL[said], at + len(said)
        if length is None and self._word(at) == "by" and said in {("late",), ("early",)}:
            length = read_length(self._tokens, at + 1)
            at = length.end if length else at
        done = self._date_done(table, verb, position)
        due = self._due(table, verb, position, at) if done else None
        if done is None or due is None:
            return None
        self._progress.reach(at)
        if length is None:
            condition = moments_compared(done, operator, due)
            meaning = f"{table.name.name}.{done.name} {operator.value} {due.name}"
            return self._clause(condition, position, at, meaning)
        if length.high is not None or (length.bare and length.operator is EQUAL):
            return None
        return self._moved_comparison(table, (done, due), length, position, at, before=operator is LESS)

    def _coming(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        """ "expiring within 30 days", "due in a week": from now."""
        word = self._word(position)
        if verb not in synonyms.FUTURE_STEMS or (word.endswith("ed") or self._word(end) not in {"within", "in"}):
            return None
        length = read_length(self._tokens, end + 1)
        if (
            length is None
            or not length.bare
            or length.amount < 1
            or self._word(length.end) in {"of", "after", "before"}
        ):
            return None
        date = self._dates.date_of_verb(table, verb, position)
        if date is None:
            return None
        window = NextPeriod(amount=length.amount, unit=length.unit)
        condition = InTime(operand=ColumnValue(column=date.name), window=window)
        meaning = f"{table.name.name}.{date.name} within the next {length.amount} {length.unit}s"
        return self._clause(condition, position, length.end, meaning)

    def _within(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        """ "paid within 30 days (of issue)", "resolved in under 2 days", "returned after more than a week"."""
        opening = self._word(end)
        length = read_length(self._tokens, end + 1) if opening in {"within", "in", "after"} else None
        if length is None or length.high is not None or (length.bare != (opening == "within")):
            return None
        if opening == "in" and length.operator not in {LESS, LESS_OR_EQUAL}:
            return None
        if opening == "after" and length.operator not in {GREATER, GREATER_OR_EQUAL}:
            return None
        done = self._date_done(table, verb, position)
        if done is None:
            return None
        at = length.end
        operator = LESS_OR_EQUAL if length.bare else length.operator
        length = Length(operator, length.amount, length.unit, at)
        if self._word(at) not in {"of", "after", "from", "before"}:
            origin = None if verb in synonyms.FUTURE_STEMS else self._origin(table, done, position, at)
            return self._compared(table, (origin, done), length, position, at) if origin else None
        anchor = self._anchor(table, at + 1)
        if anchor is None or anchor[0] == done:
            return None
        column, after = anchor
        if self._word(at) not in {"after", "before"} and self._is_planned(column):
            raise UnclearError(position, after, f"before or after {column.name}?", (f"... after {column.name}",))
        if self._word(at) in {"after", "before"}:
            before = self._word(at) == "before"
            return self._moved_comparison(table, (done, column), length, position, after, before=before)
        return self._near(table, (done, column), length, position, after)

    def _near(self, table: Table, dates: tuple[Column, Column], length: Length, start: int, end: int) -> Clause | None:
        """ "(made) within a week of check-in": before it or after it."""
        done, other = dates
        if length.unit in CLOCK_UNITS and TypeCategory.DATE in {done.category, other.category}:
            return None
        if length.operator is not LESS_OR_EQUAL:
            return None
        earliest, is_day = moved(other, length.amount, length.unit, ArithmeticOperator.SUBTRACT)
        latest, _ = moved(other, length.amount, length.unit, ArithmeticOperator.ADD)
        conditions = (
            moment_compared(done, GREATER_OR_EQUAL, earliest, is_day=is_day),
            moment_compared(done, LESS_OR_EQUAL, latest, is_day=is_day),
        )
        meaning = f"{table.name.name}.{done.name} {length.meaning} from {other.name}"
        return self._clause(all_of(conditions), start, end, meaning)

    def _apart(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        """ "shipped more than 5 days after the order date", "cancelled less than a day before the start"."""
        length = read_length(self._tokens, end)
        if length is None or length.bare or self._word(length.end) not in {"after", "before"}:
            return None
        done = self._date_done(table, verb, position)
        anchor = self._anchor(table, length.end + 1) if done else None
        if done is None or anchor is None or anchor[0] == done or length.high is not None:
            return None
        before = self._word(length.end) == "before"
        return self._moved_comparison(table, (done, anchor[0]), length, position, anchor[1], before=before)

    def _moved_comparison(
        self, table: Table, dates: tuple[Column, Column], length: Length, start: int, end: int, *, before: bool
    ) -> Clause | None:
        """The first date, so much after or before the second."""
        done, other = dates
        of_days = {done.category, other.category} == {TypeCategory.DATE}
        if length.unit in CLOCK_UNITS and TypeCategory.DATE in {done.category, other.category}:
            return None
        if length.operator is EQUAL and not of_days:
            return None
        sign = ArithmeticOperator.SUBTRACT if before else ArithmeticOperator.ADD
        operator = _MIRRORED[length.operator] if before else length.operator
        moment, is_day = moved(other, length.amount, length.unit, sign)
        conditions: list[Condition] = [moment_compared(done, operator, moment, is_day=is_day)]
        if length.operator in {LESS, LESS_OR_EQUAL}:  # and on that side of the other date at all
            conditions.append(moments_compared(done, LESS_OR_EQUAL if before else GREATER_OR_EQUAL, other))
        meaning = f"{table.name.name}.{done.name} {length.meaning} {'before' if before else 'after'} {other.name}"
        return self._clause(all_of(conditions), start, end, meaning)

    def _overdue_for(self, table: Table, position: int) -> Clause | None:
        """ "overdue by more than 30 days", "more than 30 days overdue", "30+ days past due"."""
        if self._word(position) == "overdue" and self._word(position + 1) in {"by", "for", "since"}:
            length = read_length(self._tokens, position + 2)
            end = length.end if length else position
        else:
            length = read_length(self._tokens, position)
            after = length.end if length else position
            end = after + 1 if self._word(after) == "overdue" else after + 2 if self._words(after, "past", "due") else 0
        if length is None or not end or length.operator not in {GREATER, GREATER_OR_EQUAL} or length.amount < 1:
            return None
        dates = table_dates.date_columns(table)
        due = [column for column in dates if table_dates.date_stem(table, column) == "due"]
        done = [
            column
            for column in dates
            if not column.not_null and table_dates.date_stems(table, column) & synonyms.DONE_STEMS
        ]
        if len(due) != 1 or len(done) != 1:
            return None
        window = OlderThan(amount=length.amount, unit=length.unit)
        late = InTime(operand=ColumnValue(column=due[0].name), window=window)
        condition = all_of((late, IsNull(operand=ColumnValue(column=done[0].name))))
        meaning = f"{due[0].name} {length.meaning} ago and {done[0].name} is null"
        return self._clause(condition, position, end, meaning)

    # Dates

    def _is_planned(self, column: Column) -> bool:
        return any(stem(word) in _PLANNED_STEMS for word in name_words(column.name))

    def _date_done(self, table: Table, verb: str, position: int) -> Column | None:
        """The date of the verb; an "actual delivery date", too."""
        found = self._dates.date_of_verb(table, verb, position)
        if found is None or self._is_planned(found):
            named = [
                column
                for column in table_dates.date_columns(table)
                if verb in {stem(word) for word in name_words(column.name)} and not self._is_planned(column)
            ]
            found = named[0] if len(named) == 1 else None
        only_last = found is not None and name_words(found.name)[0] in {"last", "latest"}
        return None if only_last else found  # of the times before nobody knows

    def _due(self, table: Table, verb: str, start: int, end: int) -> Column | None:
        """The date until which it was to be done. Raises UnclearError if there are several."""
        planned = [column for column in table_dates.date_columns(table) if self._is_planned(column)]
        of_the_verb = [column for column in planned if verb in {stem(word) for word in name_words(column.name)}]
        found = of_the_verb or planned
        if len(found) > 1:
            names = (f"{table.name.name}.{column.name}" for column in found)
            raise UnclearError(start, end, "late by which of these?", names)
        return found[0] if found else None

    def _origin(self, table: Table, done: Column, start: int, end: int) -> Column | None:
        """The date after which something was done "within 2 days". Raises UnclearError if there are several."""
        creation = table_dates.creation_columns(table)
        starts = [
            column for column in table_dates.date_columns(table) if table_dates.date_stem(table, column) in _START_STEMS
        ]
        between = [
            column
            for column in table_dates.date_columns(table)
            if table_dates.date_stem(table, column) in synonyms.DONE_STEMS | _BETWEEN_STEMS
            and not self._is_planned(column)
        ]
        found = [column for column in dict.fromkeys([*creation, *starts, *between]) if column != done]
        if not found and done not in creation:
            found = [
                column
                for column in table_dates.date_columns(table)
                if table_dates.date_stem(table, column) in _REPORTED and column != done
            ]
        if done in creation or not found:
            return None
        if len(found) > 1:
            names = (f"{table.name.name}.{column.name}" for column in found)
            raise UnclearError(start, end, "after which date?", names)
        return found[0]

    def _anchor(self, table: Table, position: int) -> tuple[Column, int] | None:
        """ "the due date", "being placed", "issue", "they were created": one of the row's dates."""
        at = position
        while self._word(at) in _BEFORE_AN_ANCHOR:
            at += 1
        own = self._vocabulary.own_columns_at(table, at)
        dates = [column for column in own[0] if column in table_dates.date_columns(table)] if own else []
        if own is not None and len(dates) == 1:
            return dates[0], own[1]
        verb = stem(self._word(at))
        date = self._dates.date_of_verb(table, verb, at) if verb else None
        if date is None:
            return None
        end = at + 1
        while self._word(end) in {"date", "time", "day"}:
            end += 1
        return date, end


_MIRRORED = {
    GREATER: LESS,
    GREATER_OR_EQUAL: LESS_OR_EQUAL,
    LESS: GREATER,
    LESS_OR_EQUAL: GREATER_OR_EQUAL,
    EQUAL: EQUAL,
}
