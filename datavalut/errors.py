"""The base of every error that a user can cause or must act on.

Each package defines its own errors below this base and gives them the facts the user needs as typed
attributes. They become text in two places only: `datavalut.api.problems` (HTTP) and
`datavalut.workflow.job_errors` (a failed job's `error`).
"""

from collections.abc import Sequence


class DataValutError(Exception):
    """Something the caller can act on. Its `str` is one sentence for logs, never holding a secret."""


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters of it."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def first_of(texts: Sequence[str], most: int, longest: int) -> tuple[str, ...]:
    """At most so many of them, each shortened, and how many more there are."""
    told = tuple(shortened(text, longest) for text in texts[:most])
    return told if len(texts) <= most else (*told, f"And {len(texts) - most} more.")
