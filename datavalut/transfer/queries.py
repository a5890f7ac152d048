"""The SQL files of this package."""

from pathlib import Path


def query_text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
