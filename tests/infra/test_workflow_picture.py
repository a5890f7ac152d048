"""Needs nothing running."""

from infra.workflow_picture import PICTURE, drawn_from_definition


def test_the_picture_in_the_documentation_is_that_of_the_state_machine() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn_from_definition(), "run: python -m infra.workflow_picture"
