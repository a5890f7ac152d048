"""What the filter language is made of: the kinds of its parts, and the words of its closed lists."""

from collections.abc import Iterator
from typing import Any

from datavalut.filters import model

_LISTS: dict[str, Any] = {
    "operator": [*model.ComparisonOperator, *model.ArithmeticOperator],
    "function": model.AggregateFunction,
    "matching": model.TextMatching,
    "direction": model.Direction,
    "unit": model.TimeUnit,
    "type": model.JsonType,
    "quantity": ["all", "any"],
}


def language_words() -> set[tuple[str, str]]:
    """Pairs of a field and a word that it may have: ("kind", "exists"), ("operator", "<=")."""
    constructs = [
        each for each in vars(model).values() if isinstance(each, type) and issubclass(each, model.FilterModel)
    ]
    kinds = {("kind", str(each.model_fields["kind"].default)) for each in constructs if "kind" in each.model_fields}
    return kinds | {(field, str(word)) for field, words in _LISTS.items() for word in words}


def words_of(part: object) -> Iterator[tuple[str, str]]:
    """Those of `language_words` that occur in a part of a plan."""
    if isinstance(part, model.FilterModel):
        for field, content in part:
            if field in {"kind", *_LISTS} and content is not None:
                yield field, str(content)
            yield from words_of(content)
    elif isinstance(part, tuple):
        for item in part:
            yield from words_of(item)
