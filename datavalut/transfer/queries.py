"""The SQL files of this package and those below it."""

from pathlib import Path


def query_text(name: str) -> str:
    """`name` is "sequences", or "preflight/standby"."""
    return Path(__file__).parent.joinpath(f"{name}.sql").read_text(encoding="utf-8")
