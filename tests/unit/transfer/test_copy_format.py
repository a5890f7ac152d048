"""Needs nothing."""

import pytest

from datavalut.catalog.model import Column, TypeCategory
from datavalut.transfer.copy import CopyFormat, choose_format

SAME = (170010, "UTF8")
NUMBER = Column("id", "integer", TypeCategory.INTEGER)
STATES = Column("states", "state[]", TypeCategory.ARRAY, element=TypeCategory.ENUM)


def test_plain_columns_between_like_servers_are_copied_in_binary() -> None:
    assert choose_format([NUMBER, STATES], SAME, (170004, "UTF8")) is CopyFormat.BINARY


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param((160004, "UTF8"), SAME, id="another major version"),
        pytest.param((130000, "UTF8"), (130000, "UTF8"), id="too old for enums"),
        pytest.param((170010, "LATIN1"), (170010, "LATIN1"), id="an encoding that binary text would change"),
    ],
)
def test_other_servers_get_text(source: tuple[int, str], target: tuple[int, str]) -> None:
    assert choose_format([NUMBER], source, target) is CopyFormat.TEXT


@pytest.mark.parametrize(
    "column",
    [
        Column("place", "geometry", TypeCategory.OTHER),
        Column("places", "geometry[]", TypeCategory.ARRAY, element=TypeCategory.OTHER),
    ],
)
def test_one_column_of_another_type_makes_it_text(column: Column) -> None:
    assert choose_format([NUMBER, column], SAME, SAME) is CopyFormat.TEXT
