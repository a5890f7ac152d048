"""How long something has been so: "members for more than 2 years", "with over 5 years of service", "open for a week".

A person is a member since the date on which the row came to be; a ticket is open since then, too, since that is how it
began. What begins later ("suspended for a week") has no date, and who has left may have stayed shorter: both are
refused.
"""

from datavalut.catalog.model import Table
from datavalut.filters.model import ColumnValue, InTime
from datavalut.planning.offline import synonyms, table_dates, table_names
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.comparisons import in_time
from datavalut.planning.offline.inflection import singular, stems
from datavalut.planning.offline.lengths import Length, read_length
from datavalut.planning.offline.phrases import Clause, Progress, UnclearError, all_of
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary

_SERVICE = synonyms.words("service tenure membership employment seniority")
_FIRST_STATES = synonyms.words("open pending waiting new queued unassigned unresolved unanswered outstanding todo")
_LEAVING_STEMS = stems("terminated left resigned end exit quit departed cancelled closed deactivated")
_HERE = (
    ("here",),
    ("with", "us"),
    ("with", "the", "company"),
    ("at", "the", "company"),
    ("in", "the", "company"),
    ("for", "us"),
    ("for", "the", "company"),
)
_BECOMING = frozenset({"became", "become"})
_WORKING = frozenset({"employed", "working", "worked", "work"})


class TenureReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)

    def read(self, table: Table, position: int) -> Clause | None:
        """Behind the noun, or behind "who" and "that"."""
        return (
            self._for(table, position, position)
            or self._with_years(table, position)
            or self._been(table, position)
            or self._became(table, position)
            or self._in_a_state(table, position)
        )

    def _for(self, table: Table, start: int, position: int) -> Clause | None:
        """ "(members) for more than 2 years"."""
        length = read_length(self._tokens, position + 1) if self._word(position) == "for" else None
        if length is None or not table_names.is_of(table, synonyms.JOINERS):
            return None
        return self._since_creation(table, length, start, length.end)

    def _with_years(self, table: Table, position: int) -> Clause | None:
        """ "(employees) with over 5 years of service", "having 10+ years with the company"."""
        if self._word(position) not in {"with", "having", "have", "has"}:
            return None
        length = read_length(self._tokens, position + 1)
        if length is None or not table_names.is_of(table, synonyms.JOINERS):
            return None
        at = length.end + (self._word(length.end) in {"of", "'"})
        if self._word(at) in _SERVICE:
            return self._since_creation(table, length, position, at + 1)
        here = self._past_here(length.end)
        return self._since_creation(table, length, position, here) if here > length.end else None

    def _been(self, table: Table, position: int) -> Clause | None:
        """ "(who) have been customers for over 2 years", "have worked here for 10+ years"."""
        at = position + 1 if self._word(position) in {"have", "has"} else position
        if self._word(at) == "been":
            named = self._vocabulary.table_at(self._past_articles(at + 1))
            at = named[1] if named is not None and named[0].name == table.name else at + 1
        elif self._word(at) not in _WORKING:
            return None
        at += self._word(at) in _WORKING
        return self._for(table, position, self._past_here(at))

    def _became(self, table: Table, position: int) -> Clause | None:
        """ "(restaurants that) became customers before 2020", by their customer_since."""
        at = self._past_articles(position + 1)
        said = singular(self._word(at)) if self._word(position) in _BECOMING else ""
        dates = [
            column
            for column in table_dates.date_columns(table)
            if said and list(name_words(column.name)) == [said, "since"]
        ]
        phrase = TimeReader(self._tokens, self._vocabulary.reference_time).read(at + 1) if len(dates) == 1 else None
        if phrase is None:
            return None
        meaning = f"{table.name.name}.{dates[0].name} {phrase.meaning}"
        return self._clause(in_time(ColumnValue(column=dates[0].name), phrase), position, phrase.end, meaning)

    def _past_here(self, position: int) -> int:
        words = next((words for words in _HERE if self._words(position, *words)), ())
        return position + len(words)

    def _in_a_state(self, table: Table, position: int) -> Clause | None:
        """ "(tickets) open for more than a week"."""
        at = position
        while self._word(at) in {"have", "has", "been", "are", "is"}:
            at += 1
        if self._word(at) not in _FIRST_STATES or self._word(at + 1) != "for":
            return None
        length = read_length(self._tokens, at + 2)
        state = self._adjectives.read_list(table, at) if length else None
        since = self._since_creation(table, length, at, length.end) if length and state else None
        if state is None or since is None or state.end != at + 1:
            return None
        condition = all_of((state.condition, since.condition))
        return self._clause(condition, position, since.end, f"{state.meaning} and {since.meaning}")

    def _since_creation(self, table: Table, length: Length, start: int, end: int) -> Clause | None:
        window = length.until_now()
        if window is None or length.bare:
            return None
        date = table_dates.own_date(table, start, end)
        for column in table_dates.date_columns(table):
            if table_dates.date_stem(table, column) in _LEAVING_STEMS:
                names = (f"{table.name.name}.{date.name}", f"{table.name.name}.{column.name}")
                raise UnclearError(start, end, "until now, or until they left?", names)
        meaning = f"{table.name.name}.{date.name} {length.meaning} ago"
        return self._clause(InTime(operand=ColumnValue(column=date.name), window=window), start, end, meaning)
