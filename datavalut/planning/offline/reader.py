"""What every reader of a part of the grammar has: the prompt's tokens, the database's words, and how far it came."""

from datavalut.filters.model import Condition
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.phrases import Clause, Continuation, Explained, Progress
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.vocabulary import Vocabulary


class Reader:
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        self._tokens = tokens
        self._vocabulary = vocabulary
        self._progress = progress

    def _word(self, position: int) -> str:
        """The lower-case word or sign there; "" for a quoted text and beyond the end."""
        if not 0 <= position < len(self._tokens) or self._tokens[position].kind is TokenKind.QUOTED:
            return ""
        return self._tokens[position].lower

    def _words(self, position: int, *words: str) -> bool:
        return all(self._word(position + index) == word for index, word in enumerate(words))

    def _past_articles(self, position: int) -> int:
        while self._word(position) in synonyms.ARTICLES | {"the", "their", "its", "another", "other"}:
            position += 1
        return position

    def _clause(
        self, condition: Condition, start: int, end: int, meaning: str, continuation: Continuation = Continuation.NONE
    ) -> Clause:
        """A clause all of whose words mean one thing."""
        self._progress.reach(end)
        return Clause(condition, start, end, meaning, (Explained(start, end, meaning),), continuation)
