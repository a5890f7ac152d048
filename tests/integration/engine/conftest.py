"""Needs nothing running."""

import pytest

from datavalut.engine import copying, cutting, keys


@pytest.fixture
def tiny_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these tables were very big, and a query took very few keys."""
    monkeypatch.setattr(copying, "_LEAST_CUT_BYTES", 0)
    monkeypatch.setattr(cutting, "CHUNK_SECONDS", 0.01)
    for module in (cutting, keys):
        monkeypatch.setattr(module, "MOST_KEYS", 300)
