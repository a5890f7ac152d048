"""A local stack of the tests' own: on free ports, in a directory of its own, with every policy enforced."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from datavalut.connections import ConnectionParameters, parse_connection_string
from local import down, up
from local.databases import Databases
from local.postgres import free_port
from local.settings import LocalSettings
from tests.e2e.client import Client


@dataclass(frozen=True)
class Stack:
    """`superuser` is a connection to the embedded server's database `postgres`, `sample` the sample shop's."""

    client: Client
    settings: LocalSettings
    sample_url: str
    aws_url: str
    superuser: ConnectionParameters

    @property
    def sample(self) -> ConnectionParameters:
        return parse_connection_string(self.sample_url)


@contextmanager
def running_stack() -> Iterator[Stack]:
    directory = Path(tempfile.mkdtemp(prefix="datavalut-e2e-"))
    directory.chmod(0o755)
    settings = LocalSettings(free_port(), free_port(), free_port(), directory / "stack", enforce_iam=True)
    try:
        running = up.start(settings)
        databases = Databases(settings)
        server = databases.server
        yield Stack(
            client=Client(running.api_url),
            settings=settings,
            sample_url=running.sample_url,
            aws_url=running.aws_url,
            superuser=ConnectionParameters(
                server.host, server.port, "postgres", server.superuser, databases.passwords.superuser, {}
            ),
        )
    finally:
        down.stop(settings)
        shutil.rmtree(settings.postgres_directory, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)
