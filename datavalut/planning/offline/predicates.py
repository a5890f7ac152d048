"""What is said of one column: "above 3", "is not shipped", "in Canada, France and Germany", "contains x", "is null"."""

from dataclasses import dataclass, replace
from decimal import Decimal

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    Age,
    ArrayContains,
    Between,
    ColumnValue,
    Comparison,
    Condition,
    Expression,
    InTime,
    IsNull,
    LiteralValue,
    OneOf,
    Scalar,
    TextMatch,
    TextMatching,
    TimeRange,
    TimeUnit,
    TimeWindow,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word
from datavalut.planning.offline.phrases import Progress, UnclearError, all_of, any_of, negated
from datavalut.planning.offline.quantities import (
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    NOT_EQUAL,
    Quantity,
    read_comparator,
    read_quantity,
)
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.spelling import nearly_spelled, value_key
from datavalut.planning.offline.times import TimePhrase, TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_TEXT_OPERATORS: dict[tuple[str, ...], TextMatching] = {
    tuple(phrase.split()): matching
    for matching, phrases in (
        (TextMatching.CONTAINS, "contains, containing, contain, includes, including, mentions, mentioning, mention"),
        (TextMatching.STARTS_WITH, "starts with, starting with, start with, begins with, beginning with, begin with"),
        (TextMatching.ENDS_WITH, "ends with, ending with, end with, ends in, ending in"),
    )
    for phrase in phrases.split(", ")
}
_SIGNS = {"negative": LESS, "positive": GREATER}
_NULL_WORDS = frozenset({"null", "missing", "unknown", "unset"})
_PRESENT_WORDS = frozenset({"present", "known", "set"})


@dataclass(frozen=True)
class Predicate:
    """`meaning` continues a column's name: "more than 3", "= 'Canada'"."""

    condition: Condition
    end: int
    meaning: str


@dataclass(frozen=True)
class _Opening:
    """The words before the value: "is", "is not", "in", "one of", or none (`explicit` is False)."""

    end: int
    explicit: bool
    negative: bool
    lists: bool = False  # "in", "one of": a list follows


class PredicateReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        # Capitals tell names apart only in a prompt that also has words without.
        self._capitals_count = any(token.kind is TokenKind.WORD and token.text[0].islower() for token in tokens)

    def read(self, table: Table, column: Column, position: int, *, operator_needed: bool = False) -> Predicate | None:
        """What the tokens from `position` say of `column`. With `operator_needed`, a value alone is none: after an
        article ("with an email ...") the column is only said to be there."""
        opening = self._read_opening(position)
        if self._word(opening.end) == "(" and opening.explicit:
            listed = self._read_of_category(table, column, replace(opening, end=opening.end + 1), False)
            if listed is None or self._word(listed.end) != ")":
                return None
            return self._finished(replace(listed, end=listed.end + 1), opening)
        if (null := self._read_null(column, opening)) is not None:
            return null
        predicate = self._read_of_category(table, column, opening, operator_needed and not opening.explicit)
        return self._finished(predicate, opening) if predicate else None

    def _finished(self, predicate: Predicate, opening: _Opening) -> Predicate:
        self._progress.reach(predicate.end)
        if opening.negative:
            return Predicate(negated(predicate.condition), predicate.end, f"not {predicate.meaning}")
        return predicate

    def _read_of_category(
        self, table: Table, column: Column, opening: _Opening, operator_needed: bool
    ) -> Predicate | None:
        operand = ColumnValue(column=column.name)
        labels = self._vocabulary.labels(table, column)
        category = column.category
        if category in NUMBER_CATEGORIES | TIME_CATEGORIES:
            compared_column = self.read_other_column(table, column, opening.end)
            if compared_column is not None:
                return compared_column
        if category in NUMBER_CATEGORIES and self._word(opening.end) in _SIGNS and opening.explicit:
            operator = _SIGNS[self._word(opening.end)]
            condition = Comparison(left=operand, operator=operator, right=LiteralValue(value=0))
            return Predicate(condition, opening.end + 1, f"{operator.value} 0")
        if category in NUMBER_CATEGORIES:
            return self.read_number(operand, category, opening.end, operator_needed=operator_needed)
        if category in TIME_CATEGORIES:
            return self._read_time(operand, opening)
        if category is TypeCategory.BOOLEAN:
            return None if operator_needed else self._read_boolean(operand, opening.end)
        if category is TypeCategory.ARRAY:
            return self._read_array(column, opening.end)
        if labels:
            return None if operator_needed else self._read_labels(table, column, opening.end)
        if category is TypeCategory.TEXT:
            return self._read_text(table, column, opening, operator_needed)
        if category is TypeCategory.UUID and not operator_needed:
            return self._read_uuid(operand, opening.end)
        return None

    # Before the value

    def _read_opening(self, position: int) -> _Opening:
        end, explicit, negative = position, False, False
        if self._word(end) in {"do", "does", "did"} and self._word(end + 1) == "not":
            end, negative = end + 2, True
        if self._word(end) in synonyms.COPULAS or self._word(end) in {"=", ":"}:
            end, explicit = end + 1, True
            if self._word(end) == "to":
                end += 1
        if self._word(end) == "not" and not self._starts_comparator(end):
            end, negative = end + 1, not negative
            if self._word(end) in {"equal", "be"}:
                end += 1
                explicit = True
            if self._word(end) == "to":
                end += 1
        if self._word(end) == "<>" or (self._word(end), self._word(end + 1)) == ("other", "than"):
            end, explicit, negative = end + (1 if self._word(end) == "<>" else 2), True, not negative
        if self._word(end) in {"either", "neither"}:
            negative = negative or self._word(end) == "neither"
            end, explicit = end + 1, True
        for words in (("in", "the", "list"), ("one", "of"), ("any", "of"), ("among",), ("in",), ("of",), ("as",)):
            if tuple(self._word(end + index) for index in range(len(words))) == words and (
                words not in {("in",), ("of",)} or not self._times.read(end)
            ):
                return _Opening(end + len(words), True, negative, lists=words not in {("of",), ("as",)})
        return _Opening(end, explicit, negative)

    def _starts_comparator(self, position: int) -> bool:
        return read_comparator(self._tokens, position) is not None

    def _read_null(self, column: Column, opening: _Opening) -> Predicate | None:
        word = self._word(opening.end)
        said = opening.explicit or opening.negative or word == "null"
        if not said or word not in _NULL_WORDS | _PRESENT_WORDS:
            return None
        if column.category in {TypeCategory.TEXT, TypeCategory.ENUM} and word not in {"null", "missing"}:
            return None  # "status is unknown": more likely a value
        is_null: Condition = IsNull(operand=ColumnValue(column=column.name))
        if (word in _NULL_WORDS) == opening.negative:
            return Predicate(negated(is_null), opening.end + 1, "is not null")
        return Predicate(is_null, opening.end + 1, "is null")

    # Numbers

    def read_number(
        self, operand: Expression, category: TypeCategory, position: int, *, operator_needed: bool = False
    ) -> Predicate | None:
        """A comparison of `operand` with a number; with several after one another ("above 3 and below 5")."""
        first = self._read_one_number(operand, category, position)
        if first is None or (
            operator_needed and isinstance(first.condition, Comparison | OneOf) and self._is_bare(position)
        ):
            return None
        joiner = self._word(first.end)
        if joiner in {"and", "but"} and self._starts_comparator(first.end + 1):
            second = self._read_one_number(operand, category, first.end + 1)
            if second is not None and not self._counts_something(second.end):
                from_both = _both(first, second)
                self._progress.reach(from_both.end)
                return from_both
        return first

    def _is_bare(self, position: int) -> bool:
        quantity = read_quantity(self._tokens, position)
        return quantity is not None and quantity.bare

    def _counts_something(self, position: int) -> bool:
        """Does a table's name stand here, so that the number before it is a count ("and at least 3 orders")?"""
        try:
            return self._vocabulary.table_at(position, loosely=True) is not None
        except UnclearError:
            return True

    def _read_one_number(self, operand: Expression, category: TypeCategory, position: int) -> Predicate | None:
        quantity = read_quantity(self._tokens, position)
        if quantity is None or self._word(quantity.end) == "%":
            return None
        if quantity.bare:
            values, end = self._more_numbers(quantity)
            if len(values) > 1:
                scalars = tuple(number_value(value, category, position, end) for value in values)
                return Predicate(OneOf(operand=operand, values=scalars), end, f"one of {_listed(scalars)}")
        return Predicate(compared(operand, quantity, category, position), quantity.end, quantity.meaning)

    def _more_numbers(self, first: Quantity) -> tuple[list[Decimal], int]:
        values, end = [first.low], first.end
        while (joined := self._list_joiner(end)) is not None:
            following = read_quantity(self._tokens, joined)
            if following is None or not following.bare or not self._ends_a_value(following.end):
                break
            values.append(following.low)
            end = following.end
        return values, end

    def read_other_column(self, table: Table, column: Column, position: int) -> Predicate | None:
        """ "(units in stock) below reorder level", "(shipped date) after required date"."""
        comparator = read_comparator(self._tokens, position)
        if comparator is None and column.category in TIME_CATEGORIES and self._word(position) in {"after", "before"}:
            comparator = (GREATER if self._word(position) == "after" else LESS), position + 1
        if comparator is None:
            return None
        operator, at = comparator
        if self._word(at) in {"the", "its", "their"}:
            at += 1
        found = self._vocabulary.own_columns_at(table, at)
        if found is None or len(found[0]) != 1 or found[0][0] == column:
            return None
        other, end = found[0][0], found[1]
        kinds = NUMBER_CATEGORIES if column.category in NUMBER_CATEGORIES else TIME_CATEGORIES
        if other.category not in kinds:
            return None
        left, right = ColumnValue(column=column.name), ColumnValue(column=other.name)
        condition: Condition = Comparison(left=left, operator=operator, right=right)
        if operator is NOT_EQUAL:
            condition = negated(Comparison(left=left, operator=EQUAL, right=right))
        return Predicate(condition, end, f"{operator.value} {other.name}")

    # Lists

    def _list_joiner(self, position: int) -> int | None:
        """Past "," or "and" or "or" or ", and"."""
        end = position
        if self._word(end) == ",":
            end += 1
        if self._word(end) in {"and", "or", "nor", "&"}:
            end += 1
        return end if end > position else None

    def _ends_a_value(self, position: int) -> bool:
        if position >= len(self._tokens):
            return True
        token = self._tokens[position]
        return token.lower in synonyms.NOT_VALUES or token.lower in {",", ";", ".", "(", ")"}

    # Times

    def _read_time(self, operand: Expression, opening: _Opening) -> Predicate | None:
        for position in (opening.end, opening.end - 1):  # the opening may have taken the "in" of "in 2023"
            phrase = self._times.read(position)
            if phrase is not None:
                return Predicate(in_time(operand, phrase), phrase.end, phrase.meaning)
        span = self._times.read_date(opening.end) if opening.explicit else None
        return Predicate(in_time(operand, span), span.end, span.meaning) if span else None

    # Booleans, labels, texts

    def _read_boolean(self, operand: Expression, position: int) -> Predicate | None:
        word = self._word(position)
        if word not in {"true", "false", "yes", "no"}:
            return None
        value = word in {"true", "yes"}
        return Predicate(is_true(operand, value), position + 1, f"is {str(value).lower()}")

    def _read_labels(self, table: Table, column: Column, position: int) -> Predicate | None:
        first = self._vocabulary.label_at(table, column, position)
        if first is None:
            token = self._tokens[position] if position < len(self._tokens) else None
            if token and token.kind is not TokenKind.SIGN and token.lower not in synonyms.NOT_VALUES:
                allowed = self._vocabulary.labels(table, column)
                raise UnclearError(position, position + 1, f"{column.name} has no such value", allowed)
            return None
        labels, end = list(first.values), first.end
        while (joined := self._list_joiner(end)) is not None:
            following = self._vocabulary.label_at(table, column, joined)
            if following is None:
                break
            labels.extend(following.values)
            end = following.end
        return Predicate(one_of(column, tuple(dict.fromkeys(labels))), end, f"is {_listed(labels)}")

    def _read_text(self, table: Table, column: Column, opening: _Opening, operator_needed: bool) -> Predicate | None:
        operand = ColumnValue(column=column.name)
        position = opening.end
        for words, matching in _TEXT_OPERATORS.items():
            if tuple(self._word(position + index) for index in range(len(words))) == words:
                value = self._read_value(table, column, position + len(words), explicit=True)
                value = value or self._read_letter(position + len(words))
                if value is None:
                    return None
                text, end = value
                condition = TextMatch(operand=operand, matching=matching, text=text)
                return Predicate(condition, end, f"{matching.value.replace('_', ' ')} '{text}'")
        if operator_needed:
            return None
        known = self._read_known_values(table, column, position)
        if known is not None:
            return known
        value = self._read_value(table, column, position, explicit=opening.explicit)
        if value is None:
            return None
        self._check_spelling(table, column, position, value)
        texts, end = [value[0]], value[1]
        while (joined := self._list_joiner(end)) is not None:
            following = self._read_listed_value(table, column, joined)
            if following is None or not (opening.lists or len(texts) > 1 or self._may_be_listed(position, end, joined)):
                break
            texts.append(following[0])
            end = following[1]
        matches = any_of(TextMatch(operand=operand, matching=TextMatching.EQUALS, text=text) for text in texts)
        return Predicate(matches, end, f"is {_listed(texts)}")

    def _read_known_values(self, table: Table, column: Column, position: int) -> Predicate | None:
        """One or several of the values that the column is known to hold."""
        label = self._vocabulary.label_at(table, column, position)
        if label is None:
            return None
        token = self._tokens[position]
        if label.end == position + 1 and token.lower in synonyms.NOT_VALUES and token.text not in label.values:
            return None  # the article in "blood type a ...", and no blood type
        return self._read_labels(table, column, position)

    def _check_spelling(self, table: Table, column: Column, position: int, value: tuple[str, int]) -> None:
        """Raises UnclearError for a value that the column does not hold, as far as its values are known."""
        text, end = value
        if self._tokens[position].kind is TokenKind.QUOTED or not self._vocabulary.values(table, column):
            return
        near = nearly_spelled(value_key(text), map(value_key, self._vocabulary.values(table, column)))
        held = [held for held in self._vocabulary.values(table, column) if value_key(held) in near]
        reason = f"{table.name.name}.{column.name} holds no such value (in quotes it is taken as it stands)"
        raise UnclearError(position, end, reason, held[:3])

    def _may_be_listed(self, first: int, joiner: int, second: int) -> bool:
        """Can "Canada and France" be two values of one column? Alike they must be: "Canada and vip" is no list."""
        if self._word(joiner) != "and":
            return True
        values = self._tokens[first], self._tokens[second]
        return all(token.kind is TokenKind.QUOTED for token in values) or (
            self._capitals_count and all(token.text[0].isupper() for token in values)
        )

    def _read_value(self, table: Table, column: Column, position: int, *, explicit: bool) -> tuple[str, int] | None:
        """A text in quotes; else one word, or several that begin with capitals and mean nothing else.

        Where no operator announces a value, a word that also means something else here is one only for a status.
        """
        if position >= len(self._tokens):
            return None
        token = self._tokens[position]
        if token.kind is TokenKind.QUOTED:
            return token.text, position + 1
        if token.kind is TokenKind.SIGN or token.lower in synonyms.NOT_VALUES:
            return None
        if token.kind is not TokenKind.WORD:
            return token.text, position + 1
        known = self._vocabulary.means_something(table, position)
        if known and not explicit:
            is_status = head_word(column.name) in synonyms.STATUS_COLUMNS
            if not is_status or not self._ends_a_value(position + 1) or self._times.read(position + 1):
                raise UnclearError(
                    position,
                    position + 1,
                    f"the value of {column.name}, or something else (a value in quotes is always a value)",
                    (f"{column.name} '{token.text}'", known),
                )
        end = position + 1
        while self._continues_a_name(table, token, end):
            end += 1
        return " ".join(part.text for part in self._tokens[position:end]), end

    def _read_letter(self, position: int) -> tuple[str, int] | None:
        """The letter A, which is no article where nothing follows it."""
        if self._word(position) != "a" or not self._ends_a_value(position + 1):
            return None
        return self._tokens[position].text, position + 1

    def _continues_a_name(self, table: Table, first: Token, position: int) -> bool:
        if not self._capitals_count or not first.text[0].isupper() or position >= len(self._tokens):
            return False
        token = self._tokens[position]
        return (
            token.kind is TokenKind.WORD
            and token.text[0].isupper()
            and token.lower not in synonyms.NOT_VALUES
            and self._vocabulary.means_something(table, position) is None
        )

    def _read_listed_value(self, table: Table, column: Column, position: int) -> tuple[str, int] | None:
        """One more value of a list: only what can be nothing else."""
        if position >= len(self._tokens):
            return None
        token = self._tokens[position]
        if token.kind is TokenKind.QUOTED:
            return token.text, position + 1
        if token.kind is not TokenKind.WORD or token.lower in synonyms.NOT_VALUES:
            return None
        known = self._vocabulary.means_something(table, position)
        is_status = head_word(column.name) in synonyms.STATUS_COLUMNS
        if known and not (is_status and self._ends_a_value(position + 1)):
            return None
        if self._tokens[position].lower in synonyms.LEAD_WORDS | synonyms.DETERMINERS:
            return None
        value = self._read_value(table, column, position, explicit=True)
        return value if value and self._ends_a_value(value[1]) else None

    def read_name(self, table: Table, column: Column, position: int) -> Predicate | None:
        """A text value alone, as after "named"."""
        return self._read_text(table, column, _Opening(position, True, False), False)

    def _read_uuid(self, operand: Expression, position: int) -> Predicate | None:
        if position >= len(self._tokens) or len(self._tokens[position].text) != 36:
            return None
        text = self._tokens[position].lower
        condition = Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=text))
        return Predicate(condition, position + 1, f"is {text}")

    def _read_array(self, column: Column, position: int) -> Predicate | None:
        """Elements are compared as they are written, so only what is in quotes is one."""
        if self._word(position) not in {"contains", "containing", "contain", "includes", "including"}:
            return None
        values, end, joined = [], position + 1, position + 1
        while joined < len(self._tokens) and self._tokens[joined].kind is TokenKind.QUOTED:
            values.append(self._tokens[joined].text)
            end = joined + 1
            following = self._list_joiner(end)
            if following is None:
                break
            if self._word(following - 1) == "or":
                return None
            joined = following
        if not values:
            return None
        return Predicate(ArrayContains(column=column.name, values=tuple(values)), end, f"contains {_listed(values)}")


def in_time(operand: Expression, phrase: TimePhrase) -> Condition:
    return any_of(InTime(operand=operand, window=window) for window in phrase.windows)


def before_now(column: Column) -> Condition:
    """The time has passed; a day has when the next one begins."""
    days = 1 if column.category is TypeCategory.DATE else 0
    return InTime(operand=ColumnValue(column=column.name), window=Age(unit=TimeUnit.DAY, at_least=days))


def in_year(operand: Expression, phrase: TimePhrase) -> Condition | None:
    """The windows for a column of whole years (release_year); None if they are not of whole years."""
    years = [_in_years(operand, window) for window in phrase.windows]
    known = [condition for condition in years if condition is not None]
    return any_of(known) if len(known) == len(years) else None


def _in_years(operand: Expression, window: TimeWindow) -> Condition | None:
    if not isinstance(window, TimeRange):
        return None
    ends = [text for text in (window.start, window.end) if text is not None]
    if any(not text.endswith("-01-01") for text in ends):
        return None
    start = LiteralValue(value=int(window.start[:4])) if window.start else None
    last = LiteralValue(value=int(window.end[:4]) - 1) if window.end else None
    if start and last:
        if start == last:
            return Comparison(left=operand, operator=EQUAL, right=start)
        return Between(operand=operand, low=start, high=last)
    if start:
        return Comparison(left=operand, operator=GREATER_OR_EQUAL, right=start)
    return Comparison(left=operand, operator=LESS, right=LiteralValue(value=int(str(window.end)[:4])))


def is_true(operand: Expression, value: bool) -> Condition:
    return Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=value))


def one_of(column: Column, labels: tuple[str, ...]) -> Condition:
    operand = ColumnValue(column=column.name)
    if len(labels) == 1:
        return Comparison(left=operand, operator=EQUAL, right=LiteralValue(value=labels[0]))
    return OneOf(operand=operand, values=labels)


def compared(operand: Expression, quantity: Quantity, category: TypeCategory, position: int) -> Condition:
    low = LiteralValue(value=number_value(quantity.low, category, position, quantity.end))
    if quantity.high is not None:
        high = LiteralValue(value=number_value(quantity.high, category, position, quantity.end))
        return Between(operand=operand, low=low, high=high)
    if quantity.operator is NOT_EQUAL:
        return negated(Comparison(left=operand, operator=EQUAL, right=low))
    return Comparison(left=operand, operator=quantity.operator, right=low)


def number_value(value: Decimal, category: TypeCategory, start: int, end: int) -> Scalar:
    """Whole numbers as they are, others as text, which keeps them exact. Raises UnclearError for a fraction that is
    compared with whole numbers."""
    if value == value.to_integral_value():
        return int(value)
    if category is TypeCategory.INTEGER:
        raise UnclearError(start, end, "only whole numbers can be compared with this")
    return format(value, "f")


def _both(first: Predicate, second: Predicate) -> Predicate:
    return Predicate(all_of((first.condition, second.condition)), second.end, f"{first.meaning} and {second.meaning}")


def _listed(values: "list[str] | tuple[Scalar, ...]") -> str:
    return " or ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
