"""What a refusal says: the words that were not understood, and the names that they may have meant."""

import difflib

from datavalut.catalog.model import TypeCategory
from datavalut.filters.model import NotUnderstood, Refusal
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.name_keys import name_key
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.tokens import Token, quoted
from datavalut.planning.offline.vocabulary import Vocabulary
from datavalut.planning.offline.wishes import UNCHANGED, altering_words

_PLACE_COLUMNS = frozenset({"country", "city", "state", "region", "district", "province", "county"})


def unclear(prompt: str, tokens: tuple[Token, ...], vocabulary: Vocabulary, error: UnclearError) -> Refusal:
    """Of words that fit two things equally well, or nothing of what they need."""
    words = quoted(prompt, tokens[error.start : error.end])
    return _altered(tokens, vocabulary) or Refusal(
        reason=f'"{words}" is not clear: {error.reason}.',
        not_understood=(NotUnderstood(words=words, candidates=tuple(dict.fromkeys(error.candidates))),),
    )


def _altered(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> Refusal | None:
    altered = altering_words(tokens, vocabulary)
    if not altered:
        return None
    return Refusal(reason=UNCHANGED, not_understood=tuple(NotUnderstood(words=words) for words in altered))


def not_understood(tokens: tuple[Token, ...], vocabulary: Vocabulary, furthest: int) -> Refusal:
    """The word at which understanding ended, and those behind it that mean nothing here at all."""
    altered = _altered(tokens, vocabulary)
    if altered is not None:
        return altered
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
