"""The offline planner itself: a plan whose every word is explained, or a refusal that says which is not."""

from datetime import datetime

from datavalut.catalog.model import Catalog
from datavalut.filters.model import Evidence, FilterPlan, NotUnderstood, Refusal
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.antecedents import with_antecedents
from datavalut.planning.offline.corrections import Correction, corrected
from datavalut.planning.offline.courtesy import without_courtesy
from datavalut.planning.offline.impossible import refusal_of_the_impossible
from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.likely_values import LikelyValues
from datavalut.planning.offline.namesakes import joined_with_subject
from datavalut.planning.offline.phrases import Explained, Progress, SeveralTablesError, UnclearError
from datavalut.planning.offline.refusals import not_understood, unclear
from datavalut.planning.offline.sentence import Sentence, SentenceReader
from datavalut.planning.offline.tokens import Token, TokenKind, quoted, tokenize, without_hyphens
from datavalut.planning.offline.values import Values
from datavalut.planning.offline.vocabulary import Vocabulary
from datavalut.planning.offline.wishes import commanding_words
from datavalut.planning.source import ColumnValues

_EMPTY = "The prompt is empty: say which rows of which table to keep."
_MOST_TOKENS = 300
_ROUNDS_OF_CORRECTION = 2


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
    answer = _read(prompt, catalog, values, reference_time)
    if isinstance(answer, Refusal):
        return answer
    return refusal_of_the_impossible(answer, catalog, reference_time) or answer


def _read(
    prompt: str, catalog: Catalog, values: ColumnValues | None, reference_time: datetime | None
) -> FilterPlan | Refusal:
    tokens = tokenize(prompt)
    if not tokens:
        return Refusal(reason=_EMPTY)
    if len(tokens) > _MOST_TOKENS:
        return Refusal(reason=f"The prompt is too long: more than {_MOST_TOKENS} words.")
    forbidden = commanding_words(tokens)
    if forbidden:
        return Refusal(
            reason="The prompt asks for something other than choosing rows.",
            not_understood=tuple(NotUnderstood(words=words) for words in forbidden),
        )
    tokens = without_courtesy(tokens)
    if not tokens:
        return Refusal(reason=_EMPTY)
    words = _values(values, catalog, tokens)
    first = answer = _answer(prompt, tokens, Vocabulary(catalog, tokens, words, reference_time))
    apart = without_hyphens(tokens)
    if isinstance(answer, Refusal) and apart != tokens:
        answer = _answer(prompt, apart, Vocabulary(catalog, apart, words, reference_time))
    stood_for = (
        None if isinstance(answer, FilterPlan) else _with_antecedents(prompt, tokens, catalog, words, reference_time)
    )
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
        answer = _answer(prompt, tokens, Vocabulary(catalog, tokens, words, reference_time))
    return _with_corrections(answer, corrections) if isinstance(answer, FilterPlan) else first


def _values(read: ColumnValues | None, catalog: Catalog, tokens: tuple[Token, ...]) -> Values:
    return Values(LikelyValues(read, catalog, tokens) if read is not None else None)


def _with_antecedents(
    prompt: str, tokens: tuple[Token, ...], catalog: Catalog, values: Values, reference_time: datetime | None
) -> FilterPlan | None:
    """The plan for the sentence with the nouns that "one" or "none" stand for in it."""
    said = with_antecedents(tokens, Vocabulary(catalog, tokens, values, reference_time))
    if said is None:
        return None
    meant, corrections = said
    answer = _answer(prompt, meant, Vocabulary(catalog, meant, values, reference_time))
    return _with_corrections(answer, corrections) if isinstance(answer, FilterPlan) else None


def _answer(prompt: str, tokens: tuple[Token, ...], vocabulary: Vocabulary) -> FilterPlan | Refusal:
    progress = Progress()
    reader = SentenceReader(tokens, vocabulary, progress)
    try:
        sentence = reader.read()
    except SeveralTablesError as error:
        joined = None
        if not vocabulary.is_one_meant and not _goes_on(tokens, error.end):
            joined = joined_with_subject(
                vocabulary.catalog, error, lambda table: _answer(prompt, tokens, vocabulary.with_meant(table))
            )
        return joined or unclear(prompt, tokens, vocabulary, error)
    except UnclearError as error:
        return unclear(prompt, tokens, vocabulary, error)
    unexplained = progress.furthest if sentence is None else _first_unexplained(tokens, sentence)
    if sentence is None or unexplained is not None:
        return not_understood(tokens, vocabulary, unexplained or 0)
    return FilterPlan(
        roots=sentence.roots,
        exclude=sentence.exclude,
        full=sentence.full,
        reading=sentence.reading,
        evidence=tuple(
            Evidence(words=quoted(prompt, tokens[entry.start : entry.end]), meaning=entry.meaning)
            for entry in _in_order(sentence)
        ),
    )


def _goes_on(tokens: tuple[Token, ...], end: int) -> bool:
    """Is what ends there the beginning of a longer noun, as in "order lines"?"""
    one = tokens[end - 1].lower
    return singular(one) == one and any(
        singular(following.lower) != following.lower for following in tokens[end : end + 1]
    )


def _with_corrections(plan: FilterPlan, corrections: tuple[Correction, ...]) -> FilterPlan:
    taken = tuple(
        Evidence(words=entry.written, meaning=f"taken for {entry.meant}")
        for entry in sorted(corrections, key=lambda entry: entry.position)
    )
    return plan.model_copy(update={"evidence": (*taken, *plan.evidence)})


def _in_order(sentence: Sentence) -> list[Explained]:
    return sorted(sentence.explained, key=lambda entry: (entry.start, -entry.end))


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
