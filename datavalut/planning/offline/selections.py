"""How many rows, and which first: "top 10 ... by revenue", "the 5 cheapest", "the three with the most orders", "a 10%
sample of".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import AggregateFunction, ColumnValue, Condition, Expression, Ordering, Sample, Top
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.aggregates import Amount
from datavalut.planning.offline.amounts import RAISING, AmountReader
from datavalut.planning.offline.durations import DurationReader
from datavalut.planning.offline.inflection import agent_stem, is_participle, singular, stem
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.phrases import Clause, NounPhrase, Progress, UnclearError, all_of
from datavalut.planning.offline.quantities import Number, read_number
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spendings import is_amount_of
from datavalut.planning.offline.table_dates import holds_years
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.verbs import VerbReader
from datavalut.planning.offline.vocabulary import Vocabulary

QualifiersRead = Callable[[Table, int], Clause | None]
_BY, _CREATION, _AGE, _WORTH = "by", "creation", "age", "worth"
_SUPERLATIVES: dict[tuple[str, ...], tuple[str, bool]] = {  # what is compared, and whether the highest come first
    tuple(words.split()): (what, highest)
    for what, highest, phrases in (
        (_CREATION, True, "newest, latest, most recent, last, most recently created, most recently added"),
        (_CREATION, False, "earliest"),
        (_AGE, False, "oldest"),
        (_AGE, True, "youngest"),
        (_BY, True, "top, biggest, largest, highest, best, greatest"),
        (_BY, False, "bottom, smallest, lowest, worst"),
        (_WORTH, True, "most valuable"),
        (_WORTH, False, "least valuable"),
        ("salary", True, "highest paid, best paid, top paid, highest earning, best earning, top earning"),
        ("salary", False, "lowest paid, worst paid, lowest earning"),
        ("rating", True, "highest rated, best rated, top rated"),
        ("rating", False, "lowest rated, worst rated"),
    )
    for words in phrases.split(", ")
}
_OF_SIZE = frozenset({"largest", "biggest", "smallest"})
_MOST = dict.fromkeys(("most", "highest", "largest", "biggest", "greatest", "best", "top"), True)
_MOST |= dict.fromkeys(("fewest", "least", "lowest", "smallest"), False)
_BY_PHRASES = (("by",), ("in", "terms", "of"), ("according", "to"), ("based", "on"), ("measured", "by"))
# An oldest customer may be one for longest; an oldest patient is not.
_PERSONS_WITH_AN_AGE = synonyms.words(
    "patient employee student pupil person driver player actor author teacher doctor nurse passenger guest policyholder"
)
_COUNTING = frozenset({"count", "number", "total", "times", "of", "num", "no", "votes", "vote"})
_VOTED = frozenset({"helpful", "useful", "popular"})
_LONGEST_SUPERLATIVE = 3


@dataclass(frozen=True)
class Superlative:
    """`what` is compared: a measure, the time of creation, a deed ("most rented") or what is said behind the noun."""

    what: str
    highest_first: bool
    deed: int | None = None  # the position of the deed's verb


@dataclass(frozen=True)
class Selection:
    """A superlative, a sample or a number before the noun, read until `end`. A number alone needs an order behind the
    noun."""

    start: int
    end: int
    rows: int | None = None
    percent: float | None = None
    superlative: Superlative | None = None  # of `rows`
    is_sample: bool = False


@dataclass(frozen=True)
class Order:
    """An order said behind the noun, until `end`; which end of it comes first, if that was said."""

    by: Expression
    start: int
    end: int
    name: str
    highest_first: bool | None = None


class SelectionReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        amounts: AmountReader,
        verbs: VerbReader,
        durations: DurationReader,
        read_qualifiers: QualifiersRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._amounts = amounts
        self._verbs = verbs
        self._durations = durations
        self._read_qualifiers = read_qualifiers
        self._measures = MeasureReader(tokens, vocabulary, progress)

    # Before the noun

    def read(self, position: int) -> Selection | None:
        return self._sample(position) or self._superlative(position) or self._number(position)

    def _sample(self, position: int) -> Selection | None:
        """ "10% of", "a random sample of 100", "a 10% sample of", "50 random"."""
        at = position
        while self._word(at) in {"a", "an", "the", "random"}:
            at += 1
        announced = self._word(at) in {"sample", "selection"} and self._word(at + 1) == "of"
        if announced:
            at += 2
        number = read_number(self._tokens, at)
        if number is None:
            return None
        percent = self._word(number.end) in {"%", "percent"}
        end = number.end + 1 if percent else number.end
        random = "random" in {self._word(index) for index in range(position, at)}
        while self._word(end) in {"random", "sample", "randomly", "chosen", "selected", "rows", "sampled", "picked"}:
            random, end = True, end + 1
        if self._word(end) == "of":
            end += 1
        while self._word(end) in {"all", "the", "our"}:
            end += 1
        if percent:
            return self._percent_of(number, position, end)
        if not (announced or random) or not _is_count(number):
            return None
        if self._word(end) == "random":
            end += 1
        return Selection(position, end, rows=int(number.value), is_sample=True)

    def _percent_of(self, number: Number, position: int, end: int) -> Selection:
        if not 0 < number.value <= 100:
            raise UnclearError(position, end, "a share must be more than 0 and at most 100 percent")
        return Selection(position, end, percent=float(number.value), is_sample=True)

    def _superlative(self, position: int) -> Selection | None:
        """ "top 10", "the 10 most expensive", "the newest 100", "the cheapest"."""
        at = position + 1 if self._word(position) == "the" else position
        number = read_number(self._tokens, at)
        found = self._superlative_at(number.end if number else at)
        if found is None:
            return None
        superlative, end = found
        if number is None:
            number = read_number(self._tokens, end)
            end = number.end if number else end
        further = self._superlative_at(end)  # "the top 10 most expensive"
        if superlative.what == _BY and further is not None:
            superlative, end = further
        if number is None:
            return self._single(position, end, superlative)
        if not _is_count(number):
            return None
        return Selection(position, end, rows=int(number.value), superlative=superlative)

    def _single(self, position: int, end: int, superlative: Superlative) -> Selection | None:
        """ "the most expensive product" is one."""
        named = self._vocabulary.table_at(end, loosely=True)
        if named is None or self._word(position) != "the":
            return None
        is_one = self._is_singular(named[1] - 1)
        return Selection(position, end, rows=1, superlative=superlative) if is_one else None

    def _is_singular(self, position: int) -> bool:
        word = self._word(position)
        return singular(word) == word

    def _superlative_at(self, position: int) -> tuple[Superlative, int] | None:
        for length in range(_LONGEST_SUPERLATIVE, 0, -1):
            words = tuple(self._word(position + index) for index in range(length))
            if words in _SUPERLATIVES:
                return Superlative(*_SUPERLATIVES[words]), position + length
        degree, end = self._measures.degree_at(position)
        if (degree is not None and self._word(end - 1).endswith("est")) or (
            degree is not None and self._word(position) in {"most", "least"}
        ):
            return Superlative(degree.measure, degree.high), end
        following = self._word(position + 1)
        if self._word(position) in {"most", "least"} and (following.endswith("ed") or following in _VOTED):
            return Superlative("deed", self._word(position) == "most", deed=position + 1), position + 2
        return None

    def _number(self, position: int) -> Selection | None:
        """ "the five (customers with the most orders)", "the (customer with the most orders)"."""
        at = position + 1 if self._word(position) == "the" else position
        number = read_number(self._tokens, at)
        if number is not None:
            return Selection(position, number.end, rows=int(number.value)) if _is_count(number) else None
        named = self._vocabulary.table_at(at, loosely=True) if at > position else None
        if named is None or not self._is_singular(named[1] - 1):
            return None
        return Selection(position, at, rows=1)

    # Behind the noun

    def order(self, table: Table, position: int, selection: Selection | None) -> Order | None:
        """ "by total", "with the most orders", "who spent the most"."""
        if selection is None or selection.is_sample:
            return None
        return (
            self._order_by(table, position)
            or self._order_of_most(table, position)
            or self._order_of_deeds(table, position)
        )

    def _order_by(self, table: Table, position: int) -> Order | None:
        at = position + 1 if self._word(position) in {"ordered", "sorted", "ranked"} else position
        opening = next((words for words in _BY_PHRASES if self._words(at, *words)), None)
        if opening is None:
            return None
        at += len(opening)
        while self._word(at) in {"the", "their", "its"}:
            at += 1
        if self._word(at) in _MOST and self._amounts.read(table, at) is None:
            at += 1  # "by highest price"; "by highest order amount" is an amount of its own
        found = self._by(table, at)
        if found is None:
            return None
        by, end, name = found
        direction: bool | None = None
        if self._word(end) in {"ascending", "asc", "descending", "desc"}:
            direction, end = self._word(end).startswith("desc"), end + 1
        self._progress.reach(end)
        return Order(by, position, end, name, direction)

    def _order_of_most(self, table: Table, position: int) -> Order | None:
        """ "with the most orders", "having the highest total"."""
        at = position + 1 if self._word(position) in {"who", "that", "which"} else position
        if self._word(at) not in {"with", "having", "have", "has"}:
            return None
        at += 1
        if self._word(at) == "the":
            at += 1
        if self._word(at) not in _MOST:
            return None
        highest = _MOST[self._word(at)]
        self._progress.reach(at + 1)
        at += 1
        if self._words(at, "number", "of") or self._words(at, "total", "number", "of"):
            at += self._words(at, "total")
        found = self._by(table, at)
        if found is None:
            return None
        by, end, name = found
        self._progress.reach(end)
        return Order(by, position, end, name, highest)

    def _order_of_deeds(self, table: Table, position: int) -> Order | None:
        """ "who spent the most", "who ordered most often"."""
        if self._word(position) not in {"who", "that", "which"}:
            return None
        verb = position + 1
        if self._word(verb) in {"have", "has"}:
            verb += 1
        at = verb + 1
        if self._word(at) == "the":
            at += 1
        if self._word(at) not in {"most", "least"}:
            return None
        highest, end = self._word(at) == "most", at + 1
        if self._word(verb) in {"spent", "spend", "paid"}:
            if self._word(end) in {"money", "overall"}:
                end += 1
            spent = replace(self._amounts.spending(table, verb, end), end=end)
            by, end, name = self._in_time(table, spent)
            return Order(by, position, end, name, highest)
        if self._word(verb) in RAISING:
            end += self._word(end) == "money"
            raised = [one for one in table.columns if is_amount_of(one, stem(self._word(verb)))]
            if len(raised) == 1:
                return Order(
                    ColumnValue(column=raised[0].name), position, end, f"{table.name.name}.{raised[0].name}", highest
                )
            gifts = replace(self._amounts.spending(table, verb, end, rather=synonyms.GIFTS), end=end)
            by, end, name = self._in_time(table, gifts)
            return Order(by, position, end, name, highest)
        often = self._word(end) in {"often", "frequently", "times"}
        if often:
            end += 1
        deeds = self._count_of_deed(table, verb, end)
        if deeds is None:
            return None
        if not often and table_names.is_of(deeds.near, synonyms.MONEY_NOUNS):
            candidates = (deeds.name, f"the total of {deeds.near.name.name}")
            raise UnclearError(verb, end, "how often, or how much?", candidates)
        by, end, name = self._in_time(table, deeds)
        return Order(by, position, end, name, highest)

    def _count_of_deed(self, table: Table, verb: int, end: int) -> Amount | None:
        child = self._verbs.deeds.table_of_verb(table, verb)
        if child is None:
            return None
        self._progress.reach(end)
        path = self._vocabulary.path(table, child, verb, verb + 1)
        name = f"the number of {child.name.name}"
        return Amount(AggregateFunction.COUNT, path, None, end, name, child, len(path))

    def _by(self, table: Table, position: int) -> tuple[Expression, int, str] | None:
        if self._words(position, "number", "of") and (counted := self._counted(table, position + 2)):
            return counted
        swapped = self._swapped(table, position)
        if swapped is not None:
            return ColumnValue(column=swapped.name), position + 2, f"{table.name.name}.{swapped.name}"
        amount = (
            self._amounts.read(table, position)
            or self._amounts.read_revenue(table, position)
            or self._amounts.read_units_sold(table, position)
            or self._amounts.read_of_deed(table, position)
        )
        if amount is not None:
            return self._in_time(table, amount)
        reference = self._vocabulary.column_at(table, position)
        if reference is not None and not reference.path:
            if is_participle(self._word(reference.end)):
                names = (table.name.name, reference.text)
                raise UnclearError(position, reference.end + 1, f"said of {names[0]} or of {names[1]}?", names)
            if reference.column.category not in NUMBER_CATEGORIES | TIME_CATEGORIES:
                raise UnclearError(position, reference.end, f"{reference.text} has no highest and lowest")
            return ColumnValue(column=reference.column.name), reference.end, reference.text
        counted = self._counted(table, position)
        noun = self._verbs.read_bare_noun(position) if counted else None
        if noun is not None and self._word(position - 1) == "by" and self._is_money(noun.table):
            name = noun.table.name.name
            raise UnclearError(
                position, noun.noun_end, "how many, or how much?", (f"number of {name}", f"total {name}")
            )
        return counted

    def _swapped(self, table: Table, position: int) -> Column | None:
        """ "amount raised", "raised amount": the raised_amount."""
        said = {self._word(position), self._word(position + 1)}
        if "amount" not in said or not any(map(is_participle, said)):
            return None
        found = [one for one in table.columns if {*name_words(one.name)} == said and one.category in NUMBER_CATEGORIES]
        return found[0] if len(found) == 1 else None

    def _is_money(self, table: Table) -> bool:
        return table_names.is_of(table, synonyms.MONEY_NOUNS)

    def _counted(self, table: Table, position: int) -> tuple[Expression, int, str] | None:
        """ "(by) orders", "(with the most) active users": how many of them."""
        noun = self._verbs.read_bare_noun(position)
        if noun is None or noun.table.name == table.name or self._is_singular(noun.noun_end - 1):
            return None
        noun = self._described(table, noun)
        described = noun.condition is not None
        path = self._vocabulary.counted_path(table, noun.table, position, noun.noun_end, described=described)
        name = f"the number of {noun.meaning if described else self._vocabulary.table_of(path[-1]).name.name}"
        count = Amount(AggregateFunction.COUNT, path, None, noun.end, name, noun.table, len(path))
        return self._in_time(table, count, noun.condition)

    def _described(self, table: Table, noun: NounPhrase) -> NounPhrase:
        """With the "hired in 2024" that stands behind it. Raises UnclearError for "(departments by number of) employees
        in Berlin", where it could be said of either."""
        if self._word(noun.end) == "who" or self._amounts.begins_with_time(noun.end):
            return noun
        described = self._verbs.read_noun(noun.start)
        if described is None or described.end == noun.end:
            return noun
        if not is_participle(self._word(noun.end)) and self._read_qualifiers(table, noun.end) is not None:
            names = (table.name.name, noun.table.name.name)
            raise UnclearError(noun.end, described.end, f"said of {names[0]} or of {names[1]}?", names)
        return described

    def _in_time(self, table: Table, amount: Amount, said: Condition | None = None) -> tuple[Expression, int, str]:
        """The amount within the time that stands beside it: "(by) number of orders in 2024" counts those of 2024."""
        timed = self._amounts.read_time(table, amount, amount.end)
        if timed is None and amount.column and is_participle(self._word(amount.end)):
            names = (table.name.name, amount.name)
            raise UnclearError(amount.end, amount.end + 1, f"said of {names[0]} or of {names[1]}?", names)
        conditions = [condition for condition in (said, timed and timed.condition) if condition]
        expression = amount.aggregate(all_of(conditions) if conditions else None)
        if timed is None:
            return expression, amount.end, amount.name
        return expression, timed.end, f"{amount.name} with {timed.meaning}"

    # Both together

    def top(self, table: Table, selection: Selection, order: Order | None) -> tuple[Top, str] | None:
        """The first rows of the order, and the order in words; None for a number without an order. Raises
        UnclearError if a superlative does not say of what."""
        said = selection.superlative
        if order is not None:
            by, name = order.by, order.name
            highest = order.highest_first
            if highest is None:
                highest = said.highest_first if said else True
        elif said is None:
            return None
        else:
            by, name = self._compared(table, said, selection)
            highest = said.highest_first
        rows = selection.rows or 1
        first = "highest" if highest else "lowest"
        return Top(rows=rows, order_by=(Ordering(by=by, descending=highest),)), f"the {first} {name}"

    def _compared(self, table: Table, said: Superlative, selection: Selection) -> tuple[Expression, str]:
        start, end = selection.start, selection.end
        if said.deed is not None:
            deeds = self._count_of_deed(table, said.deed, end)
            own = self._counts_of(table, self._word(said.deed))
            if len(own) == 1 and deeds is None:
                return ColumnValue(column=own[0].name), f"{table.name.name}.{own[0].name}"
            if deeds is None or own:
                names = [*(f"{table.name.name}.{column.name}" for column in own), *([deeds.name] if deeds else [])]
                raise UnclearError(start, end, "several say how often" if names else "no table says how often", names)
            return deeds.aggregate(), deeds.name
        if said.what == "length" and self._measures.column(table, "length", start, end) is None:
            length = self._durations.length(table)
            if length is not None:
                return length
        column = self._column(table, said, start, end)
        if column is not None:
            return ColumnValue(column=column.name), f"{table.name.name}.{column.name}"
        amount = None
        if said.what in {_BY, _WORTH}:
            amount = self._amounts.worth(table, start, end)
        elif said.what == "rating":
            amount = self._amounts.average_of(table, "rating", start, end)
        if amount is not None:
            return amount.aggregate(), amount.name
        raise UnclearError(start, end, "by what? Say for example: top 10 orders by total")

    def _counts_of(self, table: Table, verb: str) -> list[Column]:
        """ "View_count", "views", "times_viewed": how often it was viewed. A follower_count says who followed."""
        return [
            column
            for column in table.columns
            if column.category is TypeCategory.INTEGER
            and stem(verb)
            in {
                "".join(stemmed(word) for word in name_words(column.name) if word not in _COUNTING)
                for stemmed in (stem, agent_stem)
            }
        ]

    def _column(self, table: Table, said: Superlative, start: int, end: int) -> Column | None:
        if said.what in {_CREATION, _AGE} and (years := self._years(table)) is not None:
            return years
        if said.what == _CREATION:
            return table_dates.own_date(table, start, end)
        if said.what == _AGE:
            return self._column_of_age(table, said, start, end)
        if said.what == _BY:
            return None if table_names.is_of(table, synonyms.PERSONS) else self._largest(table, start, end)
        if said.what == "size":
            return self._measures.column(table, "size", start, end) or self._column(
                table, Superlative(_BY, said.highest_first), start, end
            )
        column = self._measures.column(table, said.what, start, end)
        if column is None and said.what not in {"rating", _WORTH}:
            raise UnclearError(start, end, f"no one column is the {said.what}", _numbers(table))
        return column

    def _largest(self, table: Table, start: int, end: int) -> Column | None:
        """By money; "the largest" of what has a size only by that. Raises UnclearError for what has both."""
        money = self._measures.column(table, "money", start, end)
        said = {self._word(at) for at in range(start, end)}
        size = self._measures.column(table, "size", start, end) if said & _OF_SIZE else None
        if money is not None and size is not None:
            raise UnclearError(start, end, "by what?", (f"by {money.name}", f"by {size.name}"))
        return money or size

    def _years(self, table: Table) -> Column | None:
        """The year of a row that has no date of its creation: "the newest films"."""
        years = [column for column in table.columns if holds_years(column)]
        return years[0] if len(years) == 1 and not table_dates.creation_columns(table) else None

    def _column_of_age(self, table: Table, said: Superlative, start: int, end: int) -> Column:
        age = self._measures.column(table, "age", start, end)
        births = table_dates.births(table)
        if age is not None:
            raise UnclearError(start, end, f"by {age.name}? Say: by {age.name}", (age.name,))
        if len(births) == 1 and (said.highest_first or table_names.is_of(table, _PERSONS_WITH_AN_AGE)):
            return births[0]  # nobody calls the newest row the youngest
        if births:
            raise UnclearError(start, end, "several dates fit", (column.name for column in births))
        return table_dates.own_date(table, start, end)

    def sample(self, selection: Selection) -> tuple[Sample, str]:
        size = f"{selection.percent:g}%" if selection.percent is not None else str(selection.rows)
        return Sample(percent=selection.percent, rows=selection.rows), size


def _is_count(number: Number) -> bool:
    return number.value == int(number.value) and number.value >= 1


def _numbers(table: Table) -> Iterator[str]:
    return (column.name for column in table.columns if column.category in NUMBER_CATEGORIES)
