"""Needs nothing running. Whatever happens at the same time, and whoever dies on the way: each job has one outcome, told
to everyone alike, and in the end nothing is left of it that should not be.

Requests, workflows, settling and sweeps run as actors, which take turns between any two calls of a service.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import Refusal
from datavalut.jobs import lifecycle
from datavalut.jobs.errors import IllegalMove, JobNotRunning, SecretNotFoundError
from datavalut.jobs.executions import Ending, FoundExecution
from datavalut.jobs.job_secrets import JobSecret, JobSecretKind
from datavalut.jobs.lifecycle import JobNotStarted, cancel_job, create_job
from datavalut.jobs.model import LEGAL_MOVES, Job, JobError, JobRequest, JobStatus
from datavalut.jobs.request_secret import RequestSecret
from datavalut.jobs.store import InMemoryJobStore, page_key
from datavalut.transfer.addresses import ANY_ADDRESS
from datavalut.transfer.target import MadeTarget, TargetNames
from datavalut.workflow import settle as settling
from datavalut.workflow import sweep as sweeping
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.settle import ExecutionEnd, settle
from datavalut.workflow.sweep import Sweep, SweepIncomplete
from tests.jobs_examples import OWNER, START
from tests.unit.workflow.actors import Actor, Fault, Gated, ServiceFailed

SLOTS = 2
SOURCE = ConnectionParameters("source", 5432, "shop", "reader", "secret")
BROKEN = JobError("it_broke", "It broke.", "Mend it.")
INDEX = st.integers(0, 20)


@dataclass
class Secrets:
    """`changed_at` is by kind and job."""

    world: "World"
    requests: dict[str, RequestSecret] = field(default_factory=dict)
    results: dict[str, ConnectionParameters] = field(default_factory=dict)
    changed_at: dict[tuple[JobSecretKind, str], Any] = field(default_factory=dict)

    def put_request(self, job_id: str, request: RequestSecret) -> None:
        self.requests[job_id] = request
        self.changed_at[JobSecretKind.REQUEST, job_id] = self.world.now

    def get_request(self, job_id: str) -> RequestSecret:
        if job_id not in self.requests:
            raise SecretNotFoundError(job_id)
        return self.requests[job_id]

    def delete_request(self, job_id: str) -> None:
        self.requests.pop(job_id, None)

    def put_result(self, job_id: str, connection: ConnectionParameters) -> None:
        self.results[job_id] = connection
        self.changed_at[JobSecretKind.RESULT, job_id] = self.world.now

    def get_result(self, job_id: str) -> ConnectionParameters:
        return self.results[job_id]

    def delete_result(self, job_id: str) -> None:
        self.results.pop(job_id, None)

    def of_jobs(self) -> Iterator[JobSecret]:
        for kind, names in ((JobSecretKind.REQUEST, self.requests), (JobSecretKind.RESULT, self.results)):
            yield from [JobSecret(kind, job_id, self.changed_at[kind, job_id]) for job_id in names]

    def target_admin(self) -> ConnectionParameters:
        return SOURCE


@dataclass
class Executions:
    """As Step Functions: an execution that is stopped runs no further state, but what its state has begun goes on."""

    world: "World"
    endings: dict[str, Ending | None] = field(default_factory=dict)
    refuses: bool = False

    def start(self, job_id: str) -> None:
        if self.refuses:
            raise ConnectionError("throttled")
        if job_id not in self.endings:
            self.endings[job_id] = None
            self.world.begin(f"workflow of {job_id}", lambda: self.world.run_workflow(job_id))

    def stop(self, job_id: str) -> bool:
        if job_id not in self.endings:
            return False
        self.end(job_id, Ending.STOPPED)
        return True

    def find(self, job_id: str) -> FoundExecution | None:
        return FoundExecution(self.endings[job_id]) if job_id in self.endings else None

    def running(self) -> Iterator[str]:
        return iter([job_id for job_id, ending in self.endings.items() if ending is None])

    def end(self, job_id: str, ending: Ending) -> None:
        """The execution's status event follows."""
        if self.endings[job_id] is None:
            self.endings[job_id] = ending
            self.world.events.append((job_id, ending))


class World:
    """`databases` has the jobs whose database is on the target server; `events` what EventBridge is to deliver."""

    def __init__(self) -> None:
        self.now = START
        self.actors: list[Actor] = []
        self.events: list[tuple[str, Ending]] = []
        self.outcomes: list[Ending] = []
        self.databases: set[str] = set()
        self.store = InMemoryJobStore(SLOTS)
        self.secrets = Secrets(self)
        self.executions = Executions(self)
        self.gated_executions = cast("Executions", Gated(self.executions))
        self.deployment = Deployment(
            store=cast("InMemoryJobStore", Gated(self.store)),
            secrets=cast("Secrets", Gated(self.secrets)),
            executions=self.gated_executions,
            plan_prompt=lambda *_: Refusal(reason=""),
            source_addresses=ANY_ADDRESS,
            now=lambda: self.now,
        )

    def begin(self, name: str, work: Any) -> Actor:
        actor = Actor(name, work)
        self.actors.append(actor)
        return actor

    def living(self) -> list[Actor]:
        return [actor for actor in self.actors if not actor.is_done]

    def run_workflow(self, job_id: str) -> None:
        """What the state machine does with a job, as its steps do it, up to the end that was drawn for it."""
        try:
            self._run_states(job_id)
        except ServiceFailed:  # in settling, again and again
            self.executions.end(job_id, Ending.FAILED)

    def _run_states(self, job_id: str) -> None:
        ending = self.outcomes.pop(0) if self.outcomes else Ending.REACHED_THE_END
        try:
            self._build(job_id, ending)
            end = ExecutionEnd(Ending.REACHED_THE_END)
        except (IllegalMove, JobNotRunning, SecretNotFoundError, ServiceFailed):
            end = ExecutionEnd(Ending.FAILED)
        if ending is Ending.TIMED_OUT:  # no state follows
            self.executions.end(job_id, Ending.TIMED_OUT)
        if self.executions.endings[job_id] is None:
            status = settle(self.deployment, job_id, end)
            self.executions.end(job_id, Ending.REACHED_THE_END if status is JobStatus.COMPLETED else Ending.FAILED)

    def _build(self, job_id: str, ending: Ending) -> None:
        store, secrets = self.deployment.store, self.deployment.secrets
        try:
            store.move(job_id, JobStatus.RUNNING, message="", at=self.now)
        except IllegalMove as refusal:
            raise JobNotRunning(job_id, refusal.current.status) from refusal
        secrets.get_request(job_id)
        store.record_progress(job_id, 0.05, "", self.now)
        status = self.store.get_state(job_id).status
        if status.is_final:
            raise JobNotRunning(job_id, status)
        self.secrets.put_result(job_id, SOURCE)  # in one step with the question above: under the lock of the target
        self.databases.add(job_id)
        if ending is not Ending.REACHED_THE_END:
            store.record_error(job_id, BROKEN)
            raise JobNotRunning(job_id, status)
        try:
            store.move(job_id, JobStatus.COMPLETED, message="", at=self.now)
        except IllegalMove as refusal:
            secrets.delete_result(job_id)
            raise JobNotRunning(job_id, refusal.current.status) from refusal

    def drop_database(self, job_id: str) -> None:
        self.databases.discard(job_id)
        self.deployment.secrets.delete_result(job_id)

    @contextmanager
    def as_target(self) -> Iterator[None]:
        """Stands for the servers, of which there are none."""

        @contextmanager
        def session(*_: object) -> Iterator[None]:
            yield

        def made(_: object) -> list[MadeTarget]:
            return [MadeTarget(job_id, is_in_use=False) for job_id in sorted(self.databases)]

        def drop(_: object, names: TargetNames) -> None:
            self.databases.discard(names.job_id)

        with ExitStack() as patches:
            for module, name, instead in (
                (settling, "_end_source_sessions", lambda *_: None),
                (settling, "_drop_target", lambda _, job_id: self.drop_database(job_id)),
                (sweeping, "target_session", session),
                (sweeping, "made_targets", made),
                (sweeping, "drop_target", drop),
            ):
                patches.enter_context(patch.object(module, name, instead))
            yield


class Interleavings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.patches = ExitStack()
        self.patches.enter_context(self.world.as_target())
        numbers = iter(range(1000))
        ids = patch.object(lifecycle, "new_job_id", lambda: f"job_{next(numbers):012x}")
        self.patches.enter_context(ids)
        self.seen: dict[str, Job] = {}
        self.creating: dict[str, list[Actor]] = {}
        self.cancelling: list[tuple[str, Actor]] = []

    @initialize(outcomes=st.lists(st.sampled_from([Ending.FAILED, Ending.TIMED_OUT, Ending.REACHED_THE_END])))
    def draw_outcomes(self, outcomes: list[Ending]) -> None:
        self.world.outcomes = outcomes

    @rule(key=st.sampled_from([None, None, "one", "two"]))
    def create(self, key: str | None) -> None:
        world, at = self.world, self.world.now
        actor = world.begin(
            "create",
            lambda: create_job(
                owner=OWNER,
                request=JobRequest(),
                secret=RequestSecret(SOURCE, filter_prompt="all"),
                idempotency_key=key,
                request_fingerprint="",
                at=at,
                store=world.deployment.store,
                secrets=cast("Any", world.deployment.secrets),
                executions=world.gated_executions,
            ),
        )
        world.now += timedelta(seconds=1)
        if key is not None:
            self.creating.setdefault(key, []).append(actor)

    @precondition(lambda self: self.seen)
    @rule(index=INDEX)
    def cancel(self, index: int) -> None:
        world, at = self.world, self.world.now
        job_id = list(self.seen)[index % len(self.seen)]
        actor = world.begin(
            f"cancel {job_id}",
            lambda: cancel_job(
                job_id=job_id,
                owner=OWNER,
                at=at,
                store=world.deployment.store,
                secrets=cast("Any", world.deployment.secrets),
                executions=world.gated_executions,
            ),
        )
        self.cancelling.append((job_id, actor))

    @rule()
    def sweep(self) -> None:
        self._begin_sweep()

    @rule(index=INDEX, steps=st.integers(1, 4))
    def let_one_go_on(self, index: int, steps: int) -> None:
        if living := self.world.living():
            for _ in range(steps):
                living[index % len(living)].step()

    @rule(index=INDEX)
    def let_one_finish(self, index: int) -> None:
        if living := self.world.living():
            living[index % len(living)].finish()

    @rule(index=INDEX)
    def let_one_die(self, index: int) -> None:
        if living := self.world.living():
            self._die(living[index % len(living)])

    def _die(self, actor: Actor) -> None:
        actor.die()
        if actor.name.startswith("workflow of "):  # Step Functions hears of it, if only by the machine's time limit
            self.world.executions.end(actor.name.removeprefix("workflow of "), Ending.TIMED_OUT)

    @rule(index=INDEX, fault=st.sampled_from(Fault))
    def let_a_call_of_one_fail(self, index: int, fault: Fault) -> None:
        if living := self.world.living():
            living[index % len(living)].next_call_fails = fault

    @precondition(lambda self: self.world.events)
    @rule(index=INDEX, is_lost=st.booleans())
    def deliver_an_event(self, index: int, is_lost: bool) -> None:
        job_id, ending = self.world.events.pop(index % len(self.world.events))
        if not is_lost:
            self._begin_settling(job_id, ending)

    @rule()
    def refuse_executions_or_not(self) -> None:
        self.world.executions.refuses = not self.world.executions.refuses

    @rule(minutes=st.sampled_from([1, 20]))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @invariant()
    def slots_are_held_by_so_many_jobs_and_by_each_that_runs(self) -> None:
        held = self.world.store.slots().held
        assert len(held) <= SLOTS
        for job in self.world.store._jobs.values():
            assert job.status is not JobStatus.RUNNING or job.job_id in held
            assert job.admitted or job.job_id not in held
            assert job.admitted or job.job_id not in self.world.executions.endings

    @invariant()
    def jobs_move_as_they_may_and_no_end_changes(self) -> None:
        present = self.world.store._jobs
        waited = [job for job in self.seen.values() if _waits(job) and _waits(present[job.job_id])]
        for job in present.values():
            before = self.seen.get(job.job_id)
            if before is not None and before.status is not job.status:
                # More than one move may have been made since.
                assert job.status in LEGAL_MOVES[before.status] | LEGAL_MOVES[JobStatus.RUNNING]
            if before is not None and before.status.is_final:
                assert job == before
            if job.admitted and not (before and before.admitted):
                assert not any(page_key(other) < page_key(job) for other in waited)
        self.seen = dict(present)

    @invariant()
    def everyone_is_told_the_same(self) -> None:
        for actors in self.creating.values():
            told = [actor.outcome.job_id for actor in actors if isinstance(actor.outcome, Job)]
            failed = [actor.error.job_id for actor in actors if isinstance(actor.error, JobNotStarted)]
            assert len(set(told) - set(failed)) <= 1 + len(set(failed))
        for job_id, actor in self.cancelling:
            present = self.world.store.get(job_id)
            if isinstance(actor.outcome, Job):
                assert present.status is actor.outcome.status is JobStatus.CANCELLED
            if isinstance(actor.error, IllegalMove):
                assert actor.error.current.status is present.status
                assert present.status.is_final

    @invariant()
    def nobody_fails_for_a_reason_of_its_own(self) -> None:
        for actor in self.world.actors:
            assert actor.error is None or isinstance(
                actor.error, IllegalMove | JobNotStarted | ServiceFailed | SweepIncomplete
            )

    def teardown(self) -> None:
        try:
            self._calm_down()
            self._assert_nothing_is_left()
        finally:
            for actor in self.world.living():
                actor.die()
            self.patches.close()

    def _calm_down(self) -> None:
        """Nothing new comes and nothing fails any more; events that were lost stay lost."""
        world = self.world
        world.executions.refuses = False
        for _ in range(2 + len(world.store._jobs)):  # at the least, each sweep brings one more job to its end
            self._finish_all()
            world.now += timedelta(minutes=20)
            self._begin_sweep()
            self._finish_all()
            self._check()

    def _finish_all(self) -> None:
        while self.world.living() or self.world.events:
            for actor in self.world.living():
                actor.finish()
            while self.world.events:
                self._begin_settling(*self.world.events.pop())

    def _check(self) -> None:
        self.slots_are_held_by_so_many_jobs_and_by_each_that_runs()
        self.jobs_move_as_they_may_and_no_end_changes()
        self.everyone_is_told_the_same()
        self.nobody_fails_for_a_reason_of_its_own()

    def _assert_nothing_is_left(self) -> None:
        world = self.world
        jobs = world.store._jobs.values()
        assert all(job.status.is_final for job in jobs)
        completed = {job.job_id for job in jobs if job.status is JobStatus.COMPLETED}
        assert world.store.slots().held == {}
        assert list(world.executions.running()) == []
        assert world.secrets.requests == {}
        assert set(world.secrets.results) == world.databases == completed

    def _begin_settling(self, job_id: str, ending: Ending) -> None:
        self.world.begin(f"settle {job_id}", lambda: settle(self.world.deployment, job_id, ExecutionEnd(ending)))

    def _begin_sweep(self) -> None:
        sweep = Sweep(self.world.deployment, self.world.gated_executions)
        self.world.begin("sweep", sweep.run)


def _waits(job: Job) -> bool:
    return job.status is JobStatus.PENDING and not job.admitted


def test_whatever_happens_at_the_same_time_each_job_has_one_outcome_and_leaves_nothing() -> None:
    run_state_machine_as_test(Interleavings, settings=settings(max_examples=100, stateful_step_count=40, deadline=None))
