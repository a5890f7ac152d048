"""Needs nothing running."""

import time
from itertools import islice

import pytest

from datavalut.workflow.polling import polls


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Of a clock that moves only by the pauses that are made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(made))
    return made


def test_the_first_turn_comes_at_once(pauses: list[float]) -> None:
    next(polls())
    assert pauses == []


def test_turns_are_quick_at_first_and_slow_later(pauses: list[float]) -> None:
    list(islice(polls(), 400))
    assert pauses[0] <= 0.25
    assert pauses[-1] == 1
    assert sum(pause for pause in pauses if pause < 1) == pytest.approx(30, abs=0.2)


def test_turns_end_with_their_time_and_never_before_it(pauses: list[float]) -> None:
    turns = sum(1 for _ in polls(within=1))
    assert sum(pauses) == pytest.approx(1, abs=0.11)
    assert turns == len(pauses) + 1
    assert sum(1 for _ in polls(within=0)) == 1
