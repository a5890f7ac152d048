"""What AWS may answer that is neither success nor an error of its own."""

from datavalut.errors import DataValutError


class EventNotPublished(DataValutError):
    """The event bus took the call but not the event. `code` is the bus's own."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The event bus did not take the event: {code}.")
        self.code = code
