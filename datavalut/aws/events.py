"""EventBridge: the bus on which others hear of jobs."""

import json
from typing import TYPE_CHECKING

from datavalut.aws.errors import EventNotPublished
from datavalut.jobs.events import EVENT_SOURCE, JobEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBus:
    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, event: JobEvent) -> None:
        """Raises EventNotPublished: PutEvents answers a refused event with success."""
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._name,
                    "Source": EVENT_SOURCE,
                    "DetailType": event.detail_type,
                    "Detail": json.dumps(event.detail, ensure_ascii=False),
                }
            ]
        )
        if answer["FailedEntryCount"]:
            raise EventNotPublished(answer["Entries"][0].get("ErrorCode", "unknown"))
