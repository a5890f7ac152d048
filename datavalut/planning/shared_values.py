"""Which values of text columns a language model is told, where a deployment shares them."""

import re

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.planning.relevance import words_of
from datavalut.planning.source import ColumnValues

SHARED_COLUMNS = 300  # looked up at most
SHARED_VALUES = 30  # all are told; of more only those that the prompt mentions
SHARED_VALUE = 60  # characters
# A value that so many rows share on average says nothing of any one of them. Of a smaller table the estimate of its
# rows, if it was never analyzed, is the number that its one page could hold.
ROWS_A_VALUE = 10
FEWEST_ROWS = 100

# Of a word in the name of a column, or of its type.
_PRIVATE = re.compile(
    r"pass|pwd|pw|pin|otp|salt|keys?|ssn|cvv|iban|login|mail"
    r"|.*(password|passwd|passphrase|passcode|secret|token|credential|apikey|email|phone|hash(?!tag)).*"
)


class SharedValues:
    """For one prompt. Each column is looked up once, up to SHARED_COLUMNS of them."""

    def __init__(self, values: ColumnValues, prompt: str) -> None:
        self._values = values
        self._prompt = prompt.casefold()
        self._looked_up = 0

    def of(self, table: Table, column: Column) -> list[str]:
        if not _may_be_shared(table, column) or self._looked_up >= SHARED_COLUMNS:
            return []
        self._looked_up += 1
        values = self._values.values(table.name, column.name) or ()
        short = [value for value in values if len(value) <= SHARED_VALUE]
        if len(values) > SHARED_VALUES or table.estimated_rows < max(FEWEST_ROWS, ROWS_A_VALUE * len(values)):
            short = [value for value in short if self._mentions(value)]
        return short[:SHARED_VALUES]

    def _mentions(self, value: str) -> bool:
        """As it is, or as an English plural."""
        return re.search(rf"(?<!\w){re.escape(value.casefold())}(e?s)?(?!\w)", self._prompt) is not None


def _may_be_shared(table: Table, column: Column) -> bool:
    alone = (column.name,)
    if column.category is not TypeCategory.TEXT or alone == table.primary_key or alone in table.unique_keys:
        return False
    return not any(_PRIVATE.fullmatch(word) for word in words_of(f"{column.name} {column.type_name}"))
