"""A whole prompt: leading words, subjects ("top 10 customers ..."), and what to leave out or to keep whole.

Rules for several subjects: a phrase describes the subject that it stands beside. "all products" beside a described
subject keeps that table whole. "their orders" comes along by itself. A bare noun before a described one ("customers
and orders from 2023") is refused, since the phrase could describe both.
"""

from dataclasses import dataclass, replace

from datavalut.catalog.model import Table
from datavalut.filters.model import Aggregate, Condition, Root, Sample, Top
from datavalut.planning.offline import relations, synonyms
from datavalut.planning.offline.exclusions import ExclusionReader
from datavalut.planning.offline.phrases import Explained, NounPhrase, Progress, UnclearError, all_of, any_of
from datavalut.planning.offline.qualifiers import QualifierReader
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.selections import Order, Selection, SelectionReader
from datavalut.planning.offline.tokens import Token
from datavalut.planning.offline.vocabulary import Vocabulary
from datavalut.planning.offline.wholes import WholeReader

_ASKING = frozenset({"which", "what"})
_RELATED_WORDS = frozenset(
    {"related", "associated", "linked", "connected", "attached", "dependent", "belonging"}
    | {"belongs", "belong", "relates", "references", "depends", "refers", "relating", "referencing"}
)
_RELATED_DATA = frozenset({"data", "records", "rows", "information", "tables", "entries"})
_SEPARATORS = (
    (",", "and", "also"),
    (",", "and"),
    (",", "but"),
    (",", "plus"),
    (",", "as", "well", "as"),
    (";", "and"),
    (",",),
    (";",),
    (".",),
    ("and",),
    ("plus",),
    ("as", "well", "as"),
    ("in", "addition", "to"),
    ("but",),
)
_COMPANY = (
    ("along", "with"),
    ("together", "with"),
    ("as", "well", "as"),
    ("with",),
    ("including",),
    ("incl",),
    ("plus",),
    ("and",),
)
# Behind these a table's name alone comes along ("including orders"); behind others only "their orders" does.
_WITHOUT_THEIR = (("along", "with"), ("together", "with"), ("including",), ("incl",))


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
    noun_end: int = 0

    @property
    def described_before(self) -> bool:
        """Does all that is said of it stand before its noun, or in it?"""
        return self.end == self.noun_end and self.top is None and self.sample is None

    @property
    def bare(self) -> bool:
        return self.condition is None and self.top is None and self.sample is None


@dataclass(frozen=True)
class Sentence:
    """What the prompt asks for. `explained` covers every word that carries meaning; before `lead` none does."""

    roots: tuple[Root, ...]
    full: tuple[str, ...]
    exclude: tuple[str, ...]
    reading: str
    explained: tuple[Explained, ...]
    lead: int


class SentenceReader(Reader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._qualifiers = QualifierReader(tokens, vocabulary, progress)
        self._selections = SelectionReader(
            tokens,
            vocabulary,
            progress,
            amounts=self._qualifiers.amounts,
            verbs=self._qualifiers.verbs,
            durations=self._qualifiers.durations,
            read_qualifiers=self._qualifiers.read,
        )
        self._exclusions = ExclusionReader(tokens, vocabulary, progress, read_qualifiers=self._qualifiers.read)
        self._wholes = WholeReader(tokens, vocabulary, progress)
        self._lead = 0
        self.subjects: list[Subject] = []
        self._excluded: list[tuple[Table, Explained]] = []

    def read(self) -> Sentence | None:
        """None if the words at `progress.furthest` were not understood. Raises UnclearError."""
        position = self._lead = self._past_lead(1 if self._word(0) in _ASKING else 0)
        everything = self._wholes.read(position)
        excluded_only = None if everything else self._exclusion(position)
        if everything is not None:
            position = everything.end
        elif excluded_only is not None:
            position = excluded_only
        else:
            first = self._subject(position)
            if first is None:
                return None
            self._check_lead(position, first)
            self.subjects.append(first)
            position = first.end
        while position < len(self._tokens):
            self._progress.reach(position)
            end = self._item(position)
            if end is None:
                return None
            position = end
        return self._whole(everything) if everything else self._sentence([])

    def _whole(self, everything: Explained) -> Sentence:
        """Every table, or all but those that are left out."""
        if self.subjects or self._excluded:
            return self._sentence([everything])
        tables = tuple(str(table.name) for table in self._vocabulary.catalog.tables)
        return Sentence((), tables, (), "every table, whole", (everything,), self._lead)

    def _check_lead(self, position: int, subject: Subject) -> None:
        """Raises UnclearError for "export events" where that is a kind of them."""
        before = position - 1
        if position and self._word(before) in synonyms.LEAD_WORDS and self._word(position) not in synonyms.DETERMINERS:
            for label in self._vocabulary.labels_at(subject.table, before, lead=True):
                words = self._word(before)
                raise UnclearError(
                    before, position, f"{label.column.name} '{words}', or what to do?", (f"all {words}",)
                )

    # Words

    def _past_lead(self, position: int) -> int:
        """Past "please give me a copy of" and "create a database with"."""
        while True:
            if self._words(position, "us") and self._tokens[position].text == "US" and self._tokens[0].text != "GIVE":
                return position
            if self._word(position) in synonyms.LEAD_WORDS | {":", ",", "!"}:
                position += 1
            elif (after := self._past_lead_noun(position)) is not None:
                position = after
            else:
                self._progress.reach(position)
                return position

    def _past_lead_noun(self, position: int) -> int | None:
        """ "(create) a small database with", "a copy of production limited to", "a subset that only has"."""
        at = position
        if self._word(at) == "everything" and self._word(at + 1) in {"about", "on", "of", "for"}:
            return at + 2
        if self._word(at) in {"create", "make", "build", "prepare", "generate", "produce", "assemble", "set"}:
            at += 1
            while self._word(at) in {"me", "us", "up"}:
                at += 1
        while self._word(at) in {"a", "an", "the", "all", "our", "new", "small", "smaller", "filtered", "test", "of"}:
            at += 1
        if self._word(at) not in synonyms.LEAD_NOUNS:
            return None
        at += 1
        if self._word(at) in {"of", "with", "for", "about", "on", "containing", "limited", "restricted"}:
            return at + 1
        if self._word(at) in {"that", "which"}:
            at += 2 if self._word(at + 1) == "only" else 1
            return at + 1 if self._word(at) in {"has", "have", "contains", "includes", "holds"} else None
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
            subject = None if "but" in words else self._subject(self._past_lead_verbs(at))
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
            "give",
            "me",
            "the",
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
        everything = self._everything_related(at)
        if everything is not None:
            self._come_along(None, position, everything)
            return everything
        if self._word(at) == "all":
            at += 1
        if self._word(at) in {"their", "its", "related", "associated"}:
            at += 1
        elif opening not in _WITHOUT_THEIR:
            return None
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

    def _everything_related(self, position: int) -> int | None:
        """ "everything that belongs to them", "all data related to it": where it ends."""
        at = position
        if self._word(at) not in {"everything", "anything", "whatever", "all", "any"}:
            return None
        at += 1
        while self._word(at) in {"the", "else", "other", "of"} | _RELATED_DATA:
            at += 1
        while self._word(at) in {"that", "which", "is", "are"}:
            at += 1
        if self._word(at) not in _RELATED_WORDS:
            return None
        at += 1
        if self._word(at) in _RELATED_DATA:
            at += 1
        if self._word(at) in {"to", "with", "on", "by"} and self._word(at + 1) in {"it", "them", "these", "those"}:
            at += 2
        elif at < len(self._tokens) and self._vocabulary.table_at(at, loosely=True) is not None:
            return None  # "all related products": the tables are listed
        self._progress.reach(at)
        return at

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
        exclusion = self._exclusions.read(position, tuple(subject.table for subject in self.subjects))
        if exclusion is None:
            return None
        self._excluded.extend((table, exclusion.explained(table)) for table in exclusion.tables)
        return exclusion.end

    # Subjects

    def _subject(self, position: int) -> Subject | None:
        selection = self._selections.read(position)
        self._wholes.check_sample(position, selection)
        before = self._progress.furthest
        subject = self._selected_subject(position, selection) if selection else None
        if subject is None:
            self._progress.furthest = before
        return subject or self._selected_subject(position, None)

    def _selected_subject(self, position: int, selection: Selection | None) -> Subject | None:
        """A noun with its description. An order stands right behind the noun, or behind its description."""
        noun = self._qualifiers.read_bare_noun(selection.end if selection else position)
        if noun is None or "their" in {self._word(index) for index in range(position, noun.noun_end)}:
            return None
        order = self._selections.order(noun.table, noun.end, selection)
        end = order.end if order else noun.end
        qualifiers = self._qualifiers.read(noun.table, end)
        if qualifiers is None and self._word(position - 1) in _ASKING:
            qualifiers = self._qualifiers.verbs.verb_phrase(noun.table, end, ())  # "which customers never ordered?"
        if qualifiers is not None:
            self._qualifiers.check_state(noun)
            end = qualifiers.end
            if order is None:
                order = self._selections.order(noun.table, end, selection)
                end = order.end if order else end
        if selection is not None:
            self._check_whose_time(noun, selection, order)
        described = [part.condition for part in (noun, qualifiers) if part is not None and part.condition is not None]
        explained = [Explained(position, noun.noun_end, f"the table {noun.table.name}"), *noun.explained]
        explained += qualifiers.explained if qualifiers else ()
        if order is not None:
            explained.append(Explained(order.start, order.end, f"ordered by {order.name}"))
        subject = Subject(
            noun.table,
            all_of(described) if described else None,
            position,
            end,
            noun.meaning + (f" ({qualifiers.meaning})" if qualifiers else ""),
            tuple(explained),
            noun_end=noun.noun_end,
            every=bool({"all", "every", "each"} & {self._word(index) for index in range(position, noun.noun_end)}),
        )
        return self._selected(subject, selection, order) if selection else subject

    def _check_whose_time(self, noun: NounPhrase, selection: Selection, order: Order | None) -> None:
        """Raises UnclearError for "the most rented films in 2024" and "top 10 customers in 2024 by revenue", where the
        time may be that of what is counted."""
        related = order is not None and isinstance(order.by, Aggregate)
        deed = selection.superlative is not None and selection.superlative.deed is not None
        if (related or deed) and self._word(noun.end) != "from" and self._qualifiers.begins_with_time(noun.end):
            reason = f"the time of {noun.table.name.name}, or of what is counted?"
            raise UnclearError(noun.end, noun.end + 1, reason, (f"{noun.table.name.name} from ...",))

    def _selected(self, subject: Subject, selection: Selection, order: Order | None) -> Subject | None:
        if selection.is_sample:
            sample, size = self._selections.sample(selection)
            return replace(subject, sample=sample, meaning=f"a sample of {size} of {subject.meaning}")
        found = self._selections.top(subject.table, selection, order)
        if found is None:
            return None
        top, name = found
        return replace(subject, top=top, meaning=f"the {top.rows} of {subject.meaning} with {name}")

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
            self._check_shared(index, subject)
            roots[name] = _united(roots.get(name), subject)
        explained.extend(entry for _, entry in self._excluded)
        meanings = [_told(subject, full) for subject in self.subjects] or ["every table"]
        reading = " and ".join(meanings)
        if self._excluded:
            reading += "; left out: " + ", ".join(str(table.name) for table, _ in self._excluded)
        return Sentence(
            tuple(roots.values()),
            tuple(dict.fromkeys(name for name in full if name not in roots)),
            tuple(dict.fromkeys(str(table.name) for table, _ in self._excluded)),
            reading,
            tuple(explained),
            self._lead,
        )

    def _check_shared(self, index: int, subject: Subject) -> None:
        """Raises UnclearError for "suites or double rooms in Spain", where what stands behind may be said of both."""
        later = [
            other
            for other in self.subjects[index + 1 :]
            if other.table.name == subject.table.name and other.end > other.noun_end
        ]
        if later and subject.described_before and not subject.every:
            raise UnclearError(subject.start, later[0].end, "what stands behind: of both, or of the last?")

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


def _told(subject: Subject, full: list[str]) -> str:
    if subject.bare and not subject.comes_along and str(subject.table.name) in full:
        return f"the whole table {subject.meaning}"
    return subject.meaning + relations.told(subject.condition, subject.top)


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
