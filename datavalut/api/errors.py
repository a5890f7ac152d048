"""What can be wrong with a request before any job is concerned."""

from dataclasses import dataclass

from datavalut.errors import DataValutError


@dataclass(frozen=True)
class FieldProblem:
    """`field` is a path into the body (`filter.roots[0].table`), or a header's name."""

    field: str
    reason: str


class MalformedBody(DataValutError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The body is not a JSON object: {reason}.")


class BodyTooLarge(DataValutError):
    """`limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.")
        self.limit = limit


class InvalidFields(DataValutError):
    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        first = f"{problems[0].field}: {problems[0].reason}"
        more = f" ({len(problems) - 1} more in errors)" if len(problems) > 1 else ""
        super().__init__(f"The request cannot be taken as it is. {first}{more}")
        self.problems = problems


class InvalidParameter(DataValutError):
    """A parameter of the query string."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The parameter {name} {reason}.")
        self.name = name


class InvalidPageToken(InvalidParameter):
    def __init__(self) -> None:
        super().__init__("next_token", "is none that this list gave for this status filter")


class CallerUnknown(DataValutError):
    def __init__(self) -> None:
        super().__init__("The request does not say who is calling: sign it, or send a token.")


class ServiceUnavailable(DataValutError):
    """A service that the API rests on failed, throttled, or did not answer in time: the same request may do in a
    moment."""

    def __init__(self) -> None:
        super().__init__("A service that this API rests on does not answer at the moment. Send the request again.")


class RouteNotFound(DataValutError):
    def __init__(self) -> None:
        super().__init__("There is nothing at this path.")
