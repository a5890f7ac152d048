"""Asking again and again for what another step of the job does."""

import math
import time
from collections.abc import Iterator

QUICK_PAUSE_SECONDS = 0.1
# A small job takes a second or two: it must not wait for anyone to look. Whoever has waited for this long can wait on.
QUICK_FOR_SECONDS = 30.0
PAUSE_SECONDS = 1.0


def polls(within: float = math.inf) -> Iterator[None]:
    """One turn at once, then one after every pause, until so many seconds are over."""
    began = time.monotonic()
    while True:
        yield
        waited = time.monotonic() - began
        if waited >= within:
            return
        time.sleep(QUICK_PAUSE_SECONDS if waited < QUICK_FOR_SECONDS else PAUSE_SECONDS)
