"""What a noun is and does: "who have 3 orders", "that are not active", "who never ordered", "whose total is 5"."""

from dataclasses import replace

from datavalut.catalog.model import Table
from datavalut.filters.model import Direction, Exists, PathStep
from datavalut.planning.offline import synonyms, table_names
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.adjectives import AdjectiveReader
from datavalut.planning.offline.amounts import AmountReader
from datavalut.planning.offline.backgrounds import BackgroundReader
from datavalut.planning.offline.columns import ColumnReader
from datavalut.planning.offline.comparisons import one_of
from datavalut.planning.offline.dates import DateReader
from datavalut.planning.offline.deeds import OBJECT_PREPOSITIONS, DeedReader, NounRead
from datavalut.planning.offline.durations import DurationReader
from datavalut.planning.offline.expiries import ExpiryReader
from datavalut.planning.offline.flags import FlagReader, flagged
from datavalut.planning.offline.inflection import singular, stem, stems
from datavalut.planning.offline.journeys import VERBS_OF_WAYS
from datavalut.planning.offline.kinds import KindReader
from datavalut.planning.offline.latest import LatestReader
from datavalut.planning.offline.links import LinkReader
from datavalut.planning.offline.marks import MarkReader
from datavalut.planning.offline.measures import MeasureReader
from datavalut.planning.offline.objects import ObjectReader
from datavalut.planning.offline.outcomes import OutcomeReader
from datavalut.planning.offline.parts import PartReader
from datavalut.planning.offline.phrases import (
    Clause,
    Continuation,
    Explained,
    Frame,
    Frames,
    NounPhrase,
    PlaceRead,
    Progress,
    along,
    denied,
    opened,
)
from datavalut.planning.offline.quantities import read_quantity
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.repeated import RepeatedReader
from datavalut.planning.offline.rivals import RivalReader
from datavalut.planning.offline.situations import SituationReader
from datavalut.planning.offline.tenure import TenureReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.totals import TotalReader
from datavalut.planning.offline.vocabulary import Vocabulary

_INTRANSITIVE = synonyms.words(
    "ended finished started begun concluded left died expired resigned retired departed graduated churned unsubscribed "
    "cancelled canceled lapsed arrived"
)
_PARTICLES = frozenset({"out", "in", "up", "off", "away", "over", "through", "down", "back", "on"})
_BE = frozenset({"is", "are", "was", "were", "been", "be"})
_DO = frozenset({"do", "does", "did"})
_HAVE = frozenset({"have", "has", "had"})
_BRINGING = frozenset({"include", "includes", "offer", "offers", "carry", "carries", "feature", "features"})
_GETTING = synonyms.words(
    "get gets got gotten receive received earn earned score scored achieve achieved obtain obtained"
)
_ENDING = frozenset({"end", "finish", "result", "conclud", "clos"})
_RESULTS = frozenset({"grade", "mark", "result", "outcome", "resolution", "disposition", "verdict", "status"})
_OUTCOMES = frozenset({"result", "outcome", "resolution", "verdict"})
_WORK = frozenset({"work", "works", "worked", "working"})
_SCORING = frozenset({"score", "scores", "scored"})
_OPENING = stems("opened filed raised lodged submitted created logged placed")
# Who opens tickets, files claims and places orders, and does not work on them.
_OPENERS = synonyms.words(
    "customer client account buyer shopper user contact company organization organisation member subscriber tenant "
    "patient student policyholder borrower guest resident"
)
_BEFORE_WHICH = frozenset({"in", "by", "for", "with", "to", "at", "of", "on"})


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
        situations: SituationReader,
        read_place: PlaceRead,
        read_noun: NounRead,
    ) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._adjectives = AdjectiveReader(tokens, vocabulary, progress)
        self._expiries = ExpiryReader(tokens, vocabulary, progress)
        self._flags = FlagReader(tokens, vocabulary, progress)
        self._objects = objects
        self._dates = dates
        self._durations = durations
        self._rivals = rivals
        self._totals = totals
        self._columns = columns
        self._amounts = amounts
        self._situations = situations
        self._latest = LatestReader(tokens, vocabulary, progress)
        self._tenure = TenureReader(tokens, vocabulary, progress)
        self._backgrounds = BackgroundReader(tokens, vocabulary, progress)
        self._parts = PartReader(tokens, vocabulary, progress)
        self._measures = MeasureReader(tokens, vocabulary, progress)
        self.deeds = DeedReader(
            tokens, vocabulary, progress, dates=dates, totals=totals, columns=columns, read_noun=read_noun
        )
        self._links = LinkReader(tokens, vocabulary, progress, columns=columns, read_noun=read_noun)
        self._kinds = KindReader(tokens, vocabulary, progress)
        self._marks = MarkReader(tokens, vocabulary, progress)
        self._repeated = RepeatedReader(tokens, vocabulary, progress, dates=dates)
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
                or self._expiries.whose(table, position + 1)
                or self._amounts.read_comparison(table, position + 1)
                or self._totals.read_whose(table, position + 1)
                or self._columns.described_column(table, position + 1)
                or self._parts.read(table, position + 1)
                or self._role(table, self._past_articles(position + 1), frames)
                or (self._links.read_inverted(table, position + 1) if word == "where" else None)
            )
            return opened(body, position) if body else None
        clause = self.verb_phrase(table, position + 1, frames) or self._links.read_inverted(table, position + 1)
        return opened(clause, position) if clause else None

    def _nobody(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(posts that) nobody has liked", "(products) no one ordered in 2024"."""
        at = position + 1 if self._word(position) in {"that", "which"} else position
        subject = self._past_nobody(at)
        if subject is None:
            return self._done_by_nobody(table, at, frames)
        at = subject
        while self._word(at) in _HAVE | {"ever", "yet"}:
            at += 1
        behind = at + 2 if self._word(at + 1) in OBJECT_PREPOSITIONS and not self._is_time(at + 1) else None
        deed = self.deeds.read(table, at, frames, object_at=behind)
        if deed is None:
            states = [column for column in table.columns if head_word(column.name) in synonyms.STATUS_COLUMNS]
            # what was paid may be "shipped" by now
            if not self._word(at).endswith(("ed", "aid")) or self._vocabulary.labels_at(table, at, states):
                return None
            undone = self._adjectives.read_list(table, at, is_denied=True)
            return undone and opened(denied(undone, position), position, Continuation.NONE)
        return opened(denied(replace(deed, end=max(deed.end, behind or 0)), position), position, Continuation.NONE)

    def _past_nobody(self, position: int) -> int | None:
        if self._word(position) == "nobody":
            return position + 1
        return position + 2 if self._words(position, "no", "one") else None

    def _done_by_nobody(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(products) reviewed by nobody", "(posts that) were liked by no one"."""
        at = position + 1 if self._word(position) in _BE else position
        end = self._past_nobody(at + 2) if self._word(at + 1) == "by" else None
        deed = self.deeds.read(table, at, frames, object_at=end) if end is not None else None
        if deed is None or end is None:
            return None
        return opened(denied(replace(deed, end=max(deed.end, end)), at), position, Continuation.NONE)

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
        return table_names.is_of(table, synonyms.PERSONS)

    def verb_phrase(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "have 3 orders", "are not active", "never ordered", "registered in 2023", "spent more than 500"."""
        word, at = self._word(position), position + 1
        tenure = self._tenure.read(table, position) or self._backgrounds.read(table, position)
        if tenure is not None:
            return opened(tenure, position, Continuation.RELATIVE)
        clause: Clause | None = None
        if word in {"first", "last"}:
            return self._first_deed(table, position)
        never = self._repeated.never(table, position)
        if never is not None:
            return never
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
                clause = _denied_if_any(
                    self._backgrounds.using(table, at + 1) or self._verb(table, at + 1, frames), position
                )
        elif word in _BE:
            self._progress.reach(at)
            never = self._repeated.never(table, at)
            if never is not None:
                clause = never
            elif self._word(at) in {"not", "never", "neither"} and not self._measures.denies_a_comparison(at):
                clause = _denied_if_any(self._predicative(table, at + 1, frames, is_denied=True), position)
            else:
                clause = self._predicative(table, at, frames)
        else:
            way = self._read_place(table, position, frames) if word in VERBS_OF_WAYS else None
            clause = way or self._verb(table, position, frames)
            if clause is None and word in synonyms.RESIDING:
                clause = self._read_place(table, position, frames)
        if clause is not None and word in _HAVE and clause.continuation in {Continuation.WITH, Continuation.NO}:
            return opened(clause, position, Continuation.HAVING)
        return opened(clause, position, Continuation.RELATIVE) if clause else None

    def _first_deed(self, table: Table, position: int) -> Clause | None:
        """ "(who) first ordered in 2024", "last logged in before 2025"."""
        own = self._dates.read_participle(table, position + 1) if self._word(position) == "last" else None
        if own is not None:
            return opened(own, position, Continuation.RELATIVE)
        child = self.deeds.table_of_verb(table, position + 1)
        return self._latest.read_deed(table, child, position) if child else None

    def _have(self, table: Table, position: int, frames: Frames) -> Clause | None:
        negative = self._word(position) in {"not", "never"}
        at = position + 1 if negative else position
        been = False
        while self._word(at) in {"ever", "already", "been", "yet", "since"}:
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
            or self._repeated.read(table, position)
            or self._repeated.marked(table, position)
            or self._expiries.past_its_date(table, position)
            or self._rivals.amounts(table, position)
            or self._rivals.prices(table, position)
            or self._totals.read_deed(table, position)
            or self._dates.read_participle(table, position)
            or self._done_by(table, position, frames)
            or self._adjectives.read_list(table, position, is_denied=is_denied)
            or self._situations.read(table, position)
            or self._measures.read(table, position)
            or self._dates.read_time(table, position)
            or self.deeds.read(table, position, frames)
            or self._read_place(table, position, frames)
            or self._links.read(table, position, frames)
        )

    def _done_by(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(were) recruited by another member": more than that they were recruited."""
        if self._word(position + 1) != "by":
            return None
        return self.deeds.read(table, position, frames) or self._links.read(table, position, frames)

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
            or self._rivals.goals(table, position)
            or self._rivals.amounts(table, position)
            or self._rivals.earnings(table, position)
            or self._rivals.prices(table, position)
            or self._dates.read_participle(table, position)
            or self._measures.read(table, position)
            or self._working(table, position)
        )
        if own is not None:
            return own
        role = self._links.read(table, position, frames, names_a_role=True)
        if role is not None:
            return role
        marked = self._got(table, position, frames) or self._ended(table, position)
        if marked is not None:
            return marked
        if word in synonyms.LIGHT_VERBS | _SCORING:
            body = self._light_object(table, position + 1, frames)
            if body is not None:
                return opened(body, position)
        return (
            self.deeds.read(table, position, frames)
            or self._outcomes.read(table, position, frames)
            or self._links.read(table, position, frames)
            or self._flag_of_deed(table, position)
            or self._went(table, position)
            or self._bringing(table, position, frames)
            or self._opening(table, position, frames)
        )

    def _opening(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(accounts that have never) opened a ticket": of the rows that are by their key those of the subject. By
        another ("assigned_agent_id", or that of somebody who works on them) nobody knows who opened them."""
        article = self._past_articles(position + 1)
        if stem(self._word(position)) not in _OPENING or article == position + 1:
            return None
        if not table_names.is_of(table, _OPENERS):
            return None
        noun = self._read_noun(article, None)
        keys = [
            key
            for key in self._vocabulary.catalog.foreign_keys
            if noun is not None and key.child == noun.table.name and key.parent == table.name
        ]
        own = {singular(word) for word in name_words(table.name.name)}
        if len(keys) != 1 or not {singular(word) for word in name_words(keys[0].columns[0])} <= own | {"id", "key"}:
            return None
        body = self._light_object(table, position + 1, frames) or self._objects.presence(table, position + 1, frames)
        return replace(opened(body, position), continuation=Continuation.RELATIVE) if body is not None else None

    def _got(self, table: Table, position: int, frames: Frames, object_at: int | None = None) -> Clause | None:
        """ "(students who) got an A in Linear Algebra"."""
        if self._word(position) not in _GETTING:
            return None
        at = position + 1 if object_at is None else object_at
        quantity = read_quantity(self._tokens, at)
        mark = self._objects.counts.marked(table, quantity, at, frames) or self._objects.possessed(table, at)
        if mark is None:
            return None
        return replace(opened(mark, position, Continuation.RELATIVE), verb=position)

    def _ended(self, table: Table, position: int) -> Clause | None:
        """ "(enrolments that) ended with an F", "(matches that) ended in a draw"."""
        if stem(self._word(position)) not in _ENDING or self._word(position + 1) not in {"with", "in", "as"}:
            return None
        columns = [column for column in table.columns if head_word(column.name) in _RESULTS]
        labels = self._vocabulary.labels_at(table, self._marks.past_article(position + 2), columns, lead=True)
        if len(labels) != 1:
            return None
        label = labels[0]
        meaning = f"{table.name.name}.{label.column.name} is '{label.label}'"
        condition = one_of(label.column, label.values)
        return self._clause(condition, position, label.end, meaning, Continuation.RELATIVE)

    def _bringing(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(rooms that) come with a balcony", "(orders that) carry a gift note": a column that is there."""
        at = position + 1
        if self._word(position) in {"come", "comes"} and self._word(at) == "with":
            at += 1
        elif self._word(position) not in _BRINGING:
            return None
        if self._past_articles(at) == at:
            return None
        there = self._objects.presence(table, at, frames)
        return opened(there, position) if there and not isinstance(there.condition, Exists) else None

    def _working(self, table: Table, position: int) -> Clause | None:
        """ "(who) works in the Madrid office": by the column that is named."""
        if self._word(position) not in _WORK or self._word(position + 1) not in {"in", "at", "from", "for"}:
            return None
        place = self._columns.labelled(table, position + 2)
        return opened(place, position) if place else None

    def _went(self, table: Table, position: int) -> Clause | None:
        """ "(employees who) left": a verb that says of its subject what a state would."""
        if self._word(position - 1) not in synonyms.RELATIVES | {"have", "has", "already", "since"}:
            return None
        is_such = (
            self._word(position) in _INTRANSITIVE
            or self._is_a_state_in_words(table, position)
            or self._is_a_state_alone(table, position)
        )
        return self._adjectives.read_list(table, position) if is_such else None

    def _is_a_state_alone(self, table: Table, position: int) -> bool:
        """ "(payments that) failed": a label of the row's own status, and nothing that it was done to."""
        following = self._word(position + 1)
        ends = position + 1 >= len(self._tokens) or following in {"and", "or", "but", ",", ")"}
        states = synonyms.STATUS_COLUMNS | _OUTCOMES
        columns = [column for column in table.columns if head_word(column.name) in states]
        labels = self._vocabulary.labels_at(table, position, columns) if ends else []
        return len(labels) == 1 and labels[0].end == position + 1 and self._word(position).endswith("ed")

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

    def read_repeated(self, table: Table, position: int) -> Clause | None:
        """ "(loans) renewed at least twice", "(loans) never renewed", "(students) marked absent 3 times"."""
        is_marked = self._word(position) not in {"never", "not"} or self._word(position + 1).endswith("ed")
        return self._repeated.read(table, position) or (self._repeated.marked(table, position) if is_marked else None)

    def read_link(self, table: Table, position: int, frames: Frames) -> Clause | None:
        return self._links.read(table, position, frames)

    def _light_object(self, table: Table, position: int, frames: Frames) -> Clause | None:
        """ "(placed) 3 orders", "(made) no purchases", "(placed) an order in 2023"."""
        if self._word(position) in {"no", "zero"}:
            body = self._objects.absence(table, position + 1, frames)
            return opened(body, position) if body else None
        several = self._objects.counts.counted
        counted_object = self._objects.read_rivals(table, position) or several(table, position, frames)
        if counted_object is not None:
            return counted_object
        extreme = self._latest.read(table, position)
        if extreme is not None:
            return extreme
        at = self._past_articles(position)
        is_kind = self._word(position - 1) in _SCORING and at > position
        is_noun = is_kind or self._vocabulary.table_at(at, loosely=True)
        return self._objects.presence(table, position, frames) if is_noun else None

    def resumed(self, table: Table, verb: int, position: int, frames: Frames) -> Clause | None:
        """ "(ordered in 2023 but) not in 2024", "(bought books but) no toys", "(played in dramas and) in comedies":
        `verb` said again, of what stands at `position`."""
        denied_at = position if self._word(position) in {"not", "never", "no"} else None
        at = position if denied_at is None else position + 1
        clause = self._got(table, verb, frames, at)
        if clause is None and self._got(table, verb, frames) is None:
            deeds, links = self.deeds, self._links
            clause = deeds.read(table, verb, frames, object_at=at) or links.read(table, verb, frames, object_at=at)
        if clause is None or clause.end <= at:
            return None
        main, *rest = clause.explained
        moved = replace(clause, start=at, explained=(replace(main, start=at, end=max(main.end, at)), *rest))
        return denied(moved, denied_at) if denied_at is not None else moved


def _denied_if_any(clause: Clause | None, start: int) -> Clause | None:
    return denied(clause, start) if clause else None
