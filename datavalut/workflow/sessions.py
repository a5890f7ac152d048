"""Sessions of a job's source and target. Each carries the job's id as its application_name, by which it is found."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from psycopg2.extensions import connection

from datavalut.connections import ConnectionParameters
from datavalut.jobs.errors import JobNotRunning
from datavalut.jobs.model import JobStatus
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.connect import connect
from datavalut.transfer.errors import ConnectFailed, UnsupportedServerVersion
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.errors import TargetServerUnavailable, TargetVersionUnsupported

CHECK_SECONDS = 1.0


@contextmanager
def source_session(deployment: Deployment, job_id: str, source: ConnectionParameters) -> Iterator[connection]:
    """Raises the subclasses of ConnectFailed, and UnsupportedServerVersion."""
    opened = connect(source, application_name=job_id, address_policy=deployment.source_addresses, read_only=True)
    with closing(opened):
        yield opened


@contextmanager
def target_session(deployment: Deployment, job_id: str, target: ConnectionParameters) -> Iterator[connection]:
    """Raises TargetServerUnavailable, TargetVersionUnsupported."""
    try:
        opened = connect(
            target,
            application_name=job_id,
            address_policy=ANY_ADDRESS,
            root_certificates=deployment.target_root_certificates,
        )
    except ConnectFailed as error:
        raise TargetServerUnavailable from error
    except UnsupportedServerVersion as error:
        raise TargetVersionUnsupported(error.version, error.supported) from error
    with closing(opened):
        yield opened


def running_check(deployment: Deployment, job_id: str) -> Callable[[], None]:
    """A check for long work: raises JobNotRunning once the job has ended elsewhere, asking once a second at most."""
    asked = 0.0

    def check() -> None:
        nonlocal asked
        if time.monotonic() - asked < CHECK_SECONDS:
            return
        asked = time.monotonic()
        status = deployment.store.get_state(job_id).status
        if status is not JobStatus.RUNNING:
            raise JobNotRunning(job_id, status)

    return check
