"""A whole prompt: leading words, subjects ("top 10 customers ..."), and what to leave out or to keep whole.

Rules for several subjects: a phrase describes the subject that it stands beside. "all products" beside a described
subject keeps that table whole. "their orders" comes along by itself. A bare noun before a described one ("customers
and orders from 2023") is refused, since the phrase could describe both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import (
    ColumnValue,
    Condition,
    Expression,
    Ordering,
    Root,
    Sample,
    Top,
)
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.objects import NounPhrase
from datavalut.planning.offline.phrases import Explained, Progress, UnclearError, all_of, any_of
from datavalut.planning.offline.qualifiers import QualifierReader
from datavalut.planning.offline.quantities import Number, read_number
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.type_categories import NUMBER_CATEGORIES, TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary, name_key

_EXCLUDING = frozenset({"exclude", "skip", "omit"})
_EXCLUDING_A_TABLE = _EXCLUDING | frozenset({"excluding", "without", "except", "skipping", "omitting", "but", "minus"})
_TABLE_WORDS = frozenset({"table", "tables"})
_SEPARATORS = ((",", "and"), (";", "and"), (",",), (";",), (".",), ("and",), ("plus",), ("as", "well", "as"), ("but",))
_COMPANY = (
    ("along", "with"),
    ("together", "with"),
    ("as", "well", "as"),
    ("with",),
    ("including",),
    ("and",),
)
_SUPERLATIVES: dict[tuple[str, ...], tuple[str, bool]] = {  # what is compared, and whether the highest come first
    ("most", "expensive"): ("price", True),
    ("cheapest",): ("price", False),
    ("least", "expensive"): ("price", False),
    ("newest",): ("creation", True),
    ("latest",): ("creation", True),
    ("most", "recent"): ("creation", True),
    ("oldest",): ("age", False),
    ("earliest",): ("creation", False),
    ("top",): ("by", True),
    ("bottom",): ("by", False),
    ("biggest",): ("by", True),
    ("largest",): ("by", True),
    ("highest",): ("by", True),
    ("best",): ("by", True),
    ("smallest",): ("by", False),
    ("lowest",): ("by", False),
}


@dataclass(frozen=True)
class _Selection:
    """A superlative or a sample before the noun, read until `end`."""

    start: int
    end: int
    rows: int | None = None
    percent: float | None = None
    superlative: tuple[str, bool] | None = None  # of `rows`


@dataclass(frozen=True)
class Subject:
    table: Table
    condition: Condition | None
    start: int
    end: int
    meaning: str
    explained: tuple[Explained, ...]
    top: Top | None = None
    sample: Sample | None = None
    every: bool = False  # "all customers"
    comes_along: bool = False  # "their orders"
    joined_by_or: bool = False

    @property
    def bare(self) -> bool:
        return self.condition is None and self.top is None and self.sample is None


@dataclass(frozen=True)
class Sentence:
    """What the prompt asks for. `explained` covers every word that carries meaning."""

    roots: tuple[Root, ...]
    full: tuple[str, ...]
    exclude: tuple[str, ...]
    reading: str
    explained: tuple[Explained, ...]


class SentenceReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._qualifiers = QualifierReader(tokens, vocabulary, progress)
        self.subjects: list[Subject] = []
        self._excluded: list[tuple[Table, Explained]] = []

    def read(self) -> Sentence | None:
        """None if the words at `progress.furthest` were not understood. Raises UnclearError."""
        position = self._past_lead(0)
        everything = self._everything(position)
        excluded_only = None if everything else self._exclusion(position)
        if everything is not None:
            position = everything.end
        elif excluded_only is not None:
            position = excluded_only
        else:
            first = self._subject(position)
            if first is None:
                return None
            self.subjects.append(first)
            position = first.end
        while position < len(self._tokens):
            self._progress.reach(position)
            end = self._item(position)
            if end is None:
                return None
            position = end
        if everything is not None and not self._excluded:
            return None
        return self._sentence([everything] if everything else [])

    # Words

    def _past_lead(self, position: int) -> int:
        """Past "please give me a copy of" and "create a database with"."""
        while True:
            if self._word(position) in synonyms.LEAD_WORDS | {":"} or self._words(position, ","):
                position += 1
            elif (after := self._past_lead_noun(position)) is not None:
                position = after
            else:
                self._progress.reach(position)
                return position

    def _past_lead_noun(self, position: int) -> int | None:
        at = position
        made = self._word(at) in {"create", "make", "build"}
        if made:
            at += 1
        while self._word(at) in {"a", "an", "the", "all", "new", "small", "smaller", "filtered", "test"}:
            at += 1
        if self._word(at) not in synonyms.LEAD_NOUNS:
            return None
        behind = {"of", "with", "for", "about", "on", "containing"}
        return at + 2 if self._word(at + 1) in behind else None

    def _everything(self, position: int) -> Explained | None:
        for words in (("everything",), ("all", "tables"), ("all", "data"), ("the", "whole", "database")):
            if self._words(position, *words):
                end = position + len(words)
                self._progress.reach(end)
                return Explained(position, end, "every table")
        return None

    # Items

    def _item(self, position: int) -> int | None:
        """One more subject or directive, with what separates it from the one before."""
        company = self._company(position)
        if company is not None:
            return company
        directive = self._exclusion(position)
        if directive is not None:
            return directive
        if self._word(position) == "or":
            subject = self._subject(position + 1)
            if subject is None or not self.subjects or subject.table.name != self.subjects[-1].table.name:
                return None
            self.subjects.append(replace(subject, joined_by_or=True))
            return subject.end
        for words in _SEPARATORS:
            if not self._words(position, *words):
                continue
            at = position + len(words)
            self._progress.reach(at)
            directive = self._exclusion(at)
            if directive is not None:
                return directive
            subject = None if words == ("but",) else self._subject(self._past_lead_verbs(at))
            if subject is not None:
                self.subjects.append(subject)
                return subject.end
        return None

    def _past_lead_verbs(self, position: int) -> int:
        while self._word(position) in {
            "also",
            "include",
            "including",
            "keep",
            "extract",
            "get",
            "copy",
            "with",
            "then",
        }:
            position += 1
        return position

    def _company(self, position: int) -> int | None:
        """ "with their orders and reviews", "and all related products": they come along as the subject's relatives."""
        at = position + 1 if self._word(position) == "," else position
        opening = next((words for words in _COMPANY if self._words(at, *words)), None)
        if opening is None or not self.subjects:
            return None
        at += len(opening)
        if self._word(at) == "all":
            at += 1
        if self._word(at) not in {"their", "its", "related", "associated"}:
            return None
        at += 1
        while self._word(at) in {"related", "associated"}:
            at += 1
        if self._word(at) in {"data", "records", "rows"}:
            self._progress.reach(at + 1)
            self._come_along(None, position, at + 1)
            return at + 1
        end: int | None = None
        while (noun := self._qualifiers.read_bare_noun(at)) is not None and noun.condition is None:
            self._come_along(noun, at if end else position, noun.end)
            end = noun.end
            following = end + (2 if self._words(end, ",", "and") else 1)
            if self._word(end) not in {",", "and"}:
                break
            at = following + 1 if self._word(following) == "their" else following
            if self._word(at - 1) != "their" and self._is_described(at):
                break
        return end

    def _is_described(self, position: int) -> bool:
        """Does a subject of its own begin here?"""
        if self._word(position) in {"all", "every"}:
            return True
        noun = self._qualifiers.read_noun(position)
        return noun is None or noun.condition is not None

    def _come_along(self, noun: NounPhrase | None, start: int, end: int) -> None:
        of = next(subject.table for subject in reversed(self.subjects) if not subject.comes_along)
        if noun is None:
            meaning, table = f"what belongs to {of.name.name} comes along", of
        else:
            self._vocabulary.path(of, noun.table, start, end)
            meaning, table = f"{noun.table.name.name} that belong to {of.name.name} come along", noun.table
        explained = (Explained(start, end, meaning),)
        self.subjects.append(Subject(table, None, start, end, meaning, explained, comes_along=True))

    def _exclusion(self, position: int) -> int | None:
        """ "exclude the logs", "without table audit_log", "excluding the tables logs and events"."""
        word, at = self._word(position), position + 1
        if (word, self._word(at)) == ("leave", "out"):
            word, at = "exclude", at + 1
        if word not in _EXCLUDING_A_TABLE:
            return None
        if self._word(at) in {"the", "all"}:
            at += 1
        says_table = self._word(at) in _TABLE_WORDS
        if says_table:
            at += 1
        found = list(self._tables_listed(at))
        if not found:
            return None
        end = found[-1][1]
        if self._word(end) in _TABLE_WORDS:
            says_table, end = True, end + 1
        if not says_table and word in {"excluding", "except", "minus"} and self.subjects:
            name = found[0][0].name.name
            raise UnclearError(position, end, f"leave out {name}", (f"without {name}", f"exclude the table {name}"))
        if not says_table and word not in _EXCLUDING:
            return None
        if not says_table and self._qualifiers.read(found[-1][0], end) is not None:
            name = found[-1][0].name.name
            raise UnclearError(position, end, f"leave out the table {name}, or some of its rows?")
        for table, _ in found:
            if any(subject.table.name == table.name for subject in self.subjects):
                raise UnclearError(position, end, f"{table.name.name} is asked for and left out")
            self._excluded.append((table, Explained(position, end, f"the table {table.name.name} is left out")))
        self._progress.reach(end)
        return end

    def _tables_listed(self, position: int) -> Iterator[tuple[Table, int]]:
        named = self._vocabulary.table_at(position)
        while named is not None:
            yield named
            at = named[1]
            joined = at
            while self._word(joined) in {",", "and", "or"}:
                joined += 1
            if joined == at:
                return
            if self._word(joined) == "the":
                joined += 1
            named = self._vocabulary.table_at(joined)

    # Subjects

    def _subject(self, position: int) -> Subject | None:
        selection = self._selection(position)
        at = selection.end if selection else position
        noun = self._qualifiers.read_bare_noun(at)
        if noun is None:
            return None
        ordering = self._ordering(noun.table, noun.end, selection)
        end = ordering[1] if ordering else noun.end
        qualifiers = self._qualifiers.read(noun.table, end)
        if qualifiers is not None:
            end = qualifiers.end
            if ordering is None:
                ordering = self._ordering(noun.table, end, selection)
                end = ordering[1] if ordering else end
        described = [part.condition for part in (noun, qualifiers) if part is not None and part.condition is not None]
        words = [word for index in range(position, noun.noun_end) if (word := self._word(index))]
        if "their" in words:
            return None
        meaning = noun.meaning + (f" ({qualifiers.meaning})" if qualifiers else "")
        explained = [Explained(position, noun.noun_end, f"the table {noun.table.name}"), *noun.explained]
        explained += qualifiers.explained if qualifiers else ()
        if ordering is not None:
            explained.append(Explained(noun.noun_end, ordering[1], f"ordered by {ordering[2]}"))
        subject = Subject(
            noun.table,
            all_of(described) if described else None,
            position,
            end,
            meaning,
            tuple(explained),
            every=bool({"all", "every", "each"} & set(words)),
        )
        return self._selected(subject, selection, ordering)

    def _selected(
        self, subject: Subject, selection: _Selection | None, ordering: tuple[Expression, int, str, bool | None] | None
    ) -> Subject | None:
        if selection is None:
            return subject
        if selection.superlative is None:
            sample = Sample(percent=selection.percent, rows=selection.rows)
            size = f"{selection.percent:g}%" if selection.percent is not None else str(selection.rows)
            return replace(subject, sample=sample, meaning=f"a sample of {size} of {subject.meaning}")
        by, highest_first = selection.superlative
        if by != "by":
            column = self._superlative_column(subject.table, by, selection)
            expression: Expression = ColumnValue(column=column.name)
            name = f"{subject.table.name.name}.{column.name}"
        elif ordering is not None:
            expression, _, name, direction = ordering
            highest_first = highest_first if direction is None else direction
        else:
            raise UnclearError(selection.start, selection.end, "by what? Say for example: top 10 orders by total")
        top = Top(rows=selection.rows or 1, order_by=(Ordering(by=expression, descending=highest_first),))
        first = "highest" if highest_first else "lowest"
        return replace(subject, top=top, meaning=f"the {selection.rows} of {subject.meaning} with the {first} {name}")

    def _superlative_column(self, table: Table, by: str, selection: _Selection) -> Column:
        start, end = selection.start, selection.end
        if by == "age":
            births = self._vocabulary.births(table)
            if births:
                raise UnclearError(start, end, "several dates fit", (column.name for column in births))
        if by in {"age", "creation"}:
            return self._vocabulary.creation_column(table, start, end)
        prices = [
            column
            for column in table.columns
            if column.category in NUMBER_CATEGORIES
            and name_key(list(name_words(column.name))) in synonyms.PRICE_COLUMNS
        ]
        if len(prices) != 1:
            raise UnclearError(start, end, "no one column is the price", (column.name for column in prices))
        return prices[0]

    def _selection(self, position: int) -> _Selection | None:
        return self._sample(position) or self._superlative(position)

    def _sample(self, position: int) -> _Selection | None:
        """ "10% of", "a random sample of 100", "a 10% sample of", "50 random"."""
        at = position
        while self._word(at) in {"a", "an", "the", "random"}:
            at += 1
        announced = self._word(at) == "sample" and self._word(at + 1) == "of"
        if announced:
            at += 2
        number = read_number(self._tokens, at)
        if number is None:
            return None
        percent = self._word(number.end) in {"%", "percent"}
        end = number.end + 1 if percent else number.end
        random = "random" in {self._word(index) for index in range(position, at)}
        while self._word(end) in {"random", "sample", "randomly", "chosen", "selected", "rows", "sampled"}:
            random, end = True, end + 1
        if self._word(end) == "of":
            end += 1
        if percent:
            return self._percent_of(number, position, end)
        if not (announced or random) or number.value != int(number.value) or number.value < 1:
            return None
        if self._word(end) == "random":
            end += 1
        return _Selection(position, end, rows=int(number.value))

    def _percent_of(self, number: Number, position: int, end: int) -> _Selection:
        if not 0 < number.value <= 100:
            raise UnclearError(position, end, "a share must be more than 0 and at most 100 percent")
        return _Selection(position, end, percent=float(number.value))

    def _superlative(self, position: int) -> _Selection | None:
        """ "top 10", "the 10 most expensive", "the newest 100"."""
        at = position + 1 if self._word(position) == "the" else position
        number = read_number(self._tokens, at)
        words = self._superlative_words(number.end if number else at)
        if words is None:
            return None
        end = (number.end if number else at) + len(words)
        if number is None:
            number = read_number(self._tokens, end)
            end = number.end if number else end
        if number is None or number.value != int(number.value) or number.value < 1:
            return None
        further = self._superlative_words(end)  # "the top 10 most expensive"
        if words == ("top",) and further is not None:
            words, end = further, end + len(further)
        return _Selection(position, end, rows=int(number.value), superlative=_SUPERLATIVES[words])

    def _superlative_words(self, position: int) -> tuple[str, ...] | None:
        return next((words for words in _SUPERLATIVES if self._words(position, *words)), None)

    def _ordering(
        self, table: Table, position: int, selection: _Selection | None
    ) -> tuple[Expression, int, str, bool | None] | None:
        """ "by total", "by number of orders": what is compared, where it ends, its name, and the order if said."""
        if selection is None or selection.superlative is None or selection.superlative[0] != "by":
            return None
        at = position + 1 if self._word(position) in {"ordered", "sorted", "ranked"} else position
        if self._word(at) != "by":
            return None
        at += 1
        if self._word(at) in {"the", "their"}:
            at += 1
        amount = self._qualifiers.amounts.read(table, at)
        if amount is not None:
            expression: Expression = amount.aggregate()
            end, name = amount.end, amount.name
        else:
            reference = self._vocabulary.column_at(table, at)
            if reference is None or reference.path:
                return None
            if reference.column.category not in NUMBER_CATEGORIES | TIME_CATEGORIES:
                raise UnclearError(at, reference.end, f"{reference.text} has no highest and lowest")
            expression, end, name = ColumnValue(column=reference.column.name), reference.end, reference.text
        direction: bool | None = None
        if self._word(end) in {"ascending", "asc", "descending", "desc"}:
            direction, end = self._word(end).startswith("desc"), end + 1
        self._progress.reach(end)
        return expression, end, name, direction

    # All together

    def _sentence(self, explained: list[Explained]) -> Sentence:
        roots: dict[str, Root] = {}
        full: list[str] = []
        described = [subject for subject in self.subjects if not subject.bare]
        for index, subject in enumerate(self.subjects):
            explained.extend(subject.explained)
            name = str(subject.table.name)
            if subject.comes_along:
                continue
            if subject.bare and described:
                self._check_bare(index, subject, described)
                if subject.every:
                    full.append(name)
                    continue
            roots[name] = _united(roots.get(name), subject)
        explained.extend(entry for _, entry in self._excluded)
        meanings = [subject.meaning for subject in self.subjects] or ["every table"]
        reading = " and ".join(meanings)
        if self._excluded:
            reading += "; left out: " + ", ".join(str(table.name) for table, _ in self._excluded)
        return Sentence(
            tuple(roots.values()),
            tuple(dict.fromkeys(name for name in full if name not in roots)),
            tuple(dict.fromkeys(str(table.name) for table, _ in self._excluded)),
            reading,
            tuple(explained),
        )

    def _check_bare(self, index: int, subject: Subject, described: list[Subject]) -> None:
        """Raises UnclearError where a noun alone could be meant to share what is said of another."""
        if subject.every:
            return
        name = subject.table.name.name
        later = [other for other in self.subjects[index + 1 :] if other in described]
        below = [other for other in described if self._vocabulary.keys.is_below(subject.table, other.table)]
        if later or below:
            raise UnclearError(
                subject.start, subject.end, f"which {name}?", (f"all {name}", f"their {name}", f"{name} with ...")
            )


def _united(before: Root | None, subject: Subject) -> Root:
    """One root for each table: two subjects of one table are its rows of either kind."""
    table = str(subject.table.name)
    if before is None:
        return Root(table=table, condition=subject.condition, top=subject.top, sample=subject.sample)
    if before.top or before.sample or subject.top or subject.sample:
        raise UnclearError(subject.start, subject.end, f"{subject.table.name.name} is asked for twice")
    if before.condition is None or subject.condition is None:
        return Root(table=table)
    return Root(table=table, condition=any_of((before.condition, subject.condition)))
