"""A caller's own secret, named instead of a connection string."""

from datavalut.errors import DataValutError


class SourceSecretRefused(DataValutError):
    """A caller's secret cannot be used. `reason` completes "The secret …". It is the same for a secret that is not
    there and one that is not the caller's, lest it be told which secrets there are."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The secret {reason}.")
        self.reason = reason
