"""What a noun is and does: "who have 3 orders", "that are not active", "who never ordered", "whose total is 5"."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from datavalut.catalog.model import Table
from datavalut.filters.model import Condition, Direction, Exists, PathStep
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.amounts import AmountReader
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.dates import IRREGULAR_PARTICIPLES, DateReader
from datavalut.planning.offline.durations import DurationReader
from datavalut.planning.offline.flags import FlagReader, flagged
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.kinds import KindReader
from datavalut.planning.offline.latest import LatestReader
from datavalut.planning.offline.links import LinkReader
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.named_rows import NamedRowReader
from datavalut.planning.offline.objects import Frame, Frames, NounPhrase, ObjectReader, counted
from datavalut.planning.offline.outcomes import OutcomeReader
from datavalut.planning.offline.paths import AmbiguousPathError
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    DescribedRows,
    Explained,
    Progress,
    UnclearError,
    all_of,
    along,
    denied,
    opened,
)
from datavalut.planning.offline.quantities import EQUAL, GREATER_OR_EQUAL, Quantity, read_comparator, read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.rivals import RivalReader
from datavalut.planning.offline.roles import role_stems
from datavalut.planning.offline.tenure import TenureReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.totals import TotalReader
from datavalut.planning.offline.vocabulary import Vocabulary

_INTRANSITIVE = synonyms.words(
    "left died expired resigned retired departed graduated churned unsubscribed cancelled canceled lapsed arrived"
)
_PARTICLES = frozenset({"out", "in", "up", "off", "away", "over", "through", "down", "back", "on"})
_BE = frozenset({"is", "are", "was", "were", "been", "be"})
_DO = frozenset({"do", "does", "did"})
_HAVE = frozenset({"have", "has", "had"})
_OBJECT_PREPOSITIONS = frozenset({"in", "for", "to", "with", "on", "at", "by", "from"})
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_BEFORE_WHICH = frozenset({"in", "by", "for", "with", "to", "at", "of", "on"})

PlaceRead = Callable[[Table, int, Frames], Clause | None]
NounRead = Callable[[int, Frames | None], NounPhrase | None]


class VerbReader(Reader):
    def __init__(
        self,
        tokens: tuple[Token, ...],
        vocabulary: Vocabulary,
        progress: Progress,
        *,
        objects: ObjectReader,
        dates: DateReader,
        durations: DurationReader,
        rivals: RivalReader,
        totals: TotalReader,
        columns: ColumnReader,
        amounts: AmountReader,
        read_place: PlaceRead,
        read_noun: NounRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._flags = FlagReader(tokens, vocabulary, progress)
        self._objects = objects
        self._dates = dates
        self._durations = durations
        self._rivals = rivals
        self._totals = totals
        self._columns = columns
        self._amounts = amounts
        self._latest = LatestReader(tokens, vocabulary, progress)
        self._tenure = TenureReader(tokens, vocabulary, progress)
        self._measures = MeasureReader(tokens, vocabulary, progress)
        self._named_rows = NamedRowReader(tokens, vocabulary, progress)
        self._links = LinkReader(tokens, vocabulary, progress, columns=columns, read_noun=read_noun)
        self._kinds = KindReader(tokens, vocabulary, progress)
        self._outcomes = OutcomeReader(tokens, vocabulary, progress, read_noun=read_noun)
        self._read_place = read_place
        self._read_noun = read_noun

    def read(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        nobody = self._nobody(table, position, frames)
        if nobody is not None:
            return nobody
        if word not in synonyms.RELATIVES:
            return self._inverted(table, position)
        self._progress.reach(position + 1)
        if word == "who" and not self._is_person(table) and any(self._is_person(frame.table) for frame in frames):
            return None
        if word in {"whose", "where"}:
            body = (
                self._latest.read(table, position + 1)
                or self._amounts.read_comparison(table, position + 1)
                or self._totals.read_whose(table, position + 1)
                or self._columns.described_column(table, position + 1)
                or self._role(table, self._past_articles(position + 1), frames)
                or (self._links.read_inverted(table, position + 1) if word == "where" else None)
            )
            return opened(body, position) if body else None
        clause = self.verb_phrase(table, position + 1, frames) or self._links.read_inverted(table, position + 1)
        return opened(clause, position) if clause else None

    def _nobody(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(posts that) nobody has liked", "(products) no one ordered in 2024"."""
        at = position + 1 if self._word(position) in {"that", "which"} else position
        if self._word(at) == "nobody":
            at += 1
        elif self._words(at, "no", "one"):
            at += 2
        else:
            return None
        while self._word(at) in _HAVE | {"ever", "yet"}:
            at += 1
        behind = at + 2 if self._word(at + 1) in _OBJECT_PREPOSITIONS and not self._is_time(at + 1) else None
        deed = self.read_action(table, at, frames, object_at=behind)
        if deed is None:
            return None
        return opened(denied(replace(deed, end=max(deed.end, behind or 0)), position), position, Continuation.NONE)

    def _is_time(self, position: int) -> bool:
        return self._dates.begins_with_time(position)

    def _role(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(whose) advisor works in the Biology department", "(whose) manager is Ada Berg"."""
        reference = self._vocabulary.role_at(table, position)
        if reference is None or reference.path:
            return None
        key = next(
            key for key in self._vocabulary.catalog.references_of(table.name) if key.columns == (reference.column.name,)
        )
        target = self._vocabulary.catalog.table(key.parent)
        step = PathStep(table=str(key.parent), columns=key.columns, direction=Direction.TO_PARENT)
        said = self.verb_phrase(target, reference.end, (*frames, Frame(table, Continuation.NONE)))
        if said is None and self._word(reference.end) in _BE:
            said = self._kind_or_name(target, reference.end)
        if said is None:
            return None
        main = Explained(position, reference.end, f"of the row that {reference.text} leads to")
        meaning = f"{reference.text} leads to a row with {said.meaning}"
        return Clause(along((step,), said.condition), position, said.end, meaning, (main, *said.explained))

    def _kind_or_name(self, target: Table, position: int) -> Clause | None:
        """ "(whose advisor) is a professor", "is Ada Berg", with the copula at `position`."""
        at = self._past_articles(position + 1)
        if at > position + 1:
            kind = self._kinds.read(at, at, target)
            return self._clause(kind.condition, position, kind.end, kind.meaning) if kind else None
        name = self._columns.name(target, at)
        return self._clause(name.condition, position, name.end, name.meaning) if name else None

    def _inverted(self, table: Table, position: int) -> Clause | None:
        """ "in which Nick Wahlberg played"."""
        if self._word(position) not in _BEFORE_WHICH or self._word(position + 1) not in {"which", "whom"}:
            return None
        clause = self._links.read_inverted(table, position + 2)
        return opened(clause, position, Continuation.NONE) if clause else None

    def _is_person(self, table: Table) -> bool:
        return self._vocabulary.is_of(table, synonyms.PERSONS)

    def verb_phrase(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "have 3 orders", "are not active", "never ordered", "registered in 2023", "spent more than 500"."""
        word, at = self._word(position), position + 1
        tenure = self._tenure.read(table, position)
        if tenure is not None:
            return opened(tenure, position, Continuation.RELATIVE)
        clause: Clause | None = None
        if word in {"first", "last"}:
            return self._first_deed(table, position)
        if word in {"never", "not"}:
            clause = _denied_if_any(
                self._verb(table, at, frames) or self._predicative(table, at, frames, is_denied=True), position
            )
        elif word in _HAVE:
            self._progress.reach(at)
            clause = self._have(table, at, frames)
        elif word in _DO and self._word(at) in {"not", "never"}:
            if self._word(at + 1) == "have":
                clause = self._objects.absence(table, at + 2, frames) or _denied_if_any(
                    self._objects.with_body(table, at + 2, frames), position
                )
            else:
                clause = _denied_if_any(self._verb(table, at + 1, frames), position)
        elif word in _BE:
            self._progress.reach(at)
            if self._word(at) in {"not", "never", "neither"} and not self._measures.denies_a_comparison(at):
                clause = _denied_if_any(self._predicative(table, at + 1, frames, is_denied=True), position)
            else:
                clause = self._predicative(table, at, frames)
        else:
            clause = self._verb(table, position, frames) or (
                self._read_place(table, position, frames) if word in synonyms.RESIDING else None
            )
        if clause is not None and word in _HAVE and clause.continuation in {Continuation.WITH, Continuation.NO}:
            return opened(clause, position, Continuation.HAVING)
        return opened(clause, position, Continuation.RELATIVE) if clause else None

    def _first_deed(self, table: Table, position: int) -> Clause | None:
        """ "(who) first ordered in 2024", "last logged in before 2025"."""
        own = self._dates.read_participle(table, position + 1) if self._word(position) == "last" else None
        if own is not None:
            return opened(own, position, Continuation.RELATIVE)
        child = self.table_of_verb(table, position + 1)
        return self._latest.read_deed(table, child, position) if child else None

    def _have(self, table: Table, position: int, frames: Frames) -> Clause | None:
        negative = self._word(position) in {"not", "never"}
        at = position + 1 if negative else position
        been = False
        while self._word(at) in {"ever", "already", "been", "yet"}:
            been, at = been or self._word(at) == "been", at + 1
        verb = None if been else self._verb(table, at, frames)
        if verb is None and (been or negative):
            verb = self._predicative(table, at, frames, is_denied=negative)
        if verb is None and not negative:
            return self._objects.with_body(table, position, frames)
        return _denied_if_any(verb, position) if negative else verb

    def _predicative(self, table: Table, position: int, frames: Frames, *, is_denied: bool = False) -> Clause | None:
        """What may stand behind "are"."""
        return (
            self._durations.read(table, position)
            or self._rivals.amounts(table, position)
            or self._rivals.prices(table, position)
            or self._totals.read_deed(table, position)
            or self._dates.read_participle(table, position)
            or self._done_by(table, position, frames)
            or self._adjectives.read_list(table, position, is_denied=is_denied)
            or self._measures.read(table, position)
            or self._dates.read_time(table, position)
            or self.read_action(table, position, frames)
            or self._read_place(table, position, frames)
            or self._links.read(table, position, frames)
        )

    def _done_by(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(were) recruited by another member": more than that they were recruited."""
        if self._word(position + 1) != "by":
            return None
        return self.read_action(table, position, frames) or self._links.read(table, position, frames)

    def _verb(self, table: Table, position: int, frames: Frames) -> Clause | None:
        word = self._word(position)
        total = self._totals.read_deed(table, position)
        if total is not None:
            return total
        if word in {"spent", "spend", "spends"}:
            self._progress.reach(position + 1)
            spent = self._amounts.read_spending(table, position + 1)
            return opened(spent, position) if spent else None
        own = (
            self._durations.read(table, position)
            or self._rivals.amounts(table, position)
            or self._rivals.earnings(table, position)
            or self._rivals.prices(table, position)
            or self._dates.read_participle(table, position)
            or self._measures.read(table, position)
        )
        if own is not None:
            return own
        role = self._links.read(table, position, frames, names_a_role=True)
        if role is not None:
            return role
        if word in synonyms.LIGHT_VERBS:
            body = self._light_object(table, position + 1, frames)
            if body is not None:
                return opened(body, position)
        return (
            self.read_action(table, position, frames)
            or self._outcomes.read(table, position)
            or self._links.read(table, position, frames)
            or self._flag_of_deed(table, position)
            or self._went(table, position)
        )

    def _went(self, table: Table, position: int) -> Clause | None:
        """ "(employees who) left": a verb that says of its subject what a state would."""
        if self._word(position - 1) not in synonyms.RELATIVES | {"have", "has"}:
            return None
        is_such = self._word(position) in _INTRANSITIVE or self._is_a_state_in_words(table, position)
        return self._adjectives.read_list(table, position) if is_such else None

    def _is_a_state_in_words(self, table: Table, position: int) -> bool:
        """ "dropped out", "checked in": a label of the row's own status that begins with a verb, with its particle."""
        columns = [column for column in table.columns if head_word(column.name) in synonyms.STATUS_COLUMNS]
        labels = self._vocabulary.labels_at(table, position, columns)
        return (
            len(labels) == 1
            and labels[0].end == position + 2
            and self._word(position).endswith("ed")
            and self._word(position + 1) in _PARTICLES
        )

    def _flag_of_deed(self, table: Table, position: int) -> Clause | None:
        """ "(hotels that) allow pets", "(members who) smoke", "(who) receive the newsletter"."""
        found = self._flags.deed(table, position) or self._flags.consented(table, position)
        if found is None:
            return None
        column, end = found
        condition = flagged(self._vocabulary, table, column, True)
        return self._clause(condition, position, end, f"{column.name} is true")

    def read_bare_noun(self, position: int) -> NounPhrase | None:
        return self._read_noun(position, None)

    def read_noun(self, position: int) -> NounPhrase | None:
        """With all that is said of it."""
        return self._read_noun(position, ())

    def read_link(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return self._links.read(table, position, frames)

    def _light_object(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(placed) 3 orders", "(made) no purchases", "(placed) an order in 2023"."""
        if self._word(position) in {"no", "zero"}:
            body = self._objects.absence(table, position + 1, frames)
            return opened(body, position) if body else None
        counted_object = self._objects.read_rivals(table, position) or self._objects.counted(table, position, frames)
        if counted_object is not None:
            return counted_object
        extreme = self._latest.read(table, position)
        if extreme is not None:
            return extreme
        at = self._past_articles(position)
        return self._objects.presence(table, position, frames) if self._vocabulary.table_at(at, loosely=True) else None

    def resumed(self, table: Table, verb: int, position: int, frames: Frames) -> Clause | None:
        """ "(ordered in 2023 but) not in 2024", "(played in dramas and) in comedies": `verb` said again, of what stands
        at `position`."""
        denied_at = position if self._word(position) in {"not", "never"} else None
        at = position if denied_at is None else position + 1
        clause = self.read_action(table, verb, frames, object_at=at) or self._links.read(
            table, verb, frames, object_at=at
        )
        if clause is None or clause.end <= at:
            return None
        main, *rest = clause.explained
        moved = replace(clause, start=at, explained=(replace(main, start=at, end=max(main.end, at)), *rest))
        return denied(moved, denied_at) if denied_at is not None else moved

    def read_action(
        self, table: Table, position: int, frames: Frames = (), *, object_at: int | None = None
    ) -> Clause | None:
        """A verb whose trace is a row of another table, below this one: "ordered in 2023", "never rented", "ordered at
        least 3 times", "bought products in category Toys". A time behind it is that of the deed. Its object stands
        behind it, or at `object_at`."""
        child = self.table_of_verb(table, position)
        if child is None or self._is_of_the_outer_noun(child, position, frames):
            return None
        self._progress.reach(position + 1)
        frames = (*frames, Frame(table, Continuation.RELATIVE))
        path = self._path_of_deed(table, child, position)
        start = position + 1 if object_at is None else object_at
        total = self._totals.read_all_of(table, DescribedRows(child, None, child.name.name, start), position, start)
        if total is not None:
            return total
        named = self._read_noun(self._past_articles(start), None)
        if named is not None and named.table.name == child.name:
            return None  # "booked a trip": the object is the deed itself, and the verb a link to it
        quantity, end = self._read_times(start)
        counted_at = start + 1 if self._word(start) in _OBJECT_PREPOSITIONS else start
        amount = read_quantity(self._tokens, start) or read_quantity(self._tokens, counted_at)
        if quantity is None and amount is not None:
            counted_object = self._counted_object(child, path, amount, position, frames)
            if counted_object is not None:
                return counted_object
            if not self._dates.begins_with_time(start):
                return self._scored(child, path, position, start)
        parts: list[Clause] = []
        if quantity is None or self._word(end) == "by":
            parts.extend(self._read_object(child, end, frames))
            own_object = parts[-1].end if parts else end
            end = self._past_own_object(child, own_object)
            if parts and end > own_object:
                parts[-1] = replace(
                    parts[-1],
                    end=end,
                    explained=(*parts[-1].explained, Explained(own_object, end, f"of {child.name.name}")),
                )
        deed = f"{quantity.meaning} {child.name.name}" if quantity else f"at least one of {child.name.name}"
        main = Explained(position, parts[0].start if parts else end, deed)
        dated = self._time_of_deed(child, end)
        parts += [dated] if dated else []
        said = all_of(part.condition for part in parts) if parts else None
        whole = counted(path, said, quantity, position) if quantity else Exists(path=path, condition=said)
        return self._deed(whole, position, dated.end if dated else end, main, parts)

    def _scored(self, child: Table, path: tuple[PathStep, ...], position: int, start: int) -> Clause | None:
        """ "(orders) rated below 3", "rated 5 stars": what the deed measures. No other amount stands behind a verb."""
        score = self._dates.read_score(child, start)
        if score is None:
            raise UnclearError(position, start + 1, f"no one column is what was {self._word(position)}")
        meaning = f"at least one of {child.name.name} with {score.meaning}"
        condition = Exists(path=path, condition=score.condition)
        return self._clause(condition, position, score.end, meaning, Continuation.RELATIVE)

    def _path_of_deed(self, table: Table, child: Table, position: int) -> tuple[PathStep, ...]:
        """By the foreign key that is named for who did it: "bought" is what a buyer_id says."""
        step = self._named_step(table, child, position)
        return (step,) if step else self._vocabulary.path(table, child, position, position + 1)

    def _named_step(self, table: Table, child: Table, position: int) -> PathStep | None:
        verbs = {stem(self._word(position))} | ({"buy"} if self._word(position) in synonyms.BUYING_VERBS else set())
        keys = [
            key
            for key in self._vocabulary.catalog.references_of(child.name)
            if key.parent == table.name and role_stems(key) & verbs
        ]
        if len(keys) != 1:
            return None
        return PathStep(table=str(child.name), columns=keys[0].columns, direction=Direction.TO_CHILDREN)

    def _past_own_object(self, child: Table, position: int) -> int:
        """Past "a class" in "booked a class", where the deed is a class booking."""
        words = [singular(word) for word in name_words(child.name.name)[:-1]]
        at = self._past_articles(position)
        said = [singular(self._word(at + index)) for index in range(len(words))]
        return at + len(words) if words and said == words else position

    def _is_of_the_outer_noun(self, child: Table, position: int, frames: Frames) -> bool:
        """In "loans for customers granted by Ada" it is the loans that were granted, and no deed of the customers."""
        relative = self._word(position - 1) in synonyms.RELATIVES | _HAVE | {"never", "not"}
        return not relative and any(frame.table.name == child.name for frame in frames)

    def _deed(self, condition: Condition, start: int, end: int, main: Explained, parts: list[Clause]) -> Clause:
        explained = [main]
        if self._word(end) == "by" and self._word(end + 1) in {"anyone", "anybody"}:
            explained.append(Explained(end, end + 2, "whoever did it"))
            end += 2
        if self._word(end) == "yet":
            explained.append(Explained(end, end + 1, "until now"))
            end += 1
        explained.extend(entry for part in parts for entry in part.explained)
        meaning = " and ".join([main.meaning, *(part.meaning for part in parts)])
        return Clause(condition, start, end, meaning, tuple(explained), Continuation.RELATIVE, verb=start)

    def _time_of_deed(self, child: Table, position: int) -> Clause | None:
        phrase = self._dates.read_phrase(position)
        if phrase is None:
            return None
        return self._dates.timed(child, phrase, position)

    def _counted_object(
        self, child: Table, path: tuple[PathStep, ...], quantity: Quantity, position: int, frames: Frames
    ) -> Clause | None:
        """ "rented more than 10 films": each deed has one object, so it is the deeds that are counted; where one can
        have several ("bought 3 products"), the different objects are."""
        noun = self._read_noun(quantity.end, None)
        if noun is None:
            return None
        if not self._dates.begins_with_time(noun.end):
            noun = self._read_noun(quantity.end, frames) or noun
        objects = () if noun.table.name == child.name else self._vocabulary.path(child, noun.table, position, noun.end)
        parts: list[Clause] = []
        if all(step.direction is Direction.TO_PARENT for step in objects):
            dated = self._time_of_deed(child, noun.end)
            parts += [dated] if dated else []
            if noun.condition is not None:
                of_object = along(objects, noun.condition)
                parts.append(Clause(of_object, noun.start, noun.end, f"of {noun.meaning}", noun.explained))
            said = all_of(part.condition for part in parts) if parts else None
            whole = counted(path, said, quantity, position)
            end = dated.end if dated else noun.end
        else:
            if self._dates.begins_with_time(noun.end):
                raise UnclearError(position, noun.end, "is the time that of the deed, or of its object?")
            whole = counted((*path, *objects), noun.condition, quantity, position)
            end = noun.end
        main = Explained(position, noun.noun_end, f"{quantity.meaning} {noun.table.name.name} by {child.name.name}")
        if not parts and noun.explained:
            parts = [Clause(whole, noun.start, noun.end, noun.meaning, noun.explained)]
        return self._deed(whole, position, end, main, parts)

    def _read_times(self, position: int) -> tuple[Quantity | None, int]:
        """ "at least 3 times", "more than once", "anything": how often, and where the phrase ends."""
        if self._word(position) in {"anything", "something"}:
            return None, position + 1
        comparator = read_comparator(self._tokens, position)
        at = comparator[1] if comparator else position
        if self._word(at) in _TIMES:
            operator = comparator[0] if comparator else EQUAL
            quantity = Quantity(operator, Decimal(_TIMES[self._word(at)]), at + 1)
            if comparator is None and (self._words(at + 1, "or", "more") or self._words(at + 1, "or", "thrice")):
                quantity = Quantity(GREATER_OR_EQUAL, quantity.low, at + 3)
            return quantity, quantity.end
        number = read_quantity(self._tokens, position)
        if number is not None and self._word(number.end) in {"times", "time"}:
            return number, number.end + 1
        return None, position

    def _read_object(self, child: Table, position: int, frames: Frames) -> list[Clause]:
        """What was bought or rented, as a condition on the row of the deed; nothing if no object follows."""
        at = self._past_articles(position + 1 if self._word(position) in _OBJECT_PREPOSITIONS else position)
        if self._dates.begins_with_time(position):
            return []
        bare = self._read_noun(at, None)
        if bare is None:
            named = self._named_rows.read_list(child, at, below=True)
            return [replace(opened(named, position), continuation=Continuation.NONE)] if named else []
        if bare.table.name == child.name:
            return []
        path = self._vocabulary.path(child, bare.table, at, bare.noun_end)
        noun = bare
        if not self._dates.begins_with_time(bare.end):
            noun = self._read_noun(at, frames) or bare
        if any(self._dates.begins_with_time(within) for within in range(noun.noun_end, noun.end)):
            raise UnclearError(position, noun.end, "is the time that of the deed, or of its object?")
        name = (
            self._columns.name_behind(noun.table, noun.noun_end) if at == position and noun.stands_alone(at) else None
        )
        if name is not None:
            return [self._clause(Exists(path=path, condition=name.condition), position, name.end, name.meaning)]
        main = Explained(position, noun.noun_end, f"of {noun.table.name.name}")
        condition = Exists(path=path, condition=noun.condition)
        return [Clause(condition, position, noun.end, f"of {noun.meaning}", (main, *noun.explained))]

    def table_of_verb(self, table: Table, position: int) -> Table | None:
        """The child that holds the traces of the verb; where none does, the one table further below."""
        word = self._word(position)
        bare = word in synonyms.BARE_BUYING_VERBS and self._word(position - 1) in {"not", "never", "who", "that"}
        if not (word.endswith("ed") or word in IRREGULAR_PARTICIPLES or bare):
            return None
        children = list(self._vocabulary.keys.children(table))
        for tables in (children, self._vocabulary.catalog.tables):
            named = [other for other in tables if _is_trace(other, word) and self._leads_down(table, other, position)]
            if not named and tables is children:
                named = [other for other in children if self._is_dated_by(other, word)]
            if len(named) > 1:
                names = (str(other.name) for other in named)
                raise UnclearError(position, position + 1, "several tables fit", names)
            if named:
                return named[0]
        return None

    def _is_dated_by(self, child: Table, word: str) -> bool:
        """ "vouchers never redeemed", where redeemed_at says when a row of the child came to be."""
        dates = self._vocabulary.creation_columns(child)
        return len(dates) == 1 and self._vocabulary.date_stem(child, dates[0]) == stem(word)

    def _leads_down(self, table: Table, other: Table, position: int) -> bool:
        if table.name == other.name or self._vocabulary.keys.is_below(table, other):
            return False
        if self._named_step(table, other, position) is not None:
            return True
        try:
            path = self._vocabulary.keys.path(table, other)
        except AmbiguousPathError as error:
            reason = f"several ways lead from {table.name.name} to {other.name.name}"
            raise UnclearError(position, position + 1, reason, error.paths) from None
        return path is not None


def _is_trace(table: Table, word: str) -> bool:
    last = singular(name_words(table.name.name)[-1])
    if stem(word) in synonyms.VERBS_OF_DEEDS.get(last, frozenset()):
        return True
    return stem(last) == stem(word) or (word in synonyms.BUYING_VERBS and last in {"order", "purchase", "sale"})


def _denied_if_any(clause: Clause | None, start: int) -> Clause | None:
    return denied(clause, start) if clause else None
