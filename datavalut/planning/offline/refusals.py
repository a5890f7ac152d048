"""What a refusal says: the words that were not understood, and the names that they may have meant."""

import difflib

from datavalut.catalog.model import Table, TypeCategory
from datavalut.filters.model import NotUnderstood, Refusal
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word, name_words
from datavalut.planning.offline.name_keys import name_key, spelled_names
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.tokens import Token, TokenKind, quoted
from datavalut.planning.offline.vocabulary import Vocabulary
from datavalut.planning.offline.wishes import UNCHANGED, altering_words

_MOST_CANDIDATES = 3
_FILLERS = synonyms.ARTICLES | synonyms.DETERMINERS | synonyms.words("its just only")
_PLACE_COLUMNS = frozenset({"country", "city", "state", "region", "district", "province", "county"})


def unclear(prompt: str, tokens: tuple[Token, ...], vocabulary: Vocabulary, error: UnclearError) -> Refusal:
    """Of words that fit two things equally well, or nothing of what they need."""
    words = quoted(prompt, tokens[error.start : error.end])
    return _altered(tokens, vocabulary) or Refusal(
        reason=f'"{words}" is not clear: {error.reason}' + ("" if error.reason.endswith("?") else "."),
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
    if furthest >= len(tokens):
        last = NotUnderstood(words=tokens[-1].text)
        return Refusal(reason=f'The sentence ends too early, after "{last.words}".', not_understood=(last,))
    named = _named(tokens, vocabulary, furthest)
    unknown = tuple(
        NotUnderstood(words=tokens[index].text, candidates=_candidates(tokens, vocabulary, index)) for index in named
    )
    words = ", ".join(f'"{entry.words}"' for entry in unknown)
    known = _known_as(tokens, vocabulary, named[0]) if len(named) == 1 else ""
    return Refusal(reason=f"Not understood: {words}{known}.", not_understood=unknown)


def _named(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int) -> list[int]:
    """An article is never what is not understood: the first word behind it is that means nothing, or else the next."""
    behind = [index for index in range(position + 1, len(tokens)) if not vocabulary.knows(tokens[index])]
    if tokens[position].lower not in _FILLERS:
        return [position, *behind]
    following = (index for index in range(position, len(tokens)) if tokens[index].lower not in _FILLERS)
    return behind or [next(following, position)]


def _known_as(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int) -> str:
    """Why a word that the database has is no use where it stands: it is the column of another table, or a place that
    no column holds."""
    token = tokens[position]
    key = name_key(token.parts)
    if token.kind is not TokenKind.WORD or not key or token.lower in synonyms.NOT_VALUES | synonyms.LEAD_WORDS:
        return ""
    tables = vocabulary.catalog.tables
    of = [table.name.name for table in tables if any(key == name_key(name_words(one.name)) for one in table.columns)]
    if of:
        return f", a column of {', '.join(sorted(of)[:_MOST_CANDIDATES])}, which cannot be said so here"
    if vocabulary.knows(token) or not _says_where(tokens, position):
        return ""
    places = sorted({name for name, values in _columns(vocabulary, _PLACE_COLUMNS) if values})
    return f": no {' or '.join(places)} that is known is called so" if places else ""


def _says_where(tokens: tuple[Token, ...], position: int) -> bool:
    return position > 0 and tokens[position - 1].lower in {"from", "in", "at"}


def _columns(vocabulary: Vocabulary, heads: frozenset[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The columns of texts that are called so, with the values that were looked up for the sentence."""
    return [
        (column.name, vocabulary.values_read_before(table, column))
        for table in vocabulary.catalog.tables
        for column in table.columns
        if column.category is TypeCategory.TEXT and name_words(column.name)[-1:] and head_word(column.name) in heads
        if heads is _PLACE_COLUMNS or "name" not in name_words(column.name)  # the state_name of a country's parts
    ]


def _candidates(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int) -> tuple[str, ...]:
    """Tables that are called so in part, and names spelled nearly so; for a place without its column, the columns of
    places; for what may be a state, the columns of states. A column whose values are known to be others is none."""
    token = tokens[position]
    if token.kind is not TokenKind.WORD or token.lower in synonyms.GRAMMAR_WORDS:
        return ()
    key = name_key(token.parts)
    names = vocabulary.names()
    in_part = [table.name.name for table in vocabulary.catalog.tables if _is_end_of(key, table)]
    near = [names[name] for name in difflib.get_close_matches(key, list(names), n=_MOST_CANDIDATES, cutoff=0.75)]
    found = [*(in_part if len(in_part) == 1 else ()), *near]
    if found or vocabulary.knows(token):
        other = (name for name in found if name.lower() != token.lower)
        return tuple(dict.fromkeys(other))[:_MOST_CANDIDATES]
    kinds = _PLACE_COLUMNS if _says_where(tokens, position) else synonyms.STATUS_COLUMNS
    columns = _columns(vocabulary, kinds)
    unknown = {name for name, _ in columns} - {name for name, values in columns if values}
    return tuple(f"{name} {token.text}" for name in sorted(unknown)[:_MOST_CANDIDATES])


def _is_end_of(key: str, table: Table) -> bool:
    """Is it the first or the last word of the table's longer name?"""
    return any(len(words) > 1 and key in {words[0], words[-1]} for words in spelled_names(table.name.name))
