"""What is said of a column of texts or labels: "is Canada or France", "contains x", "named Ada Berg"."""

from datavalut.catalog.model import Column, Table
from datavalut.filters.model import ColumnValue, TextMatch, TextMatching
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import head_word
from datavalut.planning.offline.comparisons import Predicate, listed, one_of
from datavalut.planning.offline.inflection import is_participle, stem, stems
from datavalut.planning.offline.lists import ListReader
from datavalut.planning.offline.phrases import Progress, UnclearError, any_of
from datavalut.planning.offline.spelling import nearly_spelled, value_key
from datavalut.planning.offline.times import TimeReader
from datavalut.planning.offline.tokens import Token, TokenKind
from datavalut.planning.offline.values import is_free_text
from datavalut.planning.offline.vocabulary import Vocabulary

_TEXT_OPERATORS: dict[tuple[str, ...], TextMatching] = {
    tuple(phrase.split()): matching
    for matching, phrases in (
        (TextMatching.CONTAINS, "contains, containing, contain, includes, including, mentions, mentioning, mention"),
        (TextMatching.STARTS_WITH, "starts with, starting with, start with, begins with, beginning with, begin with"),
        (TextMatching.ENDS_WITH, "ends with, ending with, end with, ends in, ending in"),
    )
    for phrase in phrases.split(", ")
}
# Columns whose values may be participles: "status shipped", "condition damaged".
_OF_STATES = (
    synonyms.STATUS_COLUMNS
    | synonyms.KIND_COLUMNS
    | synonyms.NOUN_COLUMNS
    | synonyms.ROLE_COLUMNS
    | synonyms.words("result outcome resolution disposition verdict decision condition availability visibility mode")
    | synonyms.words("reason cause level priority severity color colour size finish reaction event action")
)
_CHANGES = stems(" ".join(synonyms.CHANGING_VERBS)) | stems("clear hide strip blank null")
_NOTHING = frozenset({"blank", "empty", "unset", "unknown", "missing"})


class TextReader(ListReader):
    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary, progress: Progress) -> None:
        super().__init__(tokens, vocabulary, progress)
        self._times = TimeReader(tokens, vocabulary.reference_time)
        # Capitals tell names apart only in a prompt that also has words without.
        self._capitals_count = any(token.kind is TokenKind.WORD and token.text[0].islower() for token in tokens)

    def read_labels(self, table: Table, column: Column, position: int) -> Predicate | None:
        first = self._vocabulary.label_at(table, column, position)
        if first is None:
            token = self._tokens[position] if position < len(self._tokens) else None
            if token and token.kind is not TokenKind.SIGN and token.lower not in synonyms.NOT_VALUES:
                allowed = self._vocabulary.labels(table, column)
                raise UnclearError(position, position + 1, f"{column.name} has no such value", allowed)
            return None
        labels, end = list(first.values), first.end
        while (joined := self._list_joiner(end)) is not None:
            following = self._vocabulary.label_at(table, column, joined)
            if following is None:
                break
            labels.extend(following.values)
            end = following.end
        return Predicate(one_of(column, tuple(dict.fromkeys(labels))), end, f"is {listed(labels)}")

    def read(
        self,
        table: Table,
        column: Column,
        position: int,
        *,
        explicit: bool,
        in_a_list: bool = False,
        operator_needed: bool = False,
    ) -> Predicate | None:
        """What is said of a text; `explicit` where an operator announces its value, `in_a_list` where it announces
        several. With `operator_needed` a value alone is none."""
        operand = ColumnValue(column=column.name)
        for words, matching in _TEXT_OPERATORS.items():
            if tuple(self._word(position + index) for index in range(len(words))) == words:
                value = self._read_value(table, column, position + len(words), explicit=True)
                value = value or self._read_letter(position + len(words))
                if value is None:
                    return None
                text, end = value
                condition = TextMatch(operand=operand, matching=matching, text=text)
                return Predicate(condition, end, f"{matching.value.replace('_', ' ')} '{text}'")
        if operator_needed:
            return None
        known = self._read_known_values(table, column, position)
        if known is not None:
            return known
        value = self._read_value(table, column, position, explicit=explicit)
        if value is None:
            return None
        self._check_spelling(table, column, position, value)
        self._check_sense(column, position, value[1])
        texts, end = [value[0]], value[1]
        while (joined := self._list_joiner(end)) is not None:
            following = self._read_listed_value(table, column, joined)
            if following is None or not (in_a_list or len(texts) > 1 or self._may_be_listed(position, end, joined)):
                break
            texts.append(following[0])
            end = following[1]
        matches = any_of(TextMatch(operand=operand, matching=TextMatching.EQUALS, text=text) for text in texts)
        return Predicate(matches, end, f"is {listed(texts)}")

    def _read_known_values(self, table: Table, column: Column, position: int) -> Predicate | None:
        """One or several of the values that the column is known to hold."""
        label = self._vocabulary.label_at(table, column, position)
        if label is None:
            return None
        token = self._tokens[position]
        if label.end == position + 1 and token.lower in synonyms.NOT_VALUES and token.text not in label.values:
            return None  # the article in "blood type a ...", and no blood type
        return self.read_labels(table, column, position)

    def _check_spelling(self, table: Table, column: Column, position: int, value: tuple[str, int]) -> None:
        """Raises UnclearError for a value that the column does not hold, as far as its values are known."""
        text, end = value
        if self._tokens[position].kind is TokenKind.QUOTED or not self._vocabulary.values(table, column):
            return
        near = nearly_spelled(value_key(text), map(value_key, self._vocabulary.values(table, column)))
        held = [held for held in self._vocabulary.values(table, column) if value_key(held) in near]
        reason = f"{table.name.name}.{column.name} holds no such value (in quotes it is taken as it stands)"
        raise UnclearError(position, end, reason, held[:3])

    def _check_sense(self, column: Column, position: int, end: int) -> None:
        """Raises UnclearError for "emails masked" and "with a blank phone", which are no values of texts that nobody
        listed."""
        if not self._may_be_no_value(column, position, end):
            return
        word = self._word(position)
        if word in _NOTHING:
            reason, candidates = "null, or a text", [f"without {column.name}"]
        elif stem(word) in _CHANGES:
            reason, candidates = "rows are chosen, never changed", []
        else:
            reason, candidates = f"no value of {column.name} that is known", []
        raise UnclearError(
            position, end, f"{reason} (in quotes it is taken as it stands)", [*candidates, f'{column.name} "{word}"']
        )

    def _may_be_no_value(self, column: Column, position: int, end: int) -> bool:
        """Is it one plain word that says something of the column rather than stands in it?"""
        token = self._tokens[position]
        if end > position + 1 or token.kind is not TokenKind.WORD or token.text != token.lower:
            return False
        if is_free_text(column):
            return token.text.isalpha()
        is_said = is_participle(token.lower) or token.lower in _NOTHING | synonyms.CHANGING_VERBS
        return is_said and head_word(column.name) not in _OF_STATES

    def _may_be_listed(self, first: int, joiner: int, second: int) -> bool:
        """Can "Canada and France" be two values of one column? Alike they must be: "Canada and vip" is no list."""
        if self._word(joiner) != "and":
            return True
        values = self._tokens[first], self._tokens[second]
        return all(token.kind is TokenKind.QUOTED for token in values) or (
            self._capitals_count and all(token.text[0].isupper() for token in values)
        )

    def _read_value(self, table: Table, column: Column, position: int, *, explicit: bool) -> tuple[str, int] | None:
        """A text in quotes; else one word, or several that begin with capitals and mean nothing else.

        Where no operator announces a value, a word that also means something else here is one only for a status.
        """
        if position >= len(self._tokens):
            return None
        token = self._tokens[position]
        if token.kind is TokenKind.QUOTED:
            return token.text, position + 1
        if token.kind is TokenKind.SIGN or token.lower in synonyms.NOT_VALUES:
            return None
        if token.kind is not TokenKind.WORD:
            return token.text, position + 1
        known = self._vocabulary.means_something(table, position)
        if known and not explicit:
            is_status = head_word(column.name) in synonyms.STATUS_COLUMNS
            if not is_status or not self._ends_a_value(position + 1) or self._times.read(position + 1):
                raise UnclearError(
                    position,
                    position + 1,
                    f"the value of {column.name}, or something else (a value in quotes is always a value)",
                    (f"{column.name} '{token.text}'", known),
                )
        end = position + 1
        while self._continues_a_name(table, token, end):
            end += 1
        return " ".join(part.text for part in self._tokens[position:end]), end

    def _read_letter(self, position: int) -> tuple[str, int] | None:
        """The letter A, which is no article where nothing follows it."""
        if self._word(position) != "a" or not self._ends_a_value(position + 1):
            return None
        return self._tokens[position].text, position + 1

    def _continues_a_name(self, table: Table, first: Token, position: int) -> bool:
        if not self._capitals_count or not first.text[0].isupper() or position >= len(self._tokens):
            return False
        token = self._tokens[position]
        return (
            token.kind is TokenKind.WORD
            and token.text[0].isupper()
            and token.lower not in synonyms.NOT_VALUES
            and self._vocabulary.means_something(table, position) is None
        )

    def _read_listed_value(self, table: Table, column: Column, position: int) -> tuple[str, int] | None:
        """One more value of a list: only what can be nothing else."""
        if position >= len(self._tokens):
            return None
        token = self._tokens[position]
        if token.kind is TokenKind.QUOTED:
            return token.text, position + 1
        if token.kind is not TokenKind.WORD or token.lower in synonyms.NOT_VALUES:
            return None
        known = self._vocabulary.means_something(table, position)
        is_status = head_word(column.name) in synonyms.STATUS_COLUMNS
        if known and not (is_status and self._ends_a_value(position + 1)):
            return None
        if self._tokens[position].lower in synonyms.LEAD_WORDS | synonyms.DETERMINERS:
            return None
        value = self._read_value(table, column, position, explicit=True)
        if value is None or not self._ends_a_value(value[1]) or self._may_be_no_value(column, position, value[1]):
            return None
        return value
