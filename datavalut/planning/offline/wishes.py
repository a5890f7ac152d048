"""Wishes for something else than a choice of rows: to change the source, or the data on its way.

Both are refused as such, since a plan that left them out would not be what was asked for.
"""

from collections.abc import Iterator

from datavalut.planning.offline import synonyms
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary

UNCHANGED = "Rows are chosen, never changed: they are copied as they stand in the source."

_CLAUSE_ENDS = frozenset({",", ";", ".", ":", "and", "then", "please", "!", "?", "also", "to", "or"})
_ALTERED = synonyms.words(
    "masked anonymized anonymised anonymous pseudonymized pseudonymised redacted hashed scrubbed obfuscated scrambled "
    "sanitized sanitised blanked tokenized"
)
_PERSONAL_TEXT = """
personal data, personal information, personal details, sensitive data, sensitive information, confidential data,
private data, pii
"""
_PERSONAL = frozenset(tuple(phrase.split()) for phrase in _PERSONAL_TEXT.split(","))
_BEFORE_PERSONAL = frozenset({"without", "no", "any"})


def commanding_words(tokens: tuple[Token, ...]) -> list[str]:
    """Verbs that ask for a change or for obedience, where a clause begins."""
    found = []
    for position, token in enumerate(tokens):
        begins = position == 0 or tokens[position - 1].lower in _CLAUSE_ENDS | synonyms.LEAD_WORDS
        if token.kind is TokenKind.WORD and token.lower in synonyms.CHANGING_VERBS and begins:
            found.append(token.text)
    return found


def altering_words(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> list[str]:
    """What is said of data that is not to be copied as it stands, where the database has no such word: "masked",
    "(without) personal data"."""
    altered = [
        token.text
        for token in tokens
        if token.kind is TokenKind.WORD and token.lower in _ALTERED and not vocabulary.knows(token)
    ]
    return [*altered, *_personal_data(tokens)]


def _personal_data(tokens: tuple[Token, ...]) -> Iterator[str]:
    for position in range(1, len(tokens)):
        if tokens[position - 1].lower not in _BEFORE_PERSONAL:
            continue
        for phrase in _PERSONAL:
            window = tokens[position : position + len(phrase)]
            if tuple(token.lower for token in window) == phrase:
                yield " ".join(token.text for token in window)
