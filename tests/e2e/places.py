"""Everywhere that something of a job could stay: what the tests of secrets search."""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.emulator import REGION, ROOT_KEY
from local.settings import LocalSettings

_QUEUE = "overheard"
_LARGEST_WATCHED = 2**20  # layers are larger, and always the same


@dataclass(frozen=True)
class Cloud:
    """The emulated AWS, as its owner sees it."""

    url: str

    def client(self, service: Any, config: Config | None = None) -> Any:
        return boto3.client(
            service,
            config=config,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
        )

    def items(self) -> Iterator[str]:
        """Of all tables, with compressed documents unpacked."""
        client = self.client("dynamodb")
        for table in client.list_tables()["TableNames"]:
            for page in client.get_paginator("scan").paginate(TableName=table):
                yield from (repr(_unpacked(item)) for item in page["Items"])

    def executions(self) -> Iterator[str]:
        """Inputs, outputs, and whole histories."""
        client = self.client("stepfunctions")
        for machine in client.list_state_machines()["stateMachines"]:
            arn = machine["stateMachineArn"]
            for page in client.get_paginator("list_executions").paginate(stateMachineArn=arn):
                for execution in page["executions"]:
                    yield repr(client.describe_execution(executionArn=execution["executionArn"]))
                    history = client.get_paginator("get_execution_history")
                    for part in history.paginate(executionArn=execution["executionArn"]):
                        yield repr(part["events"])

    def log_lines(self) -> Iterator[str]:
        client = self.client("logs")
        for page in client.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                name = group["logGroupName"]
                for part in client.get_paginator("filter_log_events").paginate(logGroupName=name):
                    yield from (event["message"] for event in part["events"])

    def secrets(self) -> dict[str, str]:
        """Values by names."""
        client = self.client("secretsmanager")
        names = [
            secret["Name"] for page in client.get_paginator("list_secrets").paginate() for secret in page["SecretList"]
        ]
        return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}

    @contextmanager
    def overheard_events(self, bus: str) -> Iterator[list[str]]:
        """Fills the list with the events on the bus, when it ends."""
        sqs, events = self.client("sqs"), self.client("events")
        queue = sqs.create_queue(QueueName=_QUEUE)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        pattern = json.dumps({"source": ["datavalut.jobs"]})
        events.put_rule(Name=_QUEUE, EventBusName=bus, EventPattern=pattern)
        events.put_targets(Rule=_QUEUE, EventBusName=bus, Targets=[{"Id": "queue", "Arn": attributes["QueueArn"]}])
        overheard: list[str] = []
        try:
            yield overheard
            while messages := sqs.receive_message(
                QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=3, VisibilityTimeout=600
            ).get("Messages"):
                overheard += [message["Body"] for message in messages]
        finally:
            events.remove_targets(Rule=_QUEUE, EventBusName=bus, Ids=["queue"])
            events.delete_rule(Name=_QUEUE, EventBusName=bus)
            sqs.delete_queue(QueueUrl=queue)


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unpacked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_unpacked(inner) for inner in value]
    if isinstance(value, bytes) and value.startswith(b"\x1f\x8b"):
        return gzip.decompress(value).decode()
    return value


@dataclass
class Watch:
    """Looks, over and over while it runs, for any of the `words` in the arguments of all processes of this machine and
    in the files below `folder`, and remembers where it `found` one, and the names of all programs and files."""

    words: tuple[str, ...]
    folder: Path
    found: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        watching = [threading.Thread(target=self._repeat, args=(look,)) for look in (self._processes, self._files)]
        for thread in watching:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in watching:
                thread.join()

    def _repeat(self, look: Any) -> None:
        while not self._stop.wait(0.02):
            look()

    def _processes(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                arguments = (process / "cmdline").read_bytes()
                program = Path(arguments.split(b"\0")[0].decode(errors="replace")).name
                self.programs.add(program)
                self._search(arguments, f"the arguments of {program}")

    def _files(self) -> None:
        for content, file in contents(self.folder, largest=_LARGEST_WATCHED):
            self.files.add(file.name)
            self._search(content, str(file))

    def _search(self, content: bytes, where: str) -> None:
        self.found |= {f"{word} in {where}" for word in self.words if word.encode() in content}


def contents(folder: Path, largest: int = 2**40) -> Iterator[tuple[bytes, Path]]:
    """Of the files up to this size, in bytes. Files and folders that go meanwhile are passed over."""
    for parent, _, names in os.walk(folder):
        for file in (Path(parent) / name for name in names):
            with suppress(OSError):
                if file.is_file() and not file.is_symlink() and file.stat().st_size <= largest:
                    yield file.read_bytes(), file


def files_of_the_stack(settings: LocalSettings) -> Iterator[tuple[bytes, Path]]:
    """Logs, and what functions and the emulator wrote; PostgreSQL's own data are its databases, but its log is not."""
    yield from contents(settings.directory / "logs")
    yield from contents(settings.emulator_directory, largest=_LARGEST_WATCHED)
    for log in settings.postgres_directory.rglob("*.log"):
        yield log.read_bytes(), log
