"""Words that stand for a noun said before: "an Indian one", "than completed ones", "but none in Furniture", "taught by
someone without tenure".

Each is read as the noun that it stands for: the last one before it in the same number, or whom the verb names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datavalut.catalog.model import Table
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.corrections import Correction
from datavalut.planning.offline.inflection import agent_stem, singular, stem
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.roles import role_stems
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary

_SOMEBODY = frozenset({"someone", "somebody", "anyone", "anybody"})
_BEFORE_NONE = frozenset({"but", "and", "or", ","})
_NO_ADJECTIVES = synonyms.GRAMMAR_WORDS | synonyms.words("each every this that which another other same such only")


@dataclass(frozen=True)
class _Noun:
    words: tuple[Token, ...]
    end: int

    @property
    def is_plural(self) -> bool:
        last = self.words[-1].lower
        return singular(last) != last


def with_antecedents(
    tokens: tuple[Token, ...], vocabulary: Vocabulary
) -> tuple[tuple[Token, ...], tuple[Correction, ...]] | None:
    """The tokens with the nouns that they stand for, and what was taken for what; None if there is no such word."""
    meant: list[Token] = []
    found: list[Correction] = []
    for position, token in enumerate(tokens):
        noun = tuple(_meant(tokens, vocabulary, position))
        if noun:
            found.append(Correction(position, token.text, " ".join(one.text for one in noun)))
        meant.extend(replace(one, span=token.span) for one in noun or (token,))
    return (tuple(meant), tuple(found)) if found else None


def _meant(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int) -> Iterator[Token]:
    word = tokens[position].lower
    before = tokens[position - 1] if position else None
    if before is None or tokens[position].kind is not TokenKind.WORD:
        return
    if word == "none" and before.lower in _BEFORE_NONE:
        noun = _last(tokens, vocabulary, position, plural=True)
        if noun is not None:
            yield _word("no")
            yield from noun.words
    elif word in {"one", "ones"} and before.kind is TokenKind.WORD and before.lower not in _NO_ADJECTIVES:
        noun = _last(tokens, vocabulary, position, plural=word == "ones")
        if noun is not None:
            yield from noun.words
    elif word == "others" and before.kind is TokenKind.NUMBER:
        noun = _last(tokens, vocabulary, position, plural=True)
        if noun is not None:
            yield from noun.words
    elif word in _SOMEBODY and before.lower == "by" and position > 1:
        agents = _agents(vocabulary, stem(tokens[position - 2].lower))
        if len(agents) == 1:
            yield _word("a")
            yield _word(agents[0].name.name)


def _last(tokens: tuple[Token, ...], vocabulary: Vocabulary, position: int, *, plural: bool) -> _Noun | None:
    nouns = [noun for noun in _nouns(tokens, vocabulary, position) if noun.is_plural == plural]
    return nouns[-1] if nouns else None


def _nouns(tokens: tuple[Token, ...], vocabulary: Vocabulary, stop: int) -> Iterator[_Noun]:
    """The tables' names before `stop`."""
    at = 0
    while at < stop:
        try:
            named = vocabulary.table_at(at, loosely=True)
        except UnclearError:
            named = None
        if named is not None and named[1] <= stop:
            yield _Noun(tokens[at : named[1]], named[1])
        at = named[1] if named is not None else at + 1


def _agents(vocabulary: Vocabulary, verb: str) -> list[Table]:
    """Those whom the verb names, or a foreign key that is named for it."""
    keys = [key for key in vocabulary.catalog.foreign_keys if verb in role_stems(key)]
    agents = [table for table in vocabulary.catalog.tables if _is_agent(table, verb)]
    return list(dict.fromkeys([*agents, *(vocabulary.catalog.table(key.parent) for key in keys)]))


def _is_agent(table: Table, verb: str) -> bool:
    last = singular(name_words(table.name.name)[-1])
    return verb in {agent_stem(last)} | synonyms.verbs_of_role(last) and last in synonyms.PERSONS


def _word(text: str) -> Token:
    return Token(text, text.lower(), TokenKind.WORD)
