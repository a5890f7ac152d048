"""What stands before a noun or behind "are": labels, flags and states ("active", "PG-13", "not discontinued")."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import (
    ColumnValue,
    Comparison,
    Condition,
    InTime,
    IsNull,
    LiteralValue,
    NextPeriod,
    PathStep,
    TimeUnit,
)
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import before_now, is_true, one_of
from datavalut.planning.offline.expiries import ExpiryReader
from datavalut.planning.offline.flags import FlagReader, flagged, is_flag
from datavalut.planning.offline.inflection import IRREGULAR_PARTICIPLES, singular, stem
from datavalut.planning.offline.lasting import LastingReader
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.numbered import NumberedReader
from datavalut.planning.offline.phrases import (
    Clause,
    Explained,
    Progress,
    UnclearError,
    all_of,
    along,
    any_of,
    denied,
    negated,
    opened,
)
from datavalut.planning.offline.quantities import EQUAL
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.roles import role_stems, stems_of_giving
from datavalut.planning.offline.spendings import is_money
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_ANYBODY = frozenset({"anyone", "anybody", "someone", "somebody"})
_PAYMENTS = frozenset({"payment", "receipt"})
_BOUNDS = synonyms.words(
    "max maximum min minimum limit allowed target planned expected estimated default suggested required"
)
_TAKEN = synonyms.words("seat slot spot table bed desk locker court room place space appointment car vehicle")
_PRICES = synonyms.PRICE_COLUMNS | {"fee", "fare"}
_HOW = frozenset({"with", "by", "in", "on"})
# "insured" of insurance_provider
_INSURANCE, _KEEPERS = "insurance", frozenset({"provider", "company", "carrier", "plan"})
_UNTIL_NOW = frozenset({"already", "currently", "presently", "still", "now"})
_LIVING = dict.fromkeys(("dead", "deceased", "alive", "living"), "died")


@dataclass(frozen=True)
class _Fit:
    """One thing that an adjective can mean.

    `values`, where it is a value, so that "shipped or delivered" can be one list. `derived`: from a date's being there
    ("shipped" from shipped_at). `denied`: said with "not". `path`: to the row that is described, if it is another.
    """

    condition: Condition
    meaning: str
    end: int
    column: Column
    values: tuple[str, ...] = ()
    path: tuple[PathStep, ...] = ()
    derived: bool = False
    denied: bool = False


class AdjectiveReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._expiries = ExpiryReader(tokens, vocabulary, progress)
        self._flags = FlagReader(tokens, vocabulary, progress)
        self._lasting = LastingReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._numbered = NumberedReader(tokens, vocabulary, progress)

    def read_list(
        self, table: Table, position: int, stop: int | None = None, *, is_denied: bool = False
    ) -> Clause | None:
        """Adjectives that describe `table`, with "and", "or" or nothing between them.

        With `stop`, nothing but all tokens until there will do. `is_denied`: a "not" before them holds for them all.
        Labels of one column can only be alternatives, whatever joins them. Raises UnclearError if one fits several
        things.
        """
        if self._word(position) in {"neither", "either"}:
            return self._read_alternatives(table, position, stop)
        if self._word(position) in _UNTIL_NOW:
            state = self.read_list(table, position + 1, stop, is_denied=is_denied)
            return opened(state, position) if state else None
        fits: list[_Fit] = []
        joiners: list[str] = []
        end = position
        while stop is None or end < stop:
            joiner, at = self._joiner(end) if fits else ("", end)
            if stop is None and fits and not joiner:
                break
            fit = self._read_one(table, at, is_denied)
            if fit is None or (stop is not None and fit.end > stop):
                break
            if fits:
                joiners.append(joiner)
            fits.append(fit)
            end = fit.end
        if not fits or (stop is not None and end != stop):
            return None
        if self._word(end) in {"yet", "now", "already", "currently"} and stop is None:
            end += 1
        self._progress.reach(end)
        condition, meaning = self._combine(fits, joiners, is_denied, position)
        return Clause(condition, position, end, meaning, (Explained(position, end, meaning),), is_state=True)

    def _read_alternatives(self, table: Table, position: int, stop: int | None) -> Clause | None:
        """ "neither shipped nor delivered", "either shipped or delivered"."""
        inner = self.read_list(table, position + 1, stop)
        words = {self._word(at) for at in range(position, inner.end)} if inner else set()
        if inner is None or not words & ({"nor", "or"} if self._word(position) == "neither" else {"or"}):
            return None
        clause = opened(inner, position)
        return denied(inner, position) if self._word(position) == "neither" else clause

    def _joiner(self, position: int) -> tuple[str, int]:
        word = self._word(position)
        if word == "nor":
            return "or", position + 1
        if word in {"and", "or"}:
            return word, position + 1
        if word == ",":
            after = self._word(position + 1)
            return (after, position + 2) if after in {"and", "or"} else (",", position + 1)
        return "", position

    def _combine(self, fits: list[_Fit], joiners: list[str], is_denied: bool, start: int) -> tuple[Condition, str]:
        """The condition, and it in words."""
        end = fits[-1].end
        if _are_alternatives(fits):
            return _one_of(fits), _in_words(fits, " or ")
        if "or" in joiners and set(joiners) - {"or", ","}:
            raise UnclearError(start, end, 'both "and" and "or" stand between these')
        mixed = len({fit.denied for fit in fits}) > 1 and "or" in joiners
        if mixed or (is_denied and len(fits) > 1 and "or" not in joiners):
            raise UnclearError(start, end, 'does "not" hold for all of these?')
        if "or" in joiners:
            return any_of(fit.condition for fit in fits), _in_words(fits, " or ")
        groups = _grouped(fits, joiners)
        said = [(group[0].path, group[0].column.name) for group in groups if group[0].values and not group[0].denied]
        if len({*said}) < len(said):
            raise UnclearError(start, end, "what can be only one of these is said to be several")
        conditions = all_of(_one_of(group) if len(group) > 1 else group[0].condition for group in groups)
        meanings = (f"({_in_words(group, ' or ')})" if len(group) > 1 else group[0].meaning for group in groups)
        return conditions, " and ".join(meanings)

    def _read_one(self, table: Table, position: int, is_denied: bool) -> _Fit | None:
        if position >= len(self._tokens) or self._says_how(table, position):
            return None
        if self._word(position) == "not":
            at = position + 2 if self._word(position + 1) == "yet" else position + 1
            fit = self._read_one(table, at, True)
            if fit is None:
                return None
            condition, meaning = negated(fit.condition), f"not {fit.meaning}"
            return replace(fit, condition=condition, meaning=meaning, denied=not fit.denied)
        fits = list(self._fits(table, position)) or list(self._related_fits(table, position))
        longest = max((fit.end for fit in fits), default=0)
        fits = list({(fit.condition, fit.column): fit for fit in fits if fit.end == longest}.values())
        said = [fit for fit in fits if not fit.derived]
        if not is_denied and len(said) == 1 and said[0].values:
            return said[0]  # "shipped" is a status, where there is one; what is not shipped is another matter
        if len(fits) > 1:
            raise UnclearError(position, longest, "fits several things", (fit.meaning for fit in fits))
        return fits[0] if fits else None

    def _says_how(self, table: Table, position: int) -> bool:
        """ "paid with PayPal", "shipped via UPS": how it was done, whatever became of it, and no state besides."""
        word = self._word(position)
        if not word.endswith(("ed", "aid")) and word not in IRREGULAR_PARTICIPLES:
            return False
        if self._word(position + 1) not in _HOW | synonyms.MEANS:
            return False
        at = self._past_articles(position + 2)
        if self._word(at) in synonyms.MEANS_OF_PAYMENT and stem(word) == "pay":
            return True
        means = [column for column in table.columns if _tells_how(column, stem(word))]
        return bool(means) and bool(self._vocabulary.labels_at(table, at, means, lead=True))

    def _fits(self, table: Table, position: int) -> Iterator[_Fit]:
        token = self._tokens[position]
        person = self._named_rows.person_at(table, (), position)
        if person is not None:
            yield _Fit(person.condition, person.meaning, person.end, person.columns[0])
            return
        for label in self._vocabulary.labels_at(table, position):
            condition = one_of(label.column, label.values)
            end = self._past_own_column(table, label.column, label.end)
            end += self._word(end) == "speaking" and head_word(label.column.name) == "language"
            end += self._word(end) == "'s"  # "master's students", "Germany's customers"
            meaning = f"{label.column.name} = '{' or '.join(label.values)}'"
            yield _Fit(condition, meaning, end, label.column, label.values)
        yield from self._same_states(table, position)
        for said in self._numbered.read(table, position):
            yield _Fit(said.condition, said.meaning, said.end, said.column, path=said.path)
        states = list(self._lasting.read(table, position))
        for lasting in states:
            yield _Fit(lasting.condition, lasting.meaning, lasting.end, lasting.column)
        for expiry in () if states else self._expiries.read(table, position):
            yield _Fit(expiry.condition, expiry.meaning, expiry.end, expiry.column, derived=True)
        consented = self._flags.consented(table, position)
        if consented is not None:
            yield _Fit(
                flagged(self._vocabulary, table, consented[0], True),
                f"{consented[0].name} is true",
                consented[1],
                consented[0],
            )
        named = [
            (column, end)
            for column, end in self._vocabulary.flags_at(table, position)
            if column.category not in TIME_CATEGORIES and is_flag(self._vocabulary, table, column)
        ]
        for column, end in dict.fromkeys([*named, *self._flags.read(table, position)]):
            yield _Fit(flagged(self._vocabulary, table, column, True), f"{column.name} is true", end, column)
        if token.kind is not TokenKind.WORD:
            return
        for column, value, end in self._flags.having(table, position):
            meaning = f"{column.name} is {'true' if value else 'false'}"
            yield _Fit(flagged(self._vocabulary, table, column, value), meaning, end, column, derived=True)
        for positive in _positives(token.lower):
            for column in table.columns:
                if column.category in TIME_CATEGORIES or not self._vocabulary.is_named(table, column, positive):
                    continue
                if is_flag(self._vocabulary, table, column):
                    yield _Fit(
                        flagged(self._vocabulary, table, column, False), f"{column.name} is false", position + 1, column
                    )
        if token.lower in {"upcoming", "future"}:
            yield from self._upcoming(table, position)
        if token.lower == "past" and self._vocabulary.table_at(position + 1, loosely=True) is not None:
            yield from self._past(table, position)
        if token.lower == "free":
            yield from self._free(table, position)
        if token.lower == "overdue":
            yield from self._overdue(table, position)
        yield from self._states(table, position)
        yield from self._recorded(table, token.lower, position + 1)

    def _same_states(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "finished campaigns", where the one status that says so is "completed"."""
        said = next((group for group in synonyms.SAME_STATES if self._word(position) in group), None)
        if said is None or self._vocabulary.labels_at(table, position):
            return
        for column in table.columns:
            labels = self._vocabulary.labels(table, column) if head_word(column.name) in synonyms.STATUS_COLUMNS else ()
            same = tuple(label for label in labels if label.lower().replace(" ", "_") in said)
            if len(same) == 1:
                yield _Fit(one_of(column, same), f"{column.name} = '{same[0]}'", position + 1, column, same)

    def _past_own_column(self, table: Table, column: Column, position: int) -> int:
        """ "high priority tasks", "R rated films": past the column behind its value, if more follows."""
        word = self._word(position)
        if word.endswith("ed") and stem(word) == stem(name_words(column.name)[-1]):
            return position + 1
        own = self._vocabulary.own_columns_at(table, position)
        follows = own is not None and column in own[0] and own[1] < len(self._tokens)
        return own[1] if own and follows and self._vocabulary.table_at(position) is None else position

    def _related_fits(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "horror films": what another row is called, that this one is joined to."""
        for row in self._named_rows.read_all(table, position):
            if len(row.columns) == 1:
                end = self._past_own_column(row.table, row.columns[0], row.end)
                yield _Fit(row.condition, row.meaning, end, row.columns[0], row.values[0], row.path)
            else:
                yield _Fit(row.condition, row.meaning, row.end, row.columns[0], path=row.path)

    def _states(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "shipped orders": those with a shipping date, unless a column of unknown states could hold the word."""
        word = self._word(position)
        named = _LIVING.get(word, word)
        if word in _LIVING and self._is_a_date(table, stem("deceased")):
            named = "deceased"
        negatives = ((negative, False) for negative in _without_prefixes(word))
        for participle, there in ((named, word not in {"alive", "living"}), *negatives):
            end = position + 1
            if not participle.endswith(("ed", "aid", "old", "ent")) and participle not in IRREGULAR_PARTICIPLES:
                continue
            verb = stem(participle)
            if self._word(end) in {"up", "in", "out"} and self._is_a_date(table, verb + self._word(end)):
                verb, end = verb + self._word(end), end + 1
            yield from self._roles(table, verb, end, there)
            for column in table_dates.date_columns(table):
                always_there = column.not_null and verb not in synonyms.PASSING_STEMS
                if always_there or verb not in table_dates.date_stems(table, column):
                    continue
                if verb in synonyms.FUTURE_STEMS - synonyms.PASSING_STEMS:
                    continue  # who is due or scheduled to be something is so for a time
                is_null = IsNull(operand=ColumnValue(column=column.name))
                condition = negated(is_null) if there else is_null
                meaning = f"{column.name} is {'not ' if there else ''}null"
                if verb in synonyms.PASSING_STEMS:
                    past = before_now(column)
                    condition = past if there else negated(past)
                    meaning = f"{column.name} is {'' if there else 'not '}in the past"
                yield _Fit(condition, meaning, end, column, derived=True)
                for state in table.columns:
                    unknown = state.category is TypeCategory.TEXT and not self._vocabulary.values(table, state)
                    if unknown and head_word(state.name) in synonyms.STATUS_COLUMNS:
                        yield _Fit(condition, f"{state.name} = '{word}'", end, state, derived=True)

    def _recorded(self, table: Table, word: str, end: int) -> Iterator[_Fit]:
        """ "unrated films", "rated films": whether there is a rating."""
        for participle, there in ((word, True), *((negative, False) for negative in _without_prefixes(word))):
            for column in table.columns:
                words = name_words(column.name)
                if column.not_null or column.category not in NUMBER_CATEGORIES | {TypeCategory.TEXT}:
                    continue
                if {*words} & _BOUNDS or singular(words[-1]) != words[-1]:
                    continue  # what may be used ten times, or has no such limit, was not used therefore
                of = words[0] if words[0] == _INSURANCE and words[-1] in _KEEPERS else words[-1]
                if participle.endswith("ed") and stem(participle) == stem(of):
                    is_null = IsNull(operand=ColumnValue(column=column.name))
                    meaning = f"{column.name} is {'not ' if there else ''}null"
                    yield _Fit(negated(is_null) if there else is_null, meaning, end, column, derived=True)

    def _upcoming(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "upcoming appointments"."""
        for column in self._happening(table):
            window = NextPeriod(amount=1000, unit=TimeUnit.YEAR)
            condition = InTime(operand=ColumnValue(column=column.name), window=window)
            yield _Fit(condition, f"{column.name} is in the future", position + 1, column)

    def _past(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "past events". What lasts may be there still."""
        for column in () if table_names.is_of(table, synonyms.LASTING) else self._happening(table):
            ends = any(table_dates.date_stem(table, one) == "end" for one in table_dates.date_columns(table))
            if not ends:
                yield _Fit(before_now(column), f"{column.name} is in the past", position + 1, column)

    def _happening(self, table: Table) -> list[Column]:
        """The one date of the event itself, or of its start."""
        own = [
            column
            for column in table_dates.date_columns(table)
            if table_dates.date_stem(table, column) in {"", "start", "begin", "schedul", "depart", "hold"}
        ]
        return own if len(own) == 1 else []

    def _free(self, table: Table, position: int) -> Iterator[_Fit]:
        """ "free classes": the one price is 0, where there always is one. A free seat is one that nobody has taken."""
        prices = [column for column in table.columns if is_money(column) and head_word(column.name) in _PRICES]
        if len(prices) == 1 and prices[0].not_null and not table_names.is_of(table, _TAKEN):
            nothing = Comparison(left=ColumnValue(column=prices[0].name), operator=EQUAL, right=LiteralValue(value=0))
            yield _Fit(nothing, f"{prices[0].name} is 0", position + 1, prices[0], derived=True)

    def _overdue(self, table: Table, position: int) -> Iterator[_Fit]:
        """Due in the past, and without the date on which it was done."""
        dates = table_dates.date_columns(table)
        due = [column for column in dates if table_dates.date_stem(table, column) == "due"]
        done = [
            column
            for column in dates
            if not column.not_null and table_dates.date_stems(table, column) & synonyms.DONE_STEMS
        ]
        flags = [
            column
            for column in table.columns
            if column.category is TypeCategory.BOOLEAN
            and {stem(word) for word in name_words(column.name)} - {"is", "was"} <= synonyms.DONE_STEMS | {"don"}
        ]
        if len(due) == len(done) == 1 and not flags:
            condition = all_of((before_now(due[0]), IsNull(operand=ColumnValue(column=done[0].name))))
            meaning = f"{due[0].name} is in the past and {done[0].name} is null"
            yield _Fit(condition, meaning, position + 1, due[0], derived=True)
        elif len(due) == len(flags) == 1 and not done:
            condition = all_of((before_now(due[0]), is_true(ColumnValue(column=flags[0].name), False)))
            meaning = f"{due[0].name} is in the past and {flags[0].name} is false"
            yield _Fit(condition, meaning, position + 1, due[0], derived=True)
        elif len(due) == 1 and not done and self._is_nothing_paid(table, position + 1):
            yield _Fit(before_now(due[0]), f"{due[0].name} is in the past", position + 1, due[0], derived=True)

    def _is_nothing_paid(self, table: Table, position: int) -> bool:
        """ "(overdue) fees with no payment": is it said behind the noun that nothing was paid?"""
        named = self._vocabulary.table_at(position)
        if named is None or named[0].name != table.name:
            return False
        at = named[1] + 2 if self._words(named[1], "with", "no") else named[1] + 1
        if at == named[1] + 1 and self._word(named[1]) != "without":
            return False
        child = self._vocabulary.table_at(self._past_articles(at), loosely=True)
        return (
            child is not None
            and table_names.is_of(child[0], _PAYMENTS)
            and any(child[0].name == other.name for other in self._vocabulary.keys.children(table))
        )

    def _roles(self, table: Table, verb: str, end: int, there: bool) -> Iterator[_Fit]:
        """ "unassigned tasks", "(not) assigned to anyone": without the row that assignee_id leads to."""
        if self._word(end) == "to" and self._word(end + 1) in _ANYBODY and not self._is_somebody(end + 2):
            end += 2
        for key in self._vocabulary.catalog.references_of(table.name):
            column = table.column(key.columns[0])
            if column.not_null or verb not in role_stems(key) | stems_of_giving(key):
                continue
            is_null = IsNull(operand=ColumnValue(column=column.name))
            meaning = f"{column.name} is {'not ' if there else ''}null"
            yield _Fit(negated(is_null) if there else is_null, meaning, end, column, derived=True)

    def _is_somebody(self, position: int) -> bool:
        """Is it said who, in "(assigned to) anyone from Billing"?"""
        return self._word(position) in synonyms.RELATIVES | synonyms.words("from in of at on with by else other for")

    def _is_a_date(self, table: Table, verb: str) -> bool:
        return any(verb in table_dates.date_stems(table, column) for column in table_dates.date_columns(table))


def _tells_how(column: Column, verb: str) -> bool:
    """Is it the payment_method of what was paid, the carrier of what was shipped?"""
    words = name_words(column.name)
    return head_word(column.name) in synonyms.MEANS_COLUMNS or (
        verb in map(stem, words) and head_word(column.name) not in synonyms.STATUS_COLUMNS
    )


def _are_alternatives(fits: list[_Fit]) -> bool:
    """Are all values of one column, of which a row has one?"""
    columns = {(fit.path, fit.column.name) for fit in fits}
    return len(fits) > 1 and len(columns) == 1 and all(fit.values and not fit.denied for fit in fits)


def _grouped(fits: list[_Fit], joiners: list[str]) -> list[list[_Fit]]:
    """ "Active and frozen business accounts": one row has one status, so that what is joined of it is a group of
    alternatives."""
    groups = [[fits[0]]]
    for fit, joiner in zip(fits[1:], joiners, strict=True):
        if joiner and _are_alternatives([*groups[-1], fit]):
            groups[-1].append(fit)
        else:
            groups.append([fit])
    return groups


def _in_words(fits: list[_Fit], joiner: str) -> str:
    return joiner.join(fit.meaning for fit in fits)


def _one_of(fits: list[_Fit]) -> Condition:
    return along(fits[0].path, one_of(fits[0].column, tuple(value for fit in fits for value in fit.values)))


def _without_prefixes(word: str) -> Iterator[str]:
    for prefix in ("un", "non-", "non"):
        if word.startswith(prefix):
            yield word.removeprefix(prefix)
            return


def _positives(word: str) -> Iterator[str]:
    """ "inactive" denies "active"."""
    if word in synonyms.ANTONYMS:
        yield synonyms.ANTONYMS[word]
        return
    for prefix in synonyms.NEGATING_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 4:
            yield word.removeprefix(prefix)
            return
