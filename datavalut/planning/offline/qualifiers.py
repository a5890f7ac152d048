"""What is said of a noun, phrase by phrase: "from last 6 months", "with 3+ purchases", "who never ordered".

A phrase without "and" or "or" before it belongs to the noun it stands beside: in "customers with 3 orders in 2023" the
time is that of the orders. After "and", "or" or a comma a phrase belongs to the outermost noun that it fits. How the
phrases of one noun are joined is said in `joining`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from datavalut.catalog.model import Table
from datavalut.filters.model import Exists
from datavalut.planning.offline import synonyms, table_dates
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.amounts import FUNCTION_WORDS, AmountReader
from datavalut.planning.offline.attachment import AttachmentChecks, leaves_the_way
from datavalut.planning.offline.backgrounds import BackgroundReader
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.durations import DurationReader
from datavalut.planning.offline.expiries import ExpiryReader
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.inscriptions import InscriptionReader
from datavalut.planning.offline.joining import joined
from datavalut.planning.offline.journeys import JourneyReader
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.nouns import NounReader
from datavalut.planning.offline.objects import ObjectReader
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    DescribedRows,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    Progress,
    UnclearError,
    denied,
    opened,
)
from datavalut.planning.offline.places import PlaceReader
from datavalut.planning.offline.quantities import read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.rivals import RivalReader
from datavalut.planning.offline.situations import SituationReader
from datavalut.planning.offline.tenure import TenureReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.totals import TotalReader
from datavalut.planning.offline.verbs import VerbReader
from datavalut.planning.offline.vocabulary import Vocabulary

_EXCEPT = frozenset({"except", "excluding"})
_DEEPEST = 8  # phrases within one another
_MOST_ATTEMPTS = 5_000  # at reading a phrase, over the whole prompt
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_ADJECTIVES = 6  # tokens before "ones"


class QualifierReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._depth = 0
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._columns = ColumnReader(tokens, vocabulary, progress)
        self._dates = DateReader(tokens, vocabulary, progress)
        self._attachment = AttachmentChecks(tokens, vocabulary, progress, dates=self._dates)
        self._tenure = TenureReader(tokens, vocabulary, progress)
        self._backgrounds = BackgroundReader(tokens, vocabulary, progress)
        self.durations = DurationReader(tokens, vocabulary, progress, dates=self._dates)
        self._measures = MeasureReader(tokens, vocabulary, progress)
        self._expiries = ExpiryReader(tokens, vocabulary, progress)
        self._inscriptions = InscriptionReader(tokens, vocabulary, progress)
        self._journeys = JourneyReader(tokens, vocabulary, progress)
        self._nouns = NounReader(
            tokens,
            vocabulary,
            progress,
            read_qualifiers=self.read,
            read_key=self._read_key,
            attachment=self._attachment,
        )
        self.read_noun, self.read_bare_noun = self._nouns.read_noun, self._nouns.read_bare_noun
        self.amounts = AmountReader(tokens, vocabulary, progress, read_described=self._read_described)
        self._totals = TotalReader(
            tokens, vocabulary, progress, amounts=self.amounts, read_described=self._read_described
        )
        self._rivals = RivalReader(tokens, vocabulary, progress, read_bare_noun=self.read_bare_noun)
        self._objects = ObjectReader(
            tokens,
            vocabulary,
            progress,
            columns=self._columns,
            amounts=self.amounts,
            read_noun=self.read_noun,
            read_rivals=self._rivals.counts,
            totals=self._totals,
            read_place=self._read_place,
        )
        self._places = PlaceReader(
            tokens,
            vocabulary,
            progress,
            objects=self._objects,
            columns=self._columns,
            journeys=self._journeys,
            read_noun=self.read_noun,
            read_bare_noun=self.read_bare_noun,
        )
        self._situations = SituationReader(tokens, vocabulary, progress, objects=self._objects)
        self.verbs = VerbReader(
            tokens,
            vocabulary,
            progress,
            objects=self._objects,
            dates=self._dates,
            durations=self.durations,
            rivals=self._rivals,
            totals=self._totals,
            columns=self._columns,
            amounts=self.amounts,
            situations=self._situations,
            read_place=lambda table, at, frames: (
                self._journeys.led_in(table, at)
                or self._read_place(table, at, frames)
                or self._places.read_residence(table, at, frames)
            ),
            read_noun=lambda at, frames: self.read_bare_noun(at) if frames is None else self.read_noun(at, frames),
        )

    def begins_with_time(self, position: int) -> bool:
        return self._dates.begins_with_time(position)

    def check_state(self, noun: NounPhrase) -> None:
        """Raises UnclearError where the time behind a bare noun could be that of the state before it."""
        self._attachment.check_state(noun.table, noun.condition, noun.start, noun.noun_end)
        self._attachment.check_stays(noun.table, noun.noun_end - 1, noun.noun_end)

    def _read_described(self, position: int) -> DescribedRows | None:
        noun = self.read_bare_noun(position)
        return DescribedRows(noun.table, noun.condition, noun.meaning, noun.noun_end) if noun else None

    def _read_place(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return self._places.read(table, position, frames)

    # Sequences of qualifiers

    def read(self, table: Table, position: int, frames: Frames = ()) -> Clause | None:
        """All that follows from `position` and describes `table`."""
        items = self._read_items(table, position, frames)
        return joined(items, self._tokens) if items else None

    def _read_items(self, table: Table, position: int, frames: Frames) -> list[tuple[str, Clause]]:
        items: list[tuple[str, Clause]] = []
        end = position
        while True:
            joiner, at = self._read_joiner(end)
            if joiner and not items and joiner != "," and self._word(at) != "not":
                break
            if joiner and (self._fits_outside(frames, at) or self._goes_on_outside(frames, at)):
                break
            if items and not joiner and self._attachment.is_of_one(table, position, at):
                break
            if frames and not joiner and self._attachment.is_of_several(table, position, at):
                break
            if frames and not joiner and self._attachment.is_time(at) and not table_dates.date_columns(table):
                break  # a noun without dates leaves it to the one further out
            if not joiner and self._attachment.is_time(at):
                self._attachment.check_whose_time(table, at, frames)
                self._attachment.check_persons(table, at, frames)
            if not joiner and not items:
                self._attachment.check_sales(table, at, frames)
            if not joiner:
                self._attachment.check_whose_participle(table, at, frames)
            clause = self._continue(table, at, frames, items[-1][1]) if joiner and items else None
            clause = clause or self._read_one(table, at, frames)
            if clause is None or (clause.is_bare and items and not joiner):
                break  # what stands bare behind a phrase belongs to that phrase, which did not read it
            self._attachment.check_way_back(table, clause, frames)
            self._attachment.check_time(table, items, joiner, clause)
            self._attachment.check_whose_amount(items, joiner, clause)
            self._attachment.check_several_times(clause, inner=bool(frames))
            items.append((joiner, clause))
            end = clause.end
            self._progress.reach(end)
        return items

    def _read_joiner(self, position: int) -> tuple[str, int]:
        """ "and", "or", "," or nothing, and where the next phrase begins."""
        end, comma = position, False
        if self._word(end) == ",":
            end, comma = end + 1, True
        word = self._word(end)
        if word in {"and", "but", "or"}:
            end += 1
            if self._word(end) == "also":
                end += 1
            return ("or" if word == "or" else "and"), end
        return ("," if comma else ""), end

    def _continue(self, table: Table, position: int, frames: Frames, last: Clause) -> Clause | None:
        """A phrase that leaves out its "with" or "who", since the one before it said so."""
        match last.continuation:
            case Continuation.WITH | Continuation.NO:
                return self._continue_with(table, position, frames, last)
            case Continuation.HAVING:
                return (
                    self.verbs.verb_phrase(table, position, frames)
                    or self._never_had(table, position, frames)
                    or self._continue_with(table, position, frames, last)
                )
            case Continuation.RELATIVE:
                resumed = self.verbs.resumed(table, last.verb, position, frames) if last.verb is not None else None
                if resumed is not None and leaves_the_way(last.condition, resumed.condition):
                    names = (f"{last.meaning} ...", resumed.meaning)
                    raise UnclearError(resumed.start, resumed.end, "said of what?", names)
                return resumed or self.verbs.verb_phrase(table, position, frames)
        return None

    def _never_had(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(who had surgery but) never physiotherapy"."""
        if self._word(position) not in {"never", "not"}:
            return None
        body = self._objects.with_body(table, position + 1, frames)
        if body is None or not isinstance(body.condition, Exists):
            return None
        return denied(body, position)

    def _continue_with(self, table: Table, position: int, frames: Frames, last: Clause) -> Clause | None:
        if frames and self._word(position) in FUNCTION_WORDS:
            raise UnclearError(position - 1, position + 1, f"of each of {table.name.name}, or of all of them?")
        described = self._columns.described_column(table, position)
        if described is not None:
            return described
        announced = self._word(position) in synonyms.ARTICLES | {"no", "zero"} or read_quantity(self._tokens, position)
        if announced or self.amounts.read(table, position):
            return self._objects.with_body(table, position, frames)
        noun = self.read_bare_noun(position)
        if last.continuation is Continuation.NO:
            body = self._objects.with_body(table, position, frames)
            if body is not None:
                raise UnclearError(last.start, body.end, 'does "no" hold for both?', ("... and no ...", "... or ..."))
            return None
        if noun is None:
            return self._objects.with_body(table, position, frames)
        return self._continue_with_noun(table, position, frames, last)

    def _continue_with_noun(self, table: Table, position: int, frames: Frames, last: Clause) -> Clause | None:
        """ "with orders and reviews": a bare noun goes on with bare nouns; else it is the next subject."""
        first = last.start + 1 if self._word(last.start) in {"with", "having"} else last.start
        first += self._word(first) in {"both", "either"}
        if self.read_bare_noun(first) is None:
            return None
        body = self._objects.with_body(table, position, frames)
        if body is not None and len(body.explained) > 1:
            raise UnclearError(position, body.end, f"what {table.name.name} must have too, or a subject of its own?")
        return body

    def _fits_outside(self, frames: Frames, position: int) -> bool:
        """Can the phrase describe a noun further out?"""
        before = self._progress.furthest
        try:
            return (frames != () and self._attachment.is_time(position)) or any(
                self._fits(frames[index], frames[:index], position) for index in range(len(frames) - 1, -1, -1)
            )
        except UnclearError:
            return True
        finally:
            self._progress.furthest = before

    def _goes_on_outside(self, frames: Frames, position: int) -> bool:
        """ "(who played in dramas) but not in comedies" denies the playing, and no quality of the dramas."""
        in_a_relative_clause = any(frame.continuation is Continuation.RELATIVE for frame in frames)
        return in_a_relative_clause and self._word(position) in {"not", "never"}

    def _fits(self, frame: Frame, outer: Frames, position: int) -> bool:
        reading = self._read_one(frame.table, position, outer)
        if reading is None and frame.continuation is Continuation.WITH:
            reading = self._objects.with_body(frame.table, position, outer)
        if reading is None and frame.continuation is Continuation.RELATIVE:
            reading = self.verbs.verb_phrase(frame.table, position, outer)
        return reading is not None

    # One qualifier

    def _read_one(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if position >= len(self._tokens):
            return None
        self._progress.attempts += 1
        if self._depth == _DEEPEST or self._progress.attempts > _MOST_ATTEMPTS:
            raise UnclearError(position, position + 1, "too much is said within one another")
        self._depth += 1
        try:
            return self._read_any(table, position, frames)
        finally:
            self._depth -= 1

    def _read_any(self, table: Table, position: int, frames: Frames) -> Clause | None:
        readings: Sequence[Callable[[], Clause | None]] = (
            lambda: self._read_group(table, position, frames),
            lambda: self.verbs.read_repeated(table, position),
            lambda: self._read_negation(table, position, frames),
            lambda: self._read_exception(table, position, frames),
            lambda: self._measures.read(table, position) or self.durations.read(table, position),
            lambda: self._tenure.read(table, position) or self._backgrounds.read(table, position),
            lambda: self._totals.read_deed(table, position),
            lambda: self._rivals.amounts(table, position) or self._rivals.earnings(table, position),
            lambda: self._rivals.prices(table, position),
            lambda: self._read_worth(table, position, frames),
            lambda: self._journeys.led_in(table, position),
            lambda: self._objects.read(table, position, frames),
            lambda: self.verbs.read(table, position, frames),
            lambda: self._situations.read(table, position),
            lambda: self._expiries.past_its_date(table, position) or self._dates.read_time(table, position),
            lambda: self._dates.read_participle(table, position),
            lambda: self._read_deed(table, position, frames),
            lambda: self._read_made(table, position, frames),
            lambda: self._read_place(table, position, frames),
            lambda: self._places.read_residence(table, position, frames),
            lambda: self._columns.named(table, position),
            lambda: self._inscriptions.containing(table, position) or self._columns.holding(table, position),
            lambda: self.verbs.read_link(table, position, frames),
            lambda: self._objects.counts.measured(table, position) if read_comparator(self._tokens, position) else None,
            lambda: self._columns.column(table, position, start=position, operator_needed=True),
            lambda: self._read_key(table, position),
            lambda: self._read_bare(table, position),
            lambda: self.verbs.deeds.read(table, position, frames),
        )
        return next((clause for read in readings if (clause := read()) is not None), None)

    def _read_worth(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "orders worth over 500". Raises UnclearError for "(customers with) orders totalling more than 500"."""
        counted = self._objects.counts.measured(table, position + 1) if self._word(position) == "worth" else None
        if counted is not None and not any(token.money for token in self._tokens[position : counted.end]):
            return opened(counted, position)  # "worth 6 credits"
        clause = self.amounts.read_worth(table, position)
        several = self._word(position - 1) != singular(self._word(position - 1))
        if clause and frames and several and self._word(position) in {"totaling", "totalling"}:
            name = table.name.name
            raise UnclearError(
                position, clause.end, f"each of {name}, or all of them together?", (f"total {name} ...",)
            )
        return clause

    def _read_key(self, table: Table, position: int) -> Clause | None:
        """ "customer 42": the row of that key; what looks like a year is not clear, and what is described besides ("a
        Tesla Model 3") is no key."""
        before = self._word(position - 2)
        if position > 1 and (before in synonyms.ARTICLES or before not in synonyms.GRAMMAR_WORDS | {",", "("}):
            return None
        number = self._tokens[position].number if position < len(self._tokens) else None
        named = self._vocabulary.table_at(position - 1, loosely=True)
        if number is None or _FIRST_YEAR <= number <= _LAST_YEAR or named is None or named[0].name != table.name:
            return None
        key = self._columns.name_behind(table, position)
        return self._clause(key.condition, position, key.end, key.meaning) if key else None

    def _read_bare(self, table: Table, position: int) -> Clause | None:
        """An adjective or a value behind the noun: "users inactive since 2023", "tenant Globex"."""
        clause = self._adjectives.read_list(table, position)
        if clause is None or self._word(clause.end) in {"by"} | synonyms.MEANS:
            return None  # "orders placed by Ada", "closed via phone": what was done by somebody or so is no state
        if self._vocabulary.table_at(clause.end, loosely=True) is not None:
            return None  # "... and cancelled orders": the next noun's
        return replace(clause, is_bare=True)

    def _read_deed(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """A verb behind the noun with a time or an object: "products ordered in 2023". Alone it may be a state too."""
        clause = self.verbs.deeds.read(table, position, frames)
        return clause if clause is not None and clause.end > position + 1 else None

    def _read_made(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(bookings) made with a promo code", "(orders) placed without a coupon"."""
        if self._word(position) not in {"made", "placed"} or self._word(position + 1) not in {"with", "without"}:
            return None
        made = self._objects.read(table, position + 1, frames)
        return opened(made, position) if made else None

    def _read_group(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(... or ...)", "either ... or ..."."""
        if self._word(position) == "either":
            items = self._read_items(table, position + 1, frames)
            if len(items) < 2 or any(joiner != "or" for joiner, _ in items[1:]):
                return None
            return opened(joined(items, self._tokens), position, Continuation.NONE)
        if self._word(position) != "(":
            return None
        inner = self.read(table, position + 1)
        if inner is None or self._word(inner.end) != ")":
            return None
        return replace(opened(inner, position, Continuation.NONE), end=inner.end + 1)

    def _read_negation(self, table: Table, position: int, frames: Frames) -> Clause | None:
        if self._word(position) not in {"not", "never"} or self._measures.denies_a_comparison(position):
            return None
        self._progress.reach(position + 1)
        state = self._adjectives.read_list(table, position)
        if state is not None:
            return state
        clause = self._read_one(table, position + 1, frames)
        return denied(clause, position) if clause else None

    def _read_exception(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "except those from country Canada", "except inactive ones"."""
        if self._word(position) in _EXCEPT:
            at = position + 2 if self._word(position + 1) == "for" else position + 1
        elif self._words(position, "other", "than") or self._words(position, "apart", "from"):
            at = position + 2
        else:
            return None
        self._progress.reach(at)
        noun = self._read_excepted_noun(table, at)
        if noun is not None:
            return opened(denied(noun, position), position, Continuation.NONE)
        items = self._read_excepted_items(table, at, frames)
        if not items:
            return None
        if any(joiner == "and" for joiner, _ in items[1:]):
            right = items[-1][1]
            raise UnclearError(right.start - 1, right.end, 'does the "and" go on with what is excepted?')
        return opened(denied(joined(items, self._tokens), position), position, Continuation.NONE)

    def _read_excepted_items(self, table: Table, position: int, frames: Frames) -> list[tuple[str, Clause]]:
        for words in (("the", "ones"), ("those",), ("ones",), ("any",), ("all",)):
            if self._words(position, *words):
                position += len(words)
                break
        return self._read_items(table, position, frames)

    def _read_excepted_noun(self, table: Table, position: int) -> Clause | None:
        """ "except inactive ones", "except customers with no orders"."""
        at = position + 1 if self._word(position) == "the" else position
        for ones in range(at + 1, min(at + _MOST_ADJECTIVES, len(self._tokens))):
            if self._word(ones) in {"one", "ones"}:
                adjectives = self._adjectives.read_list(table, at, ones)
                return replace(adjectives, end=ones + 1) if adjectives else None
        noun = self.read_noun(position)
        if noun is None or noun.table.name != table.name or noun.condition is None:
            return None
        main = Explained(position, noun.noun_end, noun.meaning)
        return Clause(noun.condition, position, noun.end, noun.meaning, (main, *noun.explained))
