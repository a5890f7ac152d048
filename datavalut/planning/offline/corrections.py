"""Slips of the fingers: "custmers" for customers, "withot" for without.

Only a word that is none of English, and means nothing in this database, is taken for a slip, and only for the one word
that it comes nearest to: a name in this database, a value that says where or of what kind a row is, or a word that
carries the sentence. Of two that are as near, none is meant. Names of people are never corrected.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from datavalut.planning.offline import synonyms
from datavalut.planning.offline.spelling import folded, nearly_spelled
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_MOST_SLIPS = 3
_SHORTEST_VALUE = 6
_KEYWORDS = synonyms.words(
    "without with between before after since except excluding exclude including include least most more less fewer "
    "above below under over than from that have which whose never either neither active inactive contains containing "
    "starting ending where average total number during within random sample yesterday today last past previous "
    "minute minutes hour hours day days week weeks month months quarter year years "
    "january february march april june july august september october november december"
)


@dataclass(frozen=True)
class Correction:
    position: int
    written: str
    meant: str


def corrected(
    tokens: tuple[Token, ...], vocabulary: Vocabulary
) -> tuple[tuple[Token, ...], tuple[Correction, ...]] | None:
    """The tokens as they were meant; None if there is no slip, or more than a few."""
    found = tuple(_corrections(tokens, vocabulary))
    if not found or len(found) > _MOST_SLIPS:
        return None
    meant = list(tokens)
    for correction in found:
        token = tokens[correction.position]
        meant[correction.position] = replace(token, text=correction.meant, lower=correction.meant.lower())
    return tuple(meant), found


def _corrections(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> Iterator[Correction]:
    for position, token in enumerate(tokens):
        if token.kind is not TokenKind.WORD or not token.text.isalpha() or vocabulary.knows(token):
            continue
        near = _nearest(token, vocabulary, is_name=position > 0 and token.text[0].isupper())
        if len(near) == 1 and not _is_english(token.lower):
            yield Correction(position, token.text, near[0])


def _nearest(token: Token, vocabulary: Vocabulary, *, is_name: bool) -> list[str]:
    """The words that it may be a slip of. A name with a capital can only be a value."""
    values = {folded(value): value for value in vocabulary.telling_values() if len(value) >= _SHORTEST_VALUE}
    near = [values[key] for key in nearly_spelled(folded(token.lower), values, most=1)]
    if near or is_name:
        return near
    return nearly_spelled(token.lower, {*vocabulary.spoken_words(), *_KEYWORDS})


@cache
def _dictionary() -> "SpellChecker":
    from spellchecker import SpellChecker  # noqa: PLC0415 - takes half a second, and few prompts need it

    return SpellChecker(language="en")


def _is_english(word: str) -> bool:
    return bool(_dictionary().known([word]))
