"""Times said of a noun, and verbs that name one of its columns: "last month", "shipped in 2023", "rated PG-13"."""

from dataclasses import replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import CalendarPeriod, ColumnValue, Comparison, Condition, NextPeriod
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import Predicate, compared, in_time, in_year
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, singular, stem, stems
from datavalut.planning.offline.phrases import Clause, Progress, UnclearError, along
from datavalut.planning.offline.predicates import PredicateReader
from datavalut.planning.offline.quantities import GREATER, LESS, read_postfix, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.shortened import may_stand_for
from datavalut.planning.offline.table_dates import holds_years
from datavalut.planning.offline.times import TimePhrase, TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_PAYMENTS = frozenset({"payment", "donation", "deposit", "contribution"})
_GIVING = "giv"
_OF_PAYING = frozenset({stem("received"), stem("made"), stem("paid")})
_OF_APPLYING = frozenset({stem("applied"), stem("submitted")})
_MADE = frozenset({"enterservic", "inservic"}) | stems(
    "built manufactured constructed commissioned founded established"
)
_STARTS = frozenset({"checkin", "start", "begin", "depart", "schedul"})
_STARTING = frozenset({"starting", "beginning", "ending"})


class DateReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        self._predicates = PredicateReader(tokens, vocabulary, progress)

    def read_phrase(self, position: int) -> TimePhrase | None:
        """A time, or several joined by "or": "in 2023 or 2024"."""
        phrase = self._times.read(position)
        while phrase is not None and self._word(phrase.end) in {"or", "and"}:
            at = phrase.end + 1
            further = self._times.read_date(at) or self._times.read_relative(at)
            if further is None and self._word(at) in {"in", "during"} and self._word(phrase.end) == "or":
                further = self._times.read(at)
            if further is None or self._word(further.end) == "'s":
                break
            meaning = f"{phrase.meaning} or {further.meaning}"
            phrase = TimePhrase((*phrase.windows, *further.windows), further.end, meaning)
        return phrase

    def read_both(self, position: int) -> tuple[TimePhrase, TimePhrase] | None:
        """ "in both 2024 and 2025"."""
        if self._word(position) not in {"in", "during"} or self._word(position + 1) != "both":
            return None
        first = self._times.read_date(position + 2) or self._times.read_relative(position + 2)
        if first is None or self._word(first.end) != "and":
            return None
        second = self._times.read_date(first.end + 1) or self._times.read_relative(first.end + 1)
        return (first, second) if second else None

    def begins_with_time(self, position: int) -> bool:
        return self._times.read(position) is not None

    def read_time(self, table: Table, position: int) -> Clause | None:
        """A time said of the noun alone: that of the one date that suits."""
        if self._word(position) in _STARTING and self._has_date_of(table, stem(self._word(position))):
            return self.read_participle(table, position)  # "starting in 2025", by the date of the start
        phrase = self.read_phrase(position)
        return self.timed(table, phrase, position) if phrase else None

    def _has_date_of(self, table: Table, verb: str) -> bool:
        dates = table_dates.date_columns(table)
        return any(table_dates.date_stem(table, column) == verb for column in dates)

    def read_before_noun(self, position: int) -> TimePhrase | None:
        """ "yesterday's", "last month's", "2025", "March 2026"; with the "'s"."""
        if self._word(position) in {"older", "newer", "more", "less", "over", "from", "in"}:
            return None
        phrase = self._times.read(position) or self._times.read_date(position)
        if phrase is None:
            return None
        return replace(phrase, end=phrase.end + 1) if self._word(phrase.end) == "'s" else phrase

    def timed(self, table: Table, phrase: TimePhrase, position: int) -> Clause:
        """The time, said of the noun alone. Raises UnclearError."""
        years = self._year_column(table, phrase)
        if years is not None:
            return self._clause(years, position, phrase.end, f"{self._only_year(table)} {phrase.meaning}")
        event = self._vocabulary.event_of(table)
        if event is not None:
            path, date = event
            meaning = f"{path[0].table}.{date.name} {phrase.meaning}"
            dated = along(path, in_time(ColumnValue(column=date.name), phrase))
            return self._clause(dated, position, phrase.end, meaning)
        column = self._dated_column(table, position, phrase)
        others = [date for date in table_dates.date_columns(table) if date != column]
        is_creation = table_dates.date_stem(table, column) in synonyms.CREATION_STEMS - {"occur"}
        starts = any(table_dates.date_stem(table, date) in _STARTS for date in others)
        if _is_to_come(phrase) and (is_creation or starts):
            names = (f"{table.name.name}.{date.name}" for date in others)
            raise UnclearError(position, phrase.end, f"{column.name} is no time to come", names)
        meaning = f"{table.name.name}.{column.name} {phrase.meaning}"
        return self._clause(in_time(ColumnValue(column=column.name), phrase), position, phrase.end, meaning)

    def _year_column(self, table: Table, phrase: TimePhrase) -> Condition | None:
        """Whole years of a row that has a year, and no date of its creation: "films from 2005"."""
        columns = [column for column in table.columns if holds_years(column)]
        if len(columns) != 1 or table_dates.creation_columns(table):
            return None
        return in_year(ColumnValue(column=columns[0].name), phrase)

    def _only_year(self, table: Table) -> str:
        return next(f"{table.name.name}.{column.name}" for column in table.columns if holds_years(column))

    def _dated_column(self, table: Table, position: int, phrase: TimePhrase) -> Column:
        """The date that a time said of the noun alone is of. "older than" may be said of a birth."""
        if self._word(position) in {"older", "younger"}:
            births = table_dates.births(table)
            others = [column for column in table_dates.date_columns(table) if column not in births]
            if births and others:
                names = (f"{table.name.name}.{column.name}" for column in births + others)
                raise UnclearError(position, phrase.end, "several dates fit", names)
            if len(births) == 1:
                return births[0]
            made = [date for date in others if table_dates.date_stem(table, date) in _MADE]
            if len(made) == 1 and not table_dates.creation_columns(table):
                return made[0]  # a plane is as old as it has been in service
        return table_dates.own_date(table, position, phrase.end)

    def read_participle(self, table: Table, position: int) -> Clause | None:
        """ "created last month", "shipped in 2023", "rated PG-13", "priced above 50"."""
        word = self._word(position)
        is_finite = self._word(position - 1) in synonyms.RELATIVES
        if not word.endswith(("ed", "ing")) and word not in IRREGULAR_PARTICIPLES and not is_finite:
            return None
        verb, end = stem(word), position + 1
        if self._word(end) in {"up", "in", "out"} and self.date_of_verb(table, verb + self._word(end), position):
            verb, end = verb + self._word(end), end + 1
        phrase = self.read_phrase(end)
        column = self.date_of_verb(table, verb, position) if phrase else None
        if phrase is not None and column is not None:
            return self._clause(
                self._dated_by_verb(column, phrase, position),
                position,
                phrase.end,
                f"{table.name.name}.{column.name} {phrase.meaning}",
            )
        return self._after_another_date(table, verb, position, end) or self._of_a_described_column(
            table, verb, position, end
        )

    def _after_another_date(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        """ "completed after their due date"."""
        if self._word(end) not in {"after", "before"}:
            return None
        column = self.date_of_verb(table, verb, position)
        if column is not None and self._word(end + 1) in {"they", "it"} and self._word(end + 2) in {"were", "was"}:
            return self._than_when(table, column, position, end)
        predicate = self._predicates.read_other_column(table, column, end) if column else None
        if column is None or predicate is None:
            return None
        meaning = f"{table.name.name}.{column.name} {predicate.meaning}"
        clause = self._clause(predicate.condition, position, predicate.end, meaning)
        return replace(clause, is_state=True)  # a time behind it could be that of either date

    def _than_when(self, table: Table, column: Column, position: int, end: int) -> Clause | None:
        """ "(resolved) after they were due": than the date of that."""
        other = self.date_of_verb(table, stem(self._word(end + 3)), end + 3)
        if other is None or other == column or other.category is not column.category:
            return None
        operator = GREATER if self._word(end) == "after" else LESS
        left, right = ColumnValue(column=column.name), ColumnValue(column=other.name)
        meaning = f"{table.name.name}.{column.name} {operator.value} {other.name}"
        clause = self._clause(Comparison(left=left, operator=operator, right=right), position, end + 4, meaning)
        return replace(clause, is_state=True)

    def _dated_by_verb(self, column: Column, phrase: TimePhrase, position: int) -> Condition:
        """A column of the last time says nothing about whether it also happened before."""
        open_ended = phrase.lasts_until_now
        operand = ColumnValue(column=column.name)
        if phrase.of_silence and name_words(column.name)[0] not in {"last", "latest"}:
            raise UnclearError(position, phrase.end, "until now, or since which date?", (column.name,))
        if name_words(column.name)[0] in {"last", "latest"} and not (
            open_ended or self._word(position - 1) == "last"  # said to be the last: "who last logged in before 2026"
        ):
            reason = f"{column.name} holds only the last time"
            raise UnclearError(position, phrase.end, reason, (column.name,))
        if holds_years(column):
            condition = in_year(operand, phrase)
            if condition is None:
                raise UnclearError(position, phrase.end, f"{column.name} holds whole years")
            return condition
        return in_time(operand, phrase)

    def date_of_verb(self, table: Table, verb: str, position: int) -> Column | None:
        """The date on which the verb with that stem was done to a row. Raises UnclearError if several fit."""
        dates = [
            (column, table_dates.date_stem(table, column))
            for column in table.columns
            if column in table_dates.date_columns(table) or holds_years(column)
        ]
        exact = [column for column, date in dates if verb and verb in {date, date.removeprefix("last")}]
        if len(exact) > 1:
            names = (f"{table.name.name}.{column.name}" for column in exact)
            raise UnclearError(position, position + 1, "several dates fit", names)
        if exact:
            return exact[0]
        for group in synonyms.SAME_DEEDS:
            same = [column for column, date in dates if verb in group and date in group]
            if len(same) == 1:
                return same[0]
        planned = self._planned_for(dates, verb, position)
        if planned is not None:
            return planned
        cut_short = [column for column, _ in dates if _is_cut_short(column, self._word(position))]
        if len(cut_short) == 1 and verb == stem(self._word(position)):
            return cut_short[0]
        ends = [column for column, date in dates if date == "end"]
        if verb == "expir" and len(ends) == 1:
            return ends[0]
        own = [column for column, date in dates if date == ""]
        is_order = table_names.is_of(table, frozenset({"order", "purchase", "sale"}))
        of_the_table = table_names.own_stems(table)
        if len(own) == 1 and (verb in of_the_table or (is_order and verb in synonyms.ORDER_STEMS)):
            return own[0]
        if verb in _OF_PAYING and table_names.is_of(table, _PAYMENTS):
            return table_dates.creation_column(table, position, position + 1)
        joins = verb in synonyms.JOIN_STEMS and table_names.is_of(table, synonyms.JOINERS)
        orders = is_order and verb in synonyms.ORDER_STEMS
        joins = joins or (verb == "post" and table_names.is_of(table, synonyms.POSTINGS))
        joins = joins or (verb in _OF_APPLYING and table_names.is_of(table, frozenset({"application"})))
        named = [column for column, date in dates if date in of_the_table]
        if verb == _GIVING and len(named) == 1:
            return named[0]  # "grades given in May" of graded_on
        if verb in synonyms.GENERIC_CREATION_STEMS or joins or orders or verb in of_the_table:
            return table_dates.creation_column(table, position, position + 1)
        return None

    def _planned_for(self, dates: list[tuple[Column, str]], verb: str, position: int) -> Column | None:
        """ "departing tomorrow": the scheduled_departure of what keeps no other. What "departed" may have done so at
        another time, or not at all."""
        same = next((group for group in synonyms.SAME_DEEDS if verb in group), frozenset({verb}))
        planned = [column for column, date in dates if any(date == "schedul" + one for one in same)]
        is_over = self._word(position).endswith(("ed", "eft"))
        return planned[0] if len(planned) == 1 and not is_over else None

    def _of_a_described_column(self, table: Table, verb: str, position: int, end: int) -> Clause | None:
        own = {singular(part) for part in name_words(table.name.name)}
        columns = [
            column
            for column in table.columns
            if column not in table_dates.date_columns(table)
            and column.category is not TypeCategory.BOOLEAN
            and "".join(stem(part) for part in name_words(column.name) if singular(part) not in own) == verb
        ]
        if not columns and verb == stem("rated"):
            score = self.read_score(table, end) if self._are_the_raters_stars(table, end) else None
            return self._clause(score.condition, position, score.end, score.meaning) if score else None
        predicate = self._predicates.read(table, columns[0], end) if len(columns) == 1 else None
        if predicate is None:
            return None
        predicate = self._in_stars(table, columns[0], end) or predicate
        meaning = f"{table.name.name}.{columns[0].name} {predicate.meaning}"
        return self._clause(predicate.condition, position, predicate.end, meaning)

    def _are_the_raters_stars(self, table: Table, position: int) -> bool:
        """The stars of a hotel are not those of its guests, unless "4 stars" is said of it."""
        quantity = read_quantity(self._tokens, position)
        rated = any({*name_words(one.name)} & {"rating", "score"} for one in table.columns)
        return rated or (quantity is not None and self._word(quantity.end) in {"star", "stars"})

    def read_score(self, table: Table, position: int) -> Predicate | None:
        """ "(rated) 4 stars or more", "below 3": of the one rating of the table."""
        ratings = [one for one in self._vocabulary.columns_called(table, "rating") if one.category in NUMBER_CATEGORIES]
        if len(ratings) != 1:
            return None
        column = ratings[0]
        predicate = self._in_stars(table, column, position) or self._predicates.read(table, column, position)
        return predicate and replace(predicate, meaning=f"{table.name.name}.{column.name} {predicate.meaning}")

    def _in_stars(self, table: Table, column: Column, position: int) -> Predicate | None:
        """ "(rated) 4 stars or more", by what the column counts."""
        quantity = read_quantity(self._tokens, position) if column.category in NUMBER_CATEGORIES else None
        if quantity is None or not self._vocabulary.is_named(table, column, self._word(quantity.end)):
            return None
        end = quantity.end + 1
        quantity = read_postfix(self._tokens, quantity, end)
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        return Predicate(condition, max(end, quantity.end), quantity.meaning)


def _is_cut_short(column: Column, said: str) -> bool:
    """ "coll_dt" for "collected", "rptd_dt" for "reported": no word by itself."""
    words = [word for word in name_words(column.name) if word not in synonyms.DATE_WORDS]
    known = synonyms.CREATION_STEMS | synonyms.OTHER_DATE_STEMS | synonyms.FUTURE_STEMS
    return len(words) == 1 and stem(words[0]) not in known and may_stand_for(words[0], said)


def _is_to_come(phrase: TimePhrase) -> bool:
    return all(
        isinstance(window, NextPeriod) or (isinstance(window, CalendarPeriod) and window.offset > 0)
        for window in phrase.windows
    )
