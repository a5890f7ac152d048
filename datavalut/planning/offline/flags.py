"""Booleans said in other forms or another order than they are named: "auto-renewing", "with a verified license"."""

from collections.abc import Iterator

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.filters.model import ColumnValue, Comparison, Condition, IsNull, LiteralValue
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.comparisons import is_true, one_of
from datavalut.planning.offline.inflection import agent_stem, stem
from datavalut.planning.offline.name_keys import name_key
from datavalut.planning.offline.phrases import negated
from datavalut.planning.offline.quantities import EQUAL, NOT_EQUAL
from datavalut.planning.offline.reader import Reader
from datavalut.planning.offline.synonyms import DATE_WORDS, FUTURE_STEMS, words
from datavalut.planning.offline.tokens import TokenKind
from datavalut.planning.offline.type_categories import TIME_CATEGORIES
from datavalut.planning.offline.vocabulary import Vocabulary

_AFFIXES = frozenset({"is", "has", "was", "flag", "indicator", "yn"})
_YES_AND_NO = (("y", "n"), ("yes", "no"), ("t", "f"), ("true", "false"), ("1", "0"))
_SAME = {"automatic": "auto", "automatically": "auto", "automated": "auto", "twenty-four": "24"}
_LONGEST = 3  # tokens
# "verified users", where it is their email that is.
_CHECKED = frozenset({stem("verified"), stem("confirmed")})
_WHAT_IS_CHECKED = frozenset(map(stem, words("email phone mobile identity account profile user license kyc address")))
# "subscribed to the newsletter", "opted in to marketing": the flag newsletter, marketing_opt_in.
_CONSENTS = frozenset({"subscribed", "signed", "opted", "enrolled", "registered", "consented", "agreed"})
_OF_CONSENT = frozenset(
    stem(word)
    for word in words(
        "subscribed subscription signed up opt opted in enrolled consent agreed to accepts wants receives"
    )
)
# "With 2FA": is_2fa_enabled.
_PROVIDED = frozenset(stem(word) for word in words("enabled included provided available offered allowed activated"))
_VERBS_OF_CONSENT = frozenset({"receive", "receives", "get", "gets", "accept", "accepts", "want", "wants"})


class FlagReader(Reader):
    def read(self, table: Table, position: int) -> Iterator[tuple[Column, int]]:
        """The flags whose words are those of the longest run of tokens, in any order and form; each with the end."""
        for length in range(_LONGEST, 0, -1):
            window = self._tokens[position : position + length]
            if len(window) < length or any(token.kind not in {TokenKind.WORD, TokenKind.NUMBER} for token in window):
                continue
            said = frozenset(_form(part) for token in window for part in token.parts)
            found = [
                column
                for column in table.columns
                if (len(said) > 1 and _forms(column) == said)
                or (said <= _CHECKED and _forms(column) > said and _forms(column) - said <= _WHAT_IS_CHECKED)
            ]
            if found:
                yield from ((column, position + length) for column in found)
                return

    def provided(self, table: Table, position: int) -> Iterator[tuple[Column, int]]:
        """ "(users with) 2FA" of is_2fa_enabled, "(rooms with) breakfast" of breakfast_included."""
        for length in range(_LONGEST, 0, -1):
            window = self._tokens[position : position + length]
            said = frozenset(_form(part) for token in window for part in token.parts)
            found = [
                column for column in table.columns if said and _forms(column) - _PROVIDED == said != _forms(column)
            ]
            if len(window) == length and found:
                yield from ((column, position + length) for column in found)
                return

    def consented(self, table: Table, position: int) -> tuple[Column, int] | None:
        """ "subscribed to the newsletter", "opted in to marketing", "receive the newsletter"."""
        at = position + 1
        if self._word(position) in _CONSENTS:
            while self._word(at) in {"up", "in", "into", "to", "for"}:
                at += 1
        elif self._word(position) not in _VERBS_OF_CONSENT:
            return None
        at = self._past_articles(at)
        for length in range(_LONGEST, 0, -1):
            window = self._tokens[at : at + length]
            said = frozenset(_form(part) for token in window for part in token.parts)
            found = [column for column in table.columns if said and _forms(column) - _OF_CONSENT == said - _OF_CONSENT]
            if len(window) == length and len(found) == 1:
                return found[0], at + length
        return None

    def state_of(self, table: Table, position: int) -> list[tuple[Column, int]]:
        """ "(with) tenure", "insurance": is_tenured, is_insured."""
        noun = self._word(position)
        if not noun.isalpha() or noun.endswith("ed"):
            return []
        return [
            (column, position + 1)
            for column in table.columns
            if column.category is TypeCategory.BOOLEAN
            and name_words(column.name)[-1].endswith("ed")
            and _forms(column) == {_form(noun)}
        ]

    def having(self, table: Table, position: int) -> Iterator[tuple[Column, bool, int]]:
        """ "insured rentals", "uninsured": has_insurance; each with whether it is said to be true."""
        word = self._word(position)
        if not word.endswith("ed"):
            return
        denied = word.removeprefix("un") if word.startswith("un") else ""
        for column in table.columns:
            first, *rest = name_words(column.name)
            if (
                column.category is not TypeCategory.BOOLEAN
                or first != "has"
                or len(rest) != 1
                or rest[0].endswith("ed")
            ):
                continue
            for participle, is_true_ in ((word, True), (denied, False)):
                if participle and stem(participle) == stem(rest[0]):
                    yield column, is_true_, position + 1

    def deed(self, table: Table, position: int) -> tuple[Column, int] | None:
        """What a row does: "(that) renew automatically", "allow pets", "include classes", "(who) smoke"."""
        found = list(self.read(table, position))
        if found:
            return found[0] if len(found) == 1 else None
        verb = _form(self._word(position)) if self._word(position).isalpha() else ""
        agents = [
            column
            for column in table.columns
            if column.category is TypeCategory.BOOLEAN
            and verb
            and [agent_stem(word) for word in name_words(column.name) if word not in _AFFIXES] == [verb]
        ]
        return (agents[0], position + 1) if len(agents) == 1 else None


def is_flag(vocabulary: Vocabulary, table: Table, column: Column) -> bool:
    """A boolean; a number whose name is that of a state (Northwind's products.discontinued is 0 or 1); a text that is
    Y or N."""
    if column.category is TypeCategory.BOOLEAN or (column.category in TIME_CATEGORIES and not column.not_null):
        return True
    if column.category is TypeCategory.TEXT:
        return _yes_and_no(vocabulary, table, column) is not None
    name = name_key(list(name_words(column.name)))
    named_as_a_state = name.endswith("ed") or name in {"active", "available", "visible", "public"}
    return column.category is TypeCategory.INTEGER and (
        named_as_a_state or (name.startswith(("is", "has")) and "_" in column.name)
    )


def flagged(vocabulary: Vocabulary, table: Table, column: Column, value: bool) -> Condition:
    """The flag is true, or false."""
    operand = ColumnValue(column=column.name)
    if column.category is TypeCategory.BOOLEAN:
        return is_true(operand, value)
    if column.category in TIME_CATEGORIES:
        is_null = IsNull(operand=operand)
        return negated(is_null) if value else is_null
    if column.category is TypeCategory.TEXT:
        yes, no = _yes_and_no(vocabulary, table, column) or ("", "")
        return one_of(column, (yes if value else no,))
    return Comparison(left=operand, operator=NOT_EQUAL if value else EQUAL, right=LiteralValue(value=0))


def _yes_and_no(vocabulary: Vocabulary, table: Table, column: Column) -> tuple[str, str] | None:
    """The two values of a column that holds nothing else."""
    named = {*name_words(column.name)} & _AFFIXES
    values = vocabulary.values(table, column) if named else ()
    written = {value.lower(): value for value in values}
    found = [(written[yes], written[no]) for yes, no in _YES_AND_NO if written.keys() == {yes, no}]
    return found[0] if found else None


def _forms(column: Column) -> frozenset[str]:
    """None for a column that is neither a flag nor a date that may be missing ("email_verified_at"). A date that may
    lie ahead ("passport_expires_on") is no flag."""
    lies_ahead = any(stem(word) in FUTURE_STEMS for word in name_words(column.name))
    is_date = column.category in TIME_CATEGORIES and not column.not_null and not lies_ahead
    if column.category is not TypeCategory.BOOLEAN and not is_date:
        return frozenset()
    left_out = _AFFIXES | (DATE_WORDS if is_date else frozenset())
    return frozenset(_form(word) for word in name_words(column.name) if word not in left_out)


def _form(word: str) -> str:
    return stem(_SAME.get(word, word))
