"""A worker of a build in a process of its own, which is killed in the middle of the first chunk that it copies."""

import multiprocessing
import os
import signal
from contextlib import closing
from multiprocessing.process import BaseProcess

import pytest

from datavalut.catalog.model import TableName
from datavalut.connections import ConnectionParameters
from datavalut.engine import copying, cutting, keys
from datavalut.engine.copying import Subset
from datavalut.engine.worker import Unobserved, Worker
from tests.transfer_examples import open_source, open_target


def cut_small(patch: pytest.MonkeyPatch) -> None:
    """As if tables were very big, and a query took very few keys."""
    patch.setattr(copying, "_LEAST_CUT_BYTES", 0)
    patch.setattr(cutting, "CHUNK_SECONDS", 0.01)
    for module in (cutting, keys):
        patch.setattr(module, "MOST_KEYS", 300)


def start_doomed_worker(
    source: ConnectionParameters, target: ConnectionParameters, subset: Subset, job_id: str
) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(source, target, subset, job_id))
    process.start()
    return process


class _Doomed(Unobserved):
    def sent(self, table: TableName, number_of_bytes: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _work(source: ConnectionParameters, target: ConnectionParameters, subset: Subset, job_id: str) -> None:
    cut_small(pytest.MonkeyPatch())
    work(source, target, subset, job_id, _Doomed())


def work(
    source: ConnectionParameters, target: ConnectionParameters, subset: Subset, job_id: str, observer: Unobserved
) -> bool:
    with closing(open_target(target, job_id)) as session:
        return Worker(
            session,
            subset,
            lambda sessions: sessions.enter_context(closing(open_source(source, job_id))),
            lambda reader: None,
            observer,
            workers=1,
        ).run()
