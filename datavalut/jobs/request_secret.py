"""What of a job's request is secret, and so is kept apart from the job."""

from dataclasses import dataclass, field
from typing import Any

from datavalut.connections import ConnectionParameters


@dataclass(frozen=True)
class RequestSecret:
    """Where the rows come from and which are wanted: a sentence, or a FilterPlan as JSON; exactly one of the two."""

    source: ConnectionParameters
    filter_prompt: str | None = field(default=None, repr=False)
    filter: dict[str, Any] | None = field(default=None, repr=False)

    def to_json_object(self) -> dict[str, Any]:
        wanted = {"filter_prompt": self.filter_prompt, "filter": self.filter}
        return {
            "source": self.source.to_json_object(),
            **{name: value for name, value in wanted.items() if value is not None},
        }

    @classmethod
    def from_json_object(cls, value: dict[str, Any]) -> "RequestSecret":
        """Raises ConnectionStringError."""
        return cls(
            source=ConnectionParameters.from_json_object(value["source"]),
            filter_prompt=value.get("filter_prompt"),
            filter=value.get("filter"),
        )
