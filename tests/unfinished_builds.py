"""Builds that tests take on step by step, worker by worker. Needs PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from datavalut.connections import ConnectionParameters
from datavalut.engine.copying import Subset
from datavalut.engine.preparation import prepare_build
from datavalut.engine.worker import Unobserved, Worker
from datavalut.filters.model import FilterPlan
from datavalut.subset.plan import plan_subset
from datavalut.transfer.archive import read_scripts
from tests.postgres_server import TestServer
from tests.transfer_examples import MadeTarget, catalog_of, dumped_schema, made_target, open_source, open_target


@contextmanager
def prepared_build(
    server: TestServer, source: ConnectionParameters, plan: FilterPlan
) -> Iterator[tuple[MadeTarget, Subset]]:
    """A build of which nothing but the tables is made."""
    catalog = catalog_of(source)
    subset = Subset.of(plan_subset(catalog, plan), datetime.now(UTC))
    with made_target(server, catalog) as made, dumped_schema(source) as archive:
        with closing(open_target(made.database)) as session:
            prepare_build(session, read_scripts(archive), subset.plan)
        yield made, subset


def run_worker(
    source: ConnectionParameters,
    made: MadeTarget,
    subset: Subset,
    observer: Unobserved,
    has_time: Callable[[], bool] = lambda: True,
) -> bool:
    with closing(open_target(made.database)) as session:
        return Worker(
            session,
            subset,
            lambda sessions: sessions.enter_context(closing(open_source(source))),
            lambda reader: None,
            observer,
            workers=1,
        ).run(has_time)


class CutShort(Unobserved):
    """Lets a worker go on for a few checks."""

    def __init__(self, checks: int) -> None:
        self.left = checks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise InterruptedError


def run_cut_short(source: ConnectionParameters, made: MadeTarget, subset: Subset, checks: int) -> int:
    """Workers one after another, each cut short after so many checks, until all is done: how many there were."""
    cuts = 0
    while True:
        try:
            if run_worker(source, made, subset, CutShort(checks)):
                return cuts
        except InterruptedError:
            cuts += 1
