"""What can be missing around a job in AWS."""

from datavalut.errors import DataValutError


class SecretNotFoundError(DataValutError):
    """A secret of ours is gone, as a request's is once its job has ended. `name` is the secret's name or ARN."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no secret {name}.")
        self.name = name


class SourceSecretRefused(DataValutError):  # noqa: N818
    """A caller's secret cannot be used. `reason` completes "The secret …". It is the same for a secret that is not
    there and one that is not the caller's, lest it be told which secrets there are."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The secret {reason}.")
        self.reason = reason


class EventNotPublished(DataValutError):  # noqa: N818
    """The event bus took the call but not the event. `code` is the bus's own."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The event bus did not take the event: {code}.")
        self.code = code
