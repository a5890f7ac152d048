"""What is said of a column of the noun: "rental rate above 3", "PG-13 rating", "country Canada", "named Ada"."""

from dataclasses import replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Comparison, ComparisonOperator, LiteralValue, TextMatch, TextMatching
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.comparisons import Predicate, compared, in_year, one_of
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, is_participle, singular
from datavalut.planning.offline.name_keys import name_key
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.phrases import Clause, Continuation, Progress, UnclearError, along
from datavalut.planning.offline.predicates import PredicateReader
from datavalut.planning.offline.quantities import read_comparator, read_postfix, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.table_dates import holds_years
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.units import in_unit_of_column, read_unit
from datavalut.planning.offline.vocabulary import ColumnReference, Vocabulary

_EXTRAS = synonyms.words("tip discount tax fee surcharge deductible excess allowance bonus points stock")
_GRANTS = synonyms.words("scholarship stipend bursary subsidy")
_NO_COUNTS = synonyms.words("id year level grade rank position floor priority score rating balance month day")


class ColumnReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        self._predicates = PredicateReader(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)

    def labelled(self, table: Table, position: int) -> Clause | None:
        """ "(with a) PG-13 rating", "(with) high or urgent priority": labels before their column."""
        at = self._past_articles(position)
        columns = [label.column for label in self._vocabulary.labels_at(table, at)]
        adjectives = self._adjectives.read_list(table, at) if columns else None
        if adjectives is None:
            return None
        behind = self._vocabulary.own_columns_at(table, adjectives.end)
        if behind is not None and any(column in behind[0] for column in columns):
            end = behind[1]
        elif self._names_one(table, columns, at, adjectives.end):
            end = adjectives.end  # the adjectives ended with their column
        elif any(self._is_of_place(column, adjectives.end) for column in columns):
            end = adjectives.end + 1
        else:
            return None
        return self._clause(adjectives.condition, position, end, adjectives.meaning, Continuation.WITH)

    def _names_one(self, table: Table, columns: list[Column], start: int, end: int) -> bool:
        """Is one of `columns` named by the last words before `end`?"""
        named = (self._vocabulary.own_columns_at(table, at) for at in range(start + 1, end))
        return any(found is not None and found[1] == end and {*found[0]} & {*columns} for found in named)

    def _is_of_place(self, column: Column, position: int) -> bool:
        """ "(in the London) office": office_city. An office that is a table has rows of its own."""
        words = name_words(column.name)
        said = [singular(self._word(position)), words[-1]]
        in_place = said == list(words) and words[-1] in synonyms.PLACE_COLUMNS
        return in_place and self._vocabulary.table_at(position, loosely=True) is None

    def signed(self, table: Table, position: int) -> Clause | None:
        """ "(with a) negative balance"."""
        at = self._past_articles(position)
        if self._word(at) not in {"negative", "positive"}:
            return None
        reference = self._column_at(table, at + 1)
        if reference is None or reference.column.category not in NUMBER_CATEGORIES:
            return None
        operator = ComparisonOperator.LESS if self._word(at) == "negative" else ComparisonOperator.GREATER
        operand = ColumnValue(column=reference.column.name)
        condition = Comparison(left=operand, operator=operator, right=LiteralValue(value=0))
        meaning = f"{reference.text} {operator.value} 0"
        return self._clause(along(reference.path, condition), position, reference.end, meaning, Continuation.WITH)

    def described_column(self, table: Table, position: int) -> Clause | None:
        """ "(with a) rental rate above 3", "status shipped or delivered"."""
        at = self._past_articles(position)
        article = self._word(at - 1) in synonyms.ARTICLES if at > position else False
        return self.column(table, at, start=position, operator_needed=article)

    def column(self, table: Table, position: int, *, start: int, operator_needed: bool) -> Clause | None:
        """A column and what is said of it."""
        reference = self._column_at(table, position) or self._column_of_time(table, position)
        if reference is None:
            return None
        predicate = (
            self._whole_value(reference, position)
            or self._year(reference)
            or self._with_unit(reference)
            or self._predicates.read(reference.table, reference.column, reference.end, operator_needed=operator_needed)
        )
        if predicate is None:
            return None
        self._check_currency(reference, predicate.end)
        condition = along(reference.path, predicate.condition)
        meaning = f"{reference.text} {predicate.meaning}"
        clause = self._clause(condition, start, predicate.end, meaning, Continuation.WITH)
        is_state = reference.column.category is TypeCategory.BOOLEAN or bool(
            self._vocabulary.labels(reference.table, reference.column)
            or head_word(reference.column.name) in synonyms.STATUS_COLUMNS
        )
        return replace(clause, is_state=is_state)

    def _check_currency(self, reference: ColumnReference, end: int) -> None:
        """Raises UnclearError for "total above 500 EUR" where the table keeps totals in several currencies."""
        said = self._tokens[reference.end : end]
        is_money = any(token.money or token.lower in synonyms.CURRENCY_WORDS for token in said)
        columns = self._vocabulary.currency_columns(reference.table) if is_money else []
        if columns:
            names = (f"{columns[0].name} {value}" for value in self._vocabulary.values(reference.table, columns[0])[:5])
            raise UnclearError(reference.end, end, "say the currency by its column", names)

    def _whole_value(self, reference: ColumnReference, position: int) -> Predicate | None:
        """ "(in) District 5", where the column's name is a part of its values."""
        label = self._vocabulary.label_at(reference.table, reference.column, position)
        if label is None or label.end <= reference.end:
            return None
        return Predicate(one_of(label.column, label.values), label.end, f"is '{label.label}'")

    def _column_at(self, table: Table, position: int) -> ColumnReference | None:
        """A column, unless a longer run of words is a table."""
        reference = self._vocabulary.column_at(table, position)
        if reference is None or self._is_a_verb(reference, position):
            return None
        named = self._vocabulary.table_at(position)
        if named is not None and self._leads_to_several(table, reference, named, position):
            return None
        if named is not None and (named[1] > reference.end or (reference.path and self._is_below(table, named[0]))):
            return None  # "orders with a rating below 3", where ratings are what orders get, and restaurants have one
        return reference

    def _leads_to_several(
        self, table: Table, reference: ColumnReference, named: tuple[Table, int], position: int
    ) -> bool:
        """In "fees of students living in Leeds" these are students, and no stud_no of the fees."""
        keys = self._vocabulary.catalog.references_of(table.name)
        leads = any(key.columns == (reference.column.name,) and key.parent == named[0].name for key in keys)
        word = self._word(position)
        return leads and not reference.path and named[1] == reference.end and singular(word) != word

    def _is_below(self, table: Table, other: Table) -> bool:
        return self._vocabulary.keys.is_below(other, table)

    def _column_of_time(self, table: Table, position: int) -> ColumnReference | None:
        """ "(a) term longer than 24 months": term_months, whose unit is said with the amount."""
        for column in table.columns:
            *words, unit = name_words(column.name)
            end = position + len(words)
            said = [self._word(at) for at in range(position, end)]
            if not words or said != words or singular(unit) not in synonyms.UNITS_OF_TIME:
                continue
            quantity = read_quantity(self._tokens, end + (self._word(end) == "of"))
            if quantity is not None and singular(self._word(quantity.end)) == singular(unit):
                return ColumnReference(table, column, (), end)
        return None

    def _is_a_verb(self, reference: ColumnReference, position: int) -> bool:
        """In "customers opened in 2024" the opening is that of no branch of theirs, whatever its column is called."""
        word = self._word(position)
        is_date = bool(reference.path) and reference.column.category in TIME_CATEGORIES
        return is_date and reference.end == position + 1 and is_participle(word)

    def _year(self, reference: ColumnReference) -> Predicate | None:
        """ "release year before 2005": a time said of whole numbers."""
        if not holds_years(reference.column):
            return None
        phrase = self._times.read(reference.end)
        condition = phrase and in_year(ColumnValue(column=reference.column.name), phrase)
        return Predicate(condition, phrase.end, phrase.meaning) if phrase and condition else None

    def _with_unit(self, reference: ColumnReference) -> Predicate | None:
        """ "mileage above 1000 km", "discount of 20 percent or more", "a term longer than 24 months"."""
        at = reference.end
        while self._word(at) in {"is", "are", "was", "were", "of"}:
            at += 1
        quantity = read_quantity(self._tokens, at) if reference.column.category in NUMBER_CATEGORIES else None
        if quantity is None:
            return None
        unit, end = read_unit(self._tokens, quantity.end)
        in_percent = self._word(quantity.end) in {"percent", "%"} and "percent" in name_words(reference.column.name)
        names_it = singular(self._word(quantity.end)) == singular(name_words(reference.column.name)[-1])
        if names_it or in_percent:  # "24 months" of term_months
            unit, end = None, quantity.end + 1
        elif unit is None:
            return None
        quantity = read_postfix(self._tokens, quantity, end)
        if unit is not None:
            quantity = in_unit_of_column(quantity, unit, reference.table, reference.column, at)
        operand = ColumnValue(column=reference.column.name)
        condition = compared(operand, quantity, reference.column.category, at)
        return Predicate(condition, max(end, quantity.end), quantity.meaning)

    def amount_there(self, table: Table, position: int) -> ColumnReference | None:
        """A number that is never null, nor below 0 by what it counts: with "children" there are some."""
        own = self._vocabulary.own_columns_at(table, position)
        if own is None or len(own[0]) != 1 or not self._ends(own[1]):
            return None
        column, end = own[0][0], own[1]
        words = {*name_words(column.name)}
        counts = column.category is TypeCategory.INTEGER and not words & _NO_COUNTS
        if column.category not in NUMBER_CATEGORIES or not column.not_null or not (counts or words & _EXTRAS):
            return None
        if any(column.name in key.columns for key in self._vocabulary.catalog.references_of(table.name)):
            return None
        return ColumnReference(table, column, (), end)

    def grant(self, table: Table, position: int) -> ColumnReference | None:
        """A scholarship or a stipend that may be null: one of 0 is none."""
        own = self._vocabulary.own_columns_at(table, position)
        if own is None or len(own[0]) != 1 or not self._ends(own[1]):
            return None
        column, end = own[0][0], own[1]
        is_grant = column.category in NUMBER_CATEGORIES and {*name_words(column.name)} & _GRANTS
        return ColumnReference(table, column, (), end) if is_grant and not column.not_null else None

    def present_column(self, table: Table, position: int) -> ColumnReference | None:
        """A column that can be there or not. A number may also count as missing when it is 0: that is not clear."""
        reference = self._vocabulary.column_at(table, position) or self._vocabulary.role_at(table, position)
        if reference is None or reference.column.category is TypeCategory.BOOLEAN:
            return None
        if any(reference.column.name in key.columns for key in self._vocabulary.catalog.references_of(table.name)):
            return reference
        if reference.column.category in NUMBER_CATEGORIES:
            if not self._ends(reference.end):
                return None
            kinds = synonyms.AMOUNT_COLUMNS | synonyms.PRICE_COLUMNS | synonyms.COUNT_COLUMNS
            words = name_words(reference.column.name)
            if not reference.column.not_null and not {words[-1], name_key(words)} & kinds:
                return reference  # a grade of 0 is one
            raise UnclearError(
                position,
                reference.end,
                "a number that is missing may be null or 0",
                (f"{reference.text} is null", f"{reference.text} is 0", f"{reference.text} above 0"),
            )
        return reference

    def _ends(self, position: int) -> bool:
        """Does no comparison follow?"""
        return read_comparator(self._tokens, position) is None and self._word(position) not in synonyms.COPULAS

    def name(self, table: Table, position: int) -> Predicate | None:
        """The text at `position` as what a row is called."""
        person = self._person(table, position)
        if person is not None:
            return person
        columns = self._vocabulary.name_columns(table)
        if len(columns) != 1:
            names = (f"{table.name.name}.{column.name}" for column in columns)
            raise UnclearError(position, position + 1, f"no one column is the name of {table.name.name}", names)
        predicate = self._part_of_a_name(table, columns[0], position)
        predicate = predicate or self._predicates.read_name(table, columns[0], position)
        return predicate and replace(predicate, meaning=f"{table.name.name}.{columns[0].name} {predicate.meaning}")

    def _part_of_a_name(self, table: Table, column: Column, position: int) -> Predicate | None:
        """ "Smith" of those whose full names are known: all of that first or last name."""
        token = self._tokens[position] if position < len(self._tokens) else None
        if token is None or token.kind is TokenKind.QUOTED or not table_names.is_of(table, synonyms.PERSONS):
            return None
        if self._vocabulary.label_at(table, column, position) is not None:
            return None
        names = self._vocabulary.values(table, column)
        found = tuple(name for name in names if token.lower in {*name.lower().split()[:1], *name.lower().split()[-1:]})
        return Predicate(one_of(column, found), position + 1, f"is of {token.text}") if found else None

    def _person(self, table: Table, position: int) -> Predicate | None:
        """A first and a last name, or one of them where it is known to be no name of the other kind."""
        names = self._vocabulary.person_columns(table)
        if names is None:
            return None
        person = self._named_rows.person_at(table, (), position)
        if person is not None:
            return Predicate(person.condition, person.end, person.meaning)
        unknown = self._named_rows.unknown_person_at(table, position)
        if unknown is not None:
            return unknown
        labels = self._vocabulary.labels_at(table, position, names)
        if len(labels) != 1:
            return None
        label = labels[0]
        return Predicate(one_of(label.column, label.values), label.end, f"{label.column.name} is '{label.label}'")

    def name_behind(self, table: Table, position: int) -> Predicate | None:
        """The name of one row behind the singular noun that ends at `position`: "category Toys"."""
        noun = self._word(position - 1)
        if not noun or singular(noun) != noun or position >= len(self._tokens):
            return None
        token = self._tokens[position]
        key = self._key(table, position) if token.kind is TokenKind.NUMBER else None
        if key is not None:
            return key
        if token.lower not in synonyms.NOT_VALUES:
            row = self._named_rows.read_one(table, position, related=False)
            if row is not None:
                return Predicate(row.condition, row.end, row.meaning)
        is_verb = token.text == token.lower and (token.lower.endswith("ed") or token.lower in IRREGULAR_PARTICIPLES)
        is_name = token.kind is TokenKind.QUOTED or (
            token.kind is TokenKind.WORD and token.lower not in synonyms.NOT_VALUES and not is_verb
        )
        return self.name(table, position) if is_name else None

    def holding(self, table: Table, position: int) -> Clause | None:
        """ "(comments) containing 'LGTM'", "mentioning 'refund'": in the one text of the table."""
        if self._word(position) not in {"containing", "contain", "contains", "mentioning", "mention", "mentions"}:
            return None
        at = position + 1
        if self._word(at) == "the" and self._word(at + 1) in {"word", "words", "text", "phrase"}:
            at += 2
        if at >= len(self._tokens) or self._tokens[at].kind is not TokenKind.QUOTED:
            return None
        texts = self._texts(table)
        if len(texts) != 1:
            names = (f"{table.name.name}.{column.name}" for column in texts)
            raise UnclearError(position, at + 1, "in which column?", names)
        text = self._tokens[at].text
        condition = TextMatch(operand=ColumnValue(column=texts[0].name), matching=TextMatching.CONTAINS, text=text)
        meaning = f"{table.name.name}.{texts[0].name} contains '{text}'"
        return self._clause(condition, position, at + 1, meaning, Continuation.WITH)

    def _texts(self, table: Table) -> list[Column]:
        keys = {name for key in self._vocabulary.catalog.references_of(table.name) for name in key.columns}
        return [
            column
            for column in table.columns
            if column.category is TypeCategory.TEXT
            and column.name not in keys | {*table.primary_key}
            and not self._vocabulary.labels(table, column)
        ]

    def _key(self, table: Table, position: int) -> Predicate | None:
        """ "(customer) 42": its key, unless another column holds numbers of the kind."""
        number = self._tokens[position].number
        columns = [column for column in table.columns if column.name in table.primary_key]
        keys = {name for key in self._vocabulary.catalog.references_of(table.name) for name in key.columns}
        others = [
            column
            for column in table.columns
            if name_words(column.name)[-1] in {"number", "no", "code"}
            and column.name not in keys | {*table.primary_key}
        ]
        if len(columns) != 1 or columns[0].category is not TypeCategory.INTEGER or others or number is None:
            return None
        if number != int(number) or not self._ends_phrase(position + 1):
            return None
        condition = Comparison(
            left=ColumnValue(column=columns[0].name),
            operator=ComparisonOperator.EQUAL,
            right=LiteralValue(value=int(number)),
        )
        return Predicate(condition, position + 1, f"{table.name.name}.{columns[0].name} is {int(number)}")

    def _ends_phrase(self, position: int) -> bool:
        word = self._word(position)
        return position >= len(self._tokens) or word in synonyms.NOT_VALUES or word in {",", ".", ";", ")", "'s"}

    def named(self, table: Table, position: int) -> Clause | None:
        """ "named Ada"."""
        if self._word(position) not in {"named", "called"}:
            return None
        self._progress.reach(position + 1)
        name = self.name(table, position + 1)
        return self._clause(name.condition, position, name.end, name.meaning) if name else None
