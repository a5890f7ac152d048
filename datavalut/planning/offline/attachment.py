"""Whose a time or a participle is, where it could be said of several things: what the rules leave open is refused.

A thing that lasts (a customer, an account, a subscription) has a date of its creation, but has been in its state and
had what it has at other times: "frozen accounts in 2024" were opened or frozen then, "customers with 2 accounts in
2024" may have opened them before. What happens at one moment (an order, a visit) is no question: "cancelled orders in
2024".
"""

from collections.abc import Iterator

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Aggregate,
    AllOf,
    AnyOf,
    Between,
    ColumnValue,
    Comparison,
    ComparisonOperator,
    Condition,
    Direction,
    Exists,
    Expression,
    InTime,
    IsNull,
    LiteralValue,
    Not,
    OneOf,
    PathStep,
)
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.lengths import read_length
from datavalut.planning.offline.phrases import Clause, Continuation, Frames, Progress, UnclearError
from datavalut.planning.offline.quantities import read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_SALES = frozenset({"sale", "purchase"})
_EVENTS = frozenset({"checkin", "start", "begin", "depart"})
_STAYS = frozenset({"stay", "visit"})
_RANKS = synonyms.words("loyalty plan tier level role rank grade contract")
_ANTECEDENT = frozenset({"that", "which", "who"})
_OF_SEVERAL = frozenset({"are", "were", "have", "do"})
_OF_ONE = frozenset({"is", "was", "has", "does"})
_COLLECTIVE = frozenset({"staff", "personnel", "crew", "team", "faculty", "group", "family", "company"})
_HAPPENED = frozenset({"played", "held", "performed", "contested"})
_STATES = synonyms.STATUS_COLUMNS | {"condition"}


class AttachmentChecks(Reader):
    """Each check raises UnclearError."""

    def __init__(
        self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress, *, dates: DateReader
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._dates = dates

    def is_time(self, position: int) -> bool:
        at = position + 1 if self._word(position) in {"not", "never"} else position
        return self._dates.begins_with_time(at)

    def check_state(self, table: Table, condition: Condition | None, start: int, end: int) -> None:
        """ "Frozen accounts in 2024", where the words from `start` until `end` mean `condition`: the time of the state,
        or of the account? What is "from 2024" came to be then, unless there is a date of the state ("closed")."""
        if condition is None or not self._is_time_or_length(end) or self._is_age(end):
            return
        state = self._state(table, condition, start, end)
        if state is None:
            return
        column, dated = state
        if column in table_dates.creation_columns(table):
            return  # "upcoming appointments in the next 7 days": both are of one date
        lasts = table_names.is_of(table, synonyms.LASTING)
        dated = dated or bool(self._begin(table))  # "no-show bookings in 2024": booked then, or due then?
        if self._word(end) == "from" and not (lasts and dated):
            return
        if dated or lasts:
            names = (f"{table.name.name} created ...", f"{column.name} ...")
            raise UnclearError(
                start, self._time_end(end), f"the time of {table.name.name}, or of {column.name}?", names
            )

    def check_stays(self, table: Table, noun: int, end: int) -> None:
        """ "Stays in December", where the rows are bookings that were made on other days."""
        begins = self._begin(table) if singular(self._word(noun)) in _STAYS else []
        if begins and self.is_time(end) and not self._vocabulary.is_called(table, noun, end):
            dates = [*table_dates.creation_columns(table), *begins]
            names = (f"{table.name.name}.{date.name}" for date in dates)
            raise UnclearError(noun, self._time_end(end), "several dates fit", names)

    def _begin(self, table: Table) -> list[Column]:
        """The dates on which what was booked begins."""
        creation = table_dates.creation_columns(table)
        return [
            date
            for date in table_dates.date_columns(table)
            if table_dates.date_stem(table, date) in _EVENTS and date not in creation
        ]

    def _is_time_or_length(self, position: int) -> bool:
        """ "In 2024", "for more than 2 years"."""
        length = read_length(self._tokens, position + 1) if self._word(position) == "for" else None
        return length is not None or self.is_time(position)

    def _time_end(self, position: int) -> int:
        phrase = self._dates.read_phrase(position)
        return phrase.end if phrase else position + 1

    def _is_age(self, position: int) -> bool:
        """ "Older than 30 days", "over 30 days old" are said of the thing."""
        phrase = self._dates.read_phrase(position)
        return phrase is not None and "old" in {self._word(position)[:3], self._word(phrase.end - 1)}

    def _state(self, table: Table, condition: Condition, start: int, end: int) -> tuple[Column, bool] | None:
        """The column of a state among what is said, and whether a date says when that came to be."""
        said = {stem(self._word(at)) for at in range(start, end)} - table_names.own_stems(table)
        dates = table_dates.date_columns(table)
        elsewhere = any(
            stem(name_words(child.name.name)[-1]) in said and table_dates.date_columns(child)
            for child in self._vocabulary.keys.children(table)
        )
        for name in _own_columns(condition):
            column = table.column(name)
            if column in dates:
                return column, not isinstance(condition, IsNull)
            word = name_words(name)[-1]
            changes = word in _STATES or (word in _RANKS and self._word(end) == "since")
            if column.category is TypeCategory.BOOLEAN or changes:
                dated = [date for date in dates if said & table_dates.date_stems(table, date)]
                return (dated[0] if dated else column), bool(dated) or elsewhere
        return None

    def check_persons(self, table: Table, position: int, frames: Frames) -> None:
        """ "Courses with more than 10 students in 2024", "with users since 2024": who came then, or were there?"""
        within = frames and frames[-1].continuation is Continuation.WITH
        if within and self._word(position) != "from" and table_names.is_of(table, synonyms.PERSONS):
            name = table.name.name
            candidates = (f"{name} created ...", f"{name} from ...")
            raise UnclearError(position, self._time_end(position), f"{name} new then, or there then?", candidates)

    def check_sales(self, table: Table, position: int, frames: Frames) -> None:
        """ "(agents) with sales over 1 million": in one of them, or in all?"""
        within = frames and frames[-1].continuation is Continuation.WITH
        if within and table_names.is_of(table, _SALES) and read_comparator(self._tokens, position) is not None:
            name = table.name.name
            raise UnclearError(position - 1, position + 1, f"one of {name}, or all of them?", (f"total {name}",))

    def check_amount(self, table: Table, before: Clause, position: int) -> None:
        """ "Teachers earning over 50000 in 2024": who came then, or who earned so much then?"""
        lasting = table_names.is_of(table, synonyms.LASTING) and self._word(position) != "from"
        holding = table_names.is_of(table, synonyms.HOLDING)
        names = [
            name
            for name in _own_columns(before.condition)
            if name_words(name)[-1] in synonyms.STOCK_COLUMNS
            or (holding and table.column(name).category in NUMBER_CATEGORIES)
        ]
        if lasting and names and not self._is_age(position):
            candidates = (f"{table.name.name} created ...", f"{names[0]} ...")
            end = self._time_end(position)
            raise UnclearError(before.start, end, f"the time of {table.name.name} or {names[0]}?", candidates)

    def check_time(self, table: Table, items: list[tuple[str, Clause]], joiner: str, clause: Clause) -> None:
        """Raises UnclearError for a time alone that may be said of something else than the noun.

        "orders returned last month", where no column says when they were returned; "with orders in 2023 but not in
        2024", where the second time may be that of the orders too.
        """
        if not items or not self._is_time_or_length(clause.start):
            return
        before = items[-1][1]
        of_the_noun = before.continuation is Continuation.WITH and self._word(clause.start) == "from"
        if before.is_state and not joiner and not of_the_noun and not _happens_on_its_date(table, before.condition):
            raise UnclearError(before.start, clause.end, "no date says when this came to be so")
        if not joiner and not of_the_noun and _leads_down(before.condition):
            raise UnclearError(clause.start, clause.end, "the time of what?", (clause.meaning, f"... {before.meaning}"))
        if not joiner:
            self.check_amount(table, before, clause.start)
        if joiner and before.verb is None and _is_about_related_rows(before.condition):
            raise UnclearError(clause.start, clause.end, "the time of what?", (clause.meaning, f"... {before.meaning}"))

    def check_whose_amount(self, items: list[tuple[str, Clause]], joiner: str, clause: Clause) -> None:
        """ "Bookings with a review below 3", where the amount may be the review's."""
        if not items or joiner or read_quantity(self._tokens, clause.start) is None:
            return
        before = items[-1][1]
        if _leads_down(before.condition):
            names = (clause.meaning, f"... {before.meaning}")
            raise UnclearError(clause.start, clause.end, "the amount of what?", names)

    def check_several_times(self, clause: Clause, *, inner: bool) -> None:
        """Raises UnclearError for "who ordered in 2024 and 2025": in both, or in either? "orders from 2024 and 2025"
        can only be of either."""
        words = [self._word(index) for index in range(clause.start, clause.end)]
        several = "and" in words and not {"between", "after", "since", "from"} & set(words)
        deed = clause.verb is not None and any(
            self.is_time(index) and "and" in words[index - clause.start :] for index in range(clause.start, clause.end)
        )
        if several and (deed or (inner and self.is_time(clause.start))):
            raise UnclearError(clause.start, clause.end, "in both, or in either of them?", ("... or ...",))

    def check_whose_time(self, table: Table, position: int, frames: Frames) -> None:
        """Raises UnclearError for "orders of customers from last year", where either could be of the time. What is had
        is another matter: "customers with orders from last year"."""
        if not frames or frames[-1].continuation is Continuation.WITH:
            return
        outer = frames[-1].table
        if table_dates.date_columns(outer) and table_dates.date_columns(table):
            names = (outer.name.name, table.name.name)
            phrase = self._dates.read_phrase(position)
            end = phrase.end if phrase else position + 1
            raise UnclearError(position, end, f"the time of {names[0]} or of {names[1]}?", names)

    def check_whose_participle(self, table: Table, position: int, frames: Frames) -> None:
        """Raises UnclearError for "tasks assigned to admins created in 2025", where either can have been created."""
        if not frames or frames[-1].continuation is Continuation.WITH:
            return
        outer = frames[-1].table
        clauses = [self._dates.read_participle(one, position) for one in (table, outer)]
        if all(clause is not None and self.is_time(position + 1) for clause in clauses):
            names = (outer.name.name, table.name.name)
            raise UnclearError(position, position + 1, f"said of {names[0]} or of {names[1]}?", names)

    def check_way_back(self, table: Table, clause: Clause, frames: Frames) -> None:
        """Raises UnclearError for "listings of sellers with more than 100 orders", where only other listings lead from
        the sellers to orders: whose orders are they?"""
        for frame in frames:
            if _passes(clause.condition, str(frame.table.name)):
                names = (frame.table.name.name, table.name.name)
                raise UnclearError(clause.start, clause.end, f"said of {names[0]} or of {names[1]}?", names)

    def is_of_one(self, table: Table, noun_end: int, position: int) -> bool:
        """In "restaurants with a promotion that is active" the promotion is: several restaurants are."""
        noun = self._word(noun_end - 1)
        is_relative = self._word(position) in _ANTECEDENT and self._word(position + 1) in _OF_ONE
        return is_relative and singular(noun) != noun and self._vocabulary.is_noun_of(table, noun_end - 1, noun_end)

    def is_of_several(self, table: Table, noun_end: int, position: int) -> bool:
        """Does the verb of "(orders with a coupon) that were shipped" say that it is no quality of the one, whose noun
        ends at `noun_end`?"""
        if self._word(position) not in _ANTECEDENT or self._word(position + 1) not in _OF_SEVERAL:
            return False
        noun = self._word(noun_end - 1)
        if singular(noun) != noun or noun in _COLLECTIVE:
            return False
        return any(
            self._vocabulary.is_noun_of(table, start, noun_end) for start in range(noun_end - 1, noun_end - 4, -1)
        )


def _happens_on_its_date(table: Table, condition: Condition) -> bool:
    """ "(matches) played last month": the time at which a thing that keeps no other is what it is for."""
    match condition:
        case Comparison(operator=ComparisonOperator.EQUAL, left=ColumnValue(), right=LiteralValue(value=str(state))):
            return state.lower() in _HAPPENED and len(table_dates.date_columns(table)) == 1
    return False


def leads_to(condition: Condition, table: str) -> bool:
    """Is it said of a row of `table`, which foreign keys lead to?"""
    match condition:
        case AllOf() | AnyOf():
            return any(leads_to(part, table) for part in condition.conditions)
        case Not():
            return leads_to(condition.condition, table)
        case Exists():
            return any(step.table == table for step in condition.path)
    return False


def _passes(condition: Condition, table: str) -> bool:
    """Does a way to what is said pass rows of `table`, to end at others?"""
    match condition:
        case AllOf() | AnyOf():
            return any(_passes(part, table) for part in condition.conditions)
        case Not():
            return _passes(condition.condition, table)
        case Exists():
            return any(step.table == table for step in condition.path[:-1])
        case Comparison():
            return _is_over(condition.left, table) or _is_over(condition.right, table)
        case Between() | OneOf() | IsNull() | InTime():
            return _is_over(condition.operand, table)
    return False


def _is_over(expression: Expression, table: str) -> bool:
    return isinstance(expression, Aggregate) and any(step.table == table for step in expression.path[:-1])


def _leads_down(condition: Condition) -> bool:
    """Is it about rows that reference this one, by themselves or with others?"""
    match condition:
        case Not():
            return _leads_down(condition.condition)
        case Exists():
            return condition.path[0].direction is Direction.TO_CHILDREN
        case Comparison():
            left = condition.left
            return isinstance(left, Aggregate) and left.path[0].direction is Direction.TO_CHILDREN
    return False


def _is_about_related_rows(condition: Condition) -> bool:
    match condition:
        case AllOf() | AnyOf():
            return any(_is_about_related_rows(part) for part in condition.conditions)
        case Not():
            return _is_about_related_rows(condition.condition)
        case Comparison():
            return isinstance(condition.left, Aggregate)
        case Between() | OneOf():
            return isinstance(condition.operand, Aggregate)
    return isinstance(condition, Exists)


def _own_columns(condition: Condition) -> Iterator[str]:
    """The row's own columns that a condition is about."""
    match condition:
        case AllOf() | AnyOf():
            for part in condition.conditions:
                yield from _own_columns(part)
        case Not():
            yield from _own_columns(condition.condition)
        case Comparison():
            if isinstance(condition.left, ColumnValue):
                yield condition.left.column
        case Between() | OneOf() | IsNull() | InTime():
            if isinstance(condition.operand, ColumnValue):
                yield condition.operand.column


def leaves_the_way(before: Condition, resumed: Condition) -> bool:
    """In "(who took courses in Physics) but not in History" no one is said to be in History himself."""
    first, second = _way(before), _way(resumed)
    return first is not None and second is not None and first != second


def _way(condition: Condition) -> PathStep | None:
    """The first step to what is said."""
    condition = condition.condition if isinstance(condition, Not) else condition
    return condition.path[0] if isinstance(condition, Exists) else None
