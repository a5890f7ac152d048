"""Why the local stack could not do what it was asked."""


class LocalStackError(Exception):
    """The text is one line for the person who typed the command; `detail`, if any, is what a child process said."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
