"""What can be missing around a job in AWS."""

from datavalut.errors import DataValutError


class SecretNotFoundError(DataValutError):
    """A secret of ours is gone, as a request's is once its job has ended. `name` is the secret's name or ARN."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no secret {name}.")
        self.name = name


class EventNotPublished(DataValutError):
    """The event bus took the call but not the event. `code` is the bus's own."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The event bus did not take the event: {code}.")
        self.code = code
