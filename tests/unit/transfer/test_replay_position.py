"""Needs nothing running."""

import pytest

from datavalut.transfer.snapshot import ReplayPosition

BEGAN = ReplayPosition(replayed=100, received=150)


@pytest.mark.parametrize(
    ("position", "heeds"),
    [
        (ReplayPosition(100, 150), False),  # the replay may be waiting for others
        (ReplayPosition(100, 900), False),
        (ReplayPosition(100, None), False),  # it reads an archive
        (ReplayPosition(101, 900), True),
        (ReplayPosition(101, None), True),
        (ReplayPosition(100, 100), True),  # nothing is left to replay
    ],
)
def test_a_session_is_heeded_once_the_replay_has_gone_on_or_has_nothing_to_do(
    position: ReplayPosition, heeds: bool
) -> None:
    assert position.heeds(BEGAN) is heeds
