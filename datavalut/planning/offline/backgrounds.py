"""What a row brings along, or came to be for: "with 10+ years of experience", "who know Python and SQL", "because of
culture fit"."""

from collections.abc import Iterator

from datavalut.catalog.model import Table
from datavalut.filters.model import AllOf, AnyOf, ColumnValue, Condition, Exists
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.comparisons import compared, one_of
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.phrases import Clause, Continuation, Progress, UnclearError, opened
from datavalut.planning.offline.quantities import read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_BECAUSE = (("because", "of"), ("due", "to"), ("on", "account", "of"), ("owing", "to"))
_WHAT_WAS = frozenset({"it", "they", "this", "these", "those", "which"})
_COPULAS = frozenset({"is", "are", "was", "were", "had", "has", "have", "been"})
_REASONS = frozenset({"reason", "cause", "ground", "motive"})
_OF_WHAT = frozenset({"with", "in", "using", "as", "at", "on", "of", "for"})
_KNOWING = frozenset(
    f"{verb}{ending}" for verb in ("know", "speak", "master", "understand") for ending in ("", "s", "ing")
)
_USED = {
    **dict.fromkeys(("driv", "rid"), frozenset({"vehicle", "transport"})),
    "play": frozenset({"instrument", "position"}),
    "speak": frozenset({"language"}),
    "studi": frozenset({"major", "subject", "program", "programme"}),
    "teach": frozenset({"subject"}),
}
_KNOWN = frozenset({"skill", "language", "technology", "tool", "technique", "competence", "competency"})


class BackgroundReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)

    def read(self, table: Table, position: int) -> Clause | None:
        """Behind the noun, or behind "who" and "that"."""
        return (
            self._with_years(table, position)
            or self.using(table, position)
            or self._knowing(table, position)
            or self._because(table, position)
        )

    def using(self, table: Table, position: int) -> Clause | None:
        """ "(couriers who) drive a car or a van", "(musicians who) play the violin": by the one column of that."""
        verb = stem(self._word(position))
        columns = [column for column in table.columns if head_word(column.name) in _USED.get(verb, ())]
        if len(columns) != 1 or not table_names.is_of(table, synonyms.PERSONS):
            return None
        values: list[str] = []
        at = end = position + 1
        while found := self._vocabulary.labels_at(table, self._past_articles(at), columns):
            values.extend(found[0].values)
            end = found[0].end
            if self._word(end) not in {"or", ","}:
                break
            at = end + 1 + (self._word(end + 1) == "or")
        if not values:
            return None
        meaning = f"{table.name.name}.{columns[0].name} is {' or '.join(map(repr, values))}"
        return self._clause(one_of(columns[0], tuple(dict.fromkeys(values))), position, end, meaning)

    def _knowing(self, table: Table, position: int) -> Clause | None:
        """ "(who) know both Python and SQL": by the names of skills or languages, which a table of pairs joins."""
        if self._word(position) not in _KNOWING:
            return None
        self._progress.reach(position + 1)
        at = position + 1 + (self._word(position + 1) == "either")
        named = self._named_rows.read_list(table, at, each=True, below=True)
        if named is None:
            return None
        said = {self._word(index) for index in range(at, named.end)}
        if "," in said and not said & {"and", "or", "&"}:
            return None  # all of them, or any?
        ends = list(_ends(named.condition))
        if not ends or not all(end and singular(name_words(end)[-1]) in _KNOWN for end in ends):
            return None
        return opened(named, position)

    def _with_years(self, table: Table, position: int) -> Clause | None:
        """ "(candidates) with 10+ years of experience": years_experience, experience_years."""
        if self._word(position) not in {"with", "having", "have", "has"}:
            return None
        quantity = read_quantity(self._tokens, position + 1)
        if quantity is None or self._word(quantity.end) not in {"year", "years"}:
            return None
        at = quantity.end + 1
        while self._word(at) in {"of", "'", "\u2019"}:
            at += 1
        columns = [
            column
            for column in table.columns
            if column.category in NUMBER_CATEGORIES
            and {singular(word) for word in name_words(column.name)} - {"of"} == {"year", "experience"}
        ]
        if self._word(at) != "experience" or len(columns) != 1:
            return None
        if self._word(at + 1) in _OF_WHAT:
            raise UnclearError(position, at + 2, "experience with something, or in all?")
        column = columns[0]
        condition = compared(ColumnValue(column=column.name), quantity, column.category, position)
        meaning = f"{table.name.name}.{column.name} {quantity.meaning}"
        return self._clause(condition, position, at + 1, meaning, Continuation.WITH)

    def _because(self, table: Table, position: int) -> Clause | None:
        """ "(rejected) because of culture fit", "(returns) because the item was damaged": the one reason that is called
        so."""
        words = next((words for words in _BECAUSE if self._words(position, *words)), ())
        at = position + len(words) if words else self._behind_because(table, position)
        if at is None:
            return None
        labels = [
            label
            for label in self._vocabulary.labels_at(table, at)
            if singular(head_word(label.column.name)) in _REASONS
        ]
        if len(labels) > 1:
            names = (f"{table.name.name}.{label.column.name}" for label in labels)
            raise UnclearError(position, labels[0].end, "several reasons fit", names)
        if not labels:
            return None
        label = labels[0]
        denied = any(self._word(before) in {"not", "never", "t"} for before in range(position - 3, position))
        if denied or self._times.read(label.end) is not None:
            raise UnclearError(position, label.end, "what is not so for that reason, or when it came to be so?")
        meaning = f"{table.name.name}.{label.column.name} is '{label.label}'"
        return self._clause(one_of(label.column, label.values), position, label.end, meaning)

    def _behind_because(self, table: Table, position: int) -> int | None:
        """Past "because it was", "because the item had been"."""
        at = position + 1
        if self._word(position) != "because":
            return None
        if self._word(at) in _WHAT_WAS:
            at += 1
        elif self._word(at) in {"the", "their", "its"}:
            named = self._vocabulary.table_at(at + 1, loosely=True)
            at = named[1] if named else at + 2
        else:
            return None
        has_copula = self._word(at) in _COPULAS
        while self._word(at) in _COPULAS:
            at += 1
        return at if has_copula else None


def _ends(condition: Condition) -> Iterator[str]:
    """The names of the tables whose rows the condition asks for; "" where it asks for anything else."""
    if isinstance(condition, AllOf | AnyOf):
        for one in condition.conditions:
            yield from _ends(one)
    else:
        yield condition.path[-1].table.rpartition(".")[2] if isinstance(condition, Exists) else ""
