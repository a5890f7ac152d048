"""The offline planner itself: a plan whose every word is explained, or a refusal that says which is not."""

import difflib
from datetime import datetime

from datavalut.catalog.model import Catalog, TypeCategory
from datavalut.filters.model import Evidence, FilterPlan, NotUnderstood, Refusal
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.antecedents import with_antecedents
from datavalut.planning.offline.corrections import Correction, corrected
from datavalut.planning.offline.courtesy import without_courtesy
from datavalut.planning.offline.likely_values import LikelyValues
from datavalut.planning.offline.name_keys import name_key
from datavalut.planning.offline.phrases import Explained, Progress, UnclearError
from datavalut.planning.offline.sentence import Sentence, SentenceReader
from datavalut.planning.offline.tokens import Token, TokenKind, tokenize, without_hyphens
from datavalut.planning.offline.values import Values
from datavalut.planning.offline.vocabulary import Vocabulary
from datavalut.planning.source import ColumnValues

_EMPTY = "The prompt is empty: say which rows of which table to keep."
_MOST_TOKENS = 300
_ROUNDS_OF_CORRECTION = 2
_PLACE_COLUMNS = frozenset({"country", "city", "state", "region", "district", "province", "county"})
_CLAUSE_ENDS = frozenset({",", ";", ".", ":", "and", "then", "please", "!", "?", "also", "to", "or"})


def plan_offline(
    prompt: str, catalog: Catalog, values: ColumnValues | None = None, reference_time: datetime | None = None
) -> FilterPlan | Refusal:
    """Read an English sentence against the vocabulary of `catalog`, by the rules of docs/offline-planner.md.

    `values` says which values columns hold, where the source can be asked. `reference_time` changes nothing but the
    evidence, which tells the days of "last month" by it.

    Deterministic. Names in the plan are "schema.table", with every path's columns and direction. `evidence`
    explains every word that carries meaning; where one would be left over, or fits two things equally well, the
    answer is a Refusal that names it, with the names that may have been meant.
    """
    tokens = tokenize(prompt)
    if not tokens:
        return Refusal(reason=_EMPTY)
    if len(tokens) > _MOST_TOKENS:
        return Refusal(reason=f"The prompt is too long: more than {_MOST_TOKENS} words.")
    forbidden = _forbidden_words(tokens)
    if forbidden:
        return Refusal(
            reason="The prompt asks for something other than choosing rows.",
            not_understood=tuple(NotUnderstood(words=words) for words in forbidden),
        )
    tokens = without_courtesy(tokens)
    if not tokens:
        return Refusal(reason=_EMPTY)
    words = _values(values, catalog, tokens)
    first = answer = _answer(tokens, Vocabulary(catalog, tokens, words, reference_time))
    apart = without_hyphens(tokens)
    if isinstance(answer, Refusal) and apart != tokens:
        answer = _answer(apart, Vocabulary(catalog, apart, words, reference_time))
    stood_for = None if isinstance(answer, FilterPlan) else _with_antecedents(tokens, catalog, words, reference_time)
    if stood_for is not None:
        return stood_for
    corrections: tuple[Correction, ...] = ()
    # With the tables' names corrected, their values are read, and the slips in them can be found.
    for _ in range(_ROUNDS_OF_CORRECTION):
        if isinstance(answer, FilterPlan):
            break
        meant = corrected(tokens, Vocabulary(catalog, tokens, words, reference_time))
        if meant is None:
            break
        tokens, found = meant
        corrections += found
        words = _values(values, catalog, tokens)
        answer = _answer(tokens, Vocabulary(catalog, tokens, words, reference_time))
    return _with_corrections(answer, corrections) if isinstance(answer, FilterPlan) else first


def _values(read: ColumnValues | None, catalog: Catalog, tokens: tuple[Token, ...]) -> Values:
    return Values(LikelyValues(read, catalog, tokens) if read is not None else None)


def _with_antecedents(
    tokens: tuple[Token, ...], catalog: Catalog, values: Values, reference_time: datetime | None
) -> FilterPlan | None:
    """The plan for the sentence with the nouns that "one" or "none" stand for in it."""
    said = with_antecedents(tokens, Vocabulary(catalog, tokens, values, reference_time))
    if said is None:
        return None
    meant, corrections = said
    answer = _answer(meant, Vocabulary(catalog, meant, values, reference_time))
    return _with_corrections(answer, corrections) if isinstance(answer, FilterPlan) else None


def _answer(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> FilterPlan | Refusal:
    progress = Progress()
    reader = SentenceReader(tokens, vocabulary, progress)
    try:
        sentence = reader.read()
    except UnclearError as error:
        words = _text(tokens, error.start, error.end)
        return Refusal(
            reason=f'"{words}" is not clear: {error.reason}.',
            not_understood=(NotUnderstood(words=words, candidates=tuple(dict.fromkeys(error.candidates))),),
        )
    unexplained = progress.furthest if sentence is None else _first_unexplained(tokens, sentence)
    if sentence is None or unexplained is not None:
        return _refusal(tokens, vocabulary, unexplained or 0)
    return FilterPlan(
        roots=sentence.roots,
        exclude=sentence.exclude,
        full=sentence.full,
        reading=sentence.reading,
        evidence=tuple(
            Evidence(words=_text(tokens, entry.start, entry.end), meaning=entry.meaning)
            for entry in _in_order(sentence)
        ),
    )


def _with_corrections(plan: FilterPlan, corrections: tuple[Correction, ...]) -> FilterPlan:
    taken = tuple(
        Evidence(words=entry.written, meaning=f"taken for {entry.meant}")
        for entry in sorted(corrections, key=lambda entry: entry.position)
    )
    return plan.model_copy(update={"evidence": (*taken, *plan.evidence)})


def _text(tokens: tuple[Token, ...], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def _in_order(sentence: Sentence) -> list[Explained]:
    return sorted(sentence.explained, key=lambda entry: (entry.start, -entry.end))


def _forbidden_words(tokens: tuple[Token, ...]) -> list[str]:
    """Verbs that ask for a change or for obedience, where a clause begins."""
    found = []
    for position, token in enumerate(tokens):
        begins = position == 0 or tokens[position - 1].lower in _CLAUSE_ENDS | synonyms.LEAD_WORDS
        if token.kind is TokenKind.WORD and token.lower in synonyms.CHANGING_VERBS and begins:
            found.append(token.text)
    return found


def _first_unexplained(tokens: tuple[Token, ...], sentence: Sentence) -> int | None:
    """A word that no part of the plan explains and that is none of grammar's: the last line of defence."""
    explained = {position for entry in sentence.explained for position in range(entry.start, entry.end)}
    free = (
        synonyms.LEAD_WORDS
        | synonyms.LEAD_NOUNS
        | synonyms.DETERMINERS
        | synonyms.CONJUNCTIONS
        | synonyms.RELATIVES
        | synonyms.words("a an of with for about on as well also create make build new small filtered test then")
        | synonyms.words("containing including keep the both either smaller but ones one neither nor")
    )
    for position, token in enumerate(tokens):
        if (
            position >= sentence.lead
            and position not in explained
            and token.kind is not TokenKind.SIGN
            and token.lower not in free
        ):
            return position
    return None


def _refusal(tokens: tuple[Token, ...], vocabulary: Vocabulary, furthest: int) -> Refusal:
    """The word at which understanding ended, and those behind it that mean nothing here at all."""
    position = min(furthest, len(tokens) - 1)
    unknown_behind = [index for index in range(position + 1, len(tokens)) if not vocabulary.knows(tokens[index])]
    is_article = tokens[position].lower in synonyms.ARTICLES | synonyms.DETERMINERS and unknown_behind
    named = unknown_behind if is_article else [position, *unknown_behind]
    unknown = tuple(
        NotUnderstood(words=tokens[index].text, candidates=_candidates(tokens, vocabulary, index)) for index in named
    )
    if furthest >= len(tokens):
        return Refusal(reason=f'The sentence ends too early, after "{tokens[-1].text}".', not_understood=unknown)
    words = ", ".join(f'"{entry.words}"' for entry in unknown)
    return Refusal(reason=f"Not understood: {words}.", not_understood=unknown)


def _candidates(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int) -> tuple[str, ...]:
    """Names spelled nearly so; for a place without its column, the columns of places; for what may be a state, the
    columns of states whose values nobody listed."""
    token = tokens[position]
    names = vocabulary.names()
    near = difflib.get_close_matches(name_key(token.parts), list(names), n=3, cutoff=0.75)
    if near or vocabulary.knows(token):
        return tuple(dict.fromkeys(names[key] for key in near))
    before = tokens[position - 1].lower if position else ""
    kinds = _PLACE_COLUMNS if before in {"from", "in", "at"} else synonyms.STATUS_COLUMNS
    columns = {
        column.name
        for table in vocabulary.catalog.tables
        for column in table.columns
        if column.category is TypeCategory.TEXT and name_words(column.name)[-1:] and head_word(column.name) in kinds
    }
    return tuple(f"{name} {token.text}" for name in sorted(columns)[:3])
