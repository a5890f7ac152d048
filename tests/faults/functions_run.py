"""A deployment's functions on a fake AWS and a real PostgreSQL, started as the state machine and EventBridge do."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from datavalut.aws import services
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.workflow.errors import TransientFault
from datavalut.workflow.keep_snapshot import Keeper
from datavalut.workflow.sweep import Sweep
from tests.api_stack import ADA as OWNER
from tests.api_stack import CONTEXT, PREFIX, ApiStack, load_function, running_api
from tests.aws_doubles import JOBS_TABLE, REGION
from tests.faults.extent import EACH_CALL
from tests.faults.failing_services import Calls, FailingServices, ServiceFault
from tests.faults.left_behind import OfAws, Places
from tests.postgres_server import TestServer

LATER = timedelta(hours=1)
_STEP_CONTEXT = SimpleNamespace(**vars(CONTEXT), get_remaining_time_in_millis=lambda: 900_000)
_KEEPERS_FAULTS = 6  # a keeper asks on and on: by then it has done all that it does


@dataclass
class Functions:
    """`api` are those that callers reach."""

    api: ApiStack
    faults: FailingServices
    server: TestServer
    _sweeps: int = 0

    # one call that fails, of each call that a function makes

    def failing_at_each_call(
        self, fault: ServiceFault, run: Callable[[], Any], before: Callable[[], Any] = lambda: None
    ) -> Iterator[Any]:
        """What `run` gives, or raises, while its first call fails, its second one (or the next of those that are
        tried), …; `before` is done before each run, with no fault. Ends when there is no such call."""
        for nth in count(1, EACH_CALL):
            before()
            with self.faults.failing(nth, fault) as calls:
                try:
                    outcome = run()
                except Exception as error:
                    outcome = error
            if not calls.has_failed:
                if isinstance(outcome, Exception):
                    raise outcome
                return
            yield outcome

    # as the state machine starts them

    def step(self, name: str, event: dict[str, Any]) -> Any:
        return load_function(name).handler(event, _STEP_CONTEXT)

    def step_until_no_call_fails(self, fault: ServiceFault, name: str, event: dict[str, Any]) -> tuple[Any, int]:
        """Run again as often as it fails, each time failing one call later; the answer, and the number of failures."""
        for nth in count(1):
            answer, calls = self._run_once(nth, fault, name, event)
            if not calls.has_failed:
                return answer, nth - 1
        raise AssertionError

    def _run_once(self, nth: int, fault: ServiceFault, name: str, event: dict[str, Any]) -> tuple[Any, Calls]:
        with self.faults.failing(nth, fault) as calls:
            try:
                return self.step(name, event), calls
            except Exception as error:
                # The state machine tries the others again on this alone, and settling whatever it was.
                if not calls.has_failed or not (isinstance(error, TransientFault) or name == "settle_job"):
                    raise AssertionError(f"{name} gave up for good, after {calls.made}") from error
                return None, calls

    def build(self, job_id: str, fault: ServiceFault) -> int:
        """All steps of a job, with every call of theirs failing once; how many did."""
        event: dict[str, Any] = {"job_id": job_id}
        planned, failures = self.step_until_no_call_fails(fault, "plan_job", event)
        if planned["dry_run"]:
            return failures
        with ThreadPoolExecutor(len(Keeper)) as beside:
            keeping = [beside.submit(self._keep, {**event, "keeper": keeper}, fault) for keeper in Keeper]
            try:
                failures += self._work(event, fault)
            finally:
                with suppress(Exception):
                    services.job_store().release_snapshot(job_id)  # so that no keeper outlives its test
            return failures + sum(map(Future.result, keeping))

    def _work(self, event: dict[str, Any], fault: ServiceFault) -> int:
        _, failures = self.step_until_no_call_fails(fault, "prepare_target", event)
        done = False
        while not done:
            answer, more = self.step_until_no_call_fails(fault, "copy_worker", event)
            done, failures = answer["done"], failures + more
        _, more = self.step_until_no_call_fails(fault, "finalize_job", event)
        return failures + more

    def _keep(self, event: dict[str, Any], fault: ServiceFault) -> int:
        failures = 0
        try:
            for nth in (*range(1, _KEEPERS_FAULTS + 1), 0):
                answer, calls = self._run_once(nth, fault, "keep_snapshot", event)
                failures += calls.has_failed
                if answer is not None and not answer["keep"]:
                    break
        except BaseException:
            self.step("settle_job", {"job_id": event["job_id"], "failure": {}})  # so that nobody waits for it
            raise
        return failures

    # as EventBridge starts them

    def end_execution(self, job_id: str) -> None:
        """It is over, however the job is; its status event is settled."""
        execution = services.executions().arn(job_id)
        self.api.step_functions.stop_execution(executionArn=execution)
        self.step("settle_job", {"detail": {"name": job_id, "status": "ABORTED"}})

    def end_executions(self) -> None:
        for job_id in list(services.executions().running()):
            self.end_execution(job_id)

    def end_all(self) -> None:
        """Whatever is not over yet is cancelled; each sweep brings a job that waits to its turn."""
        for job in services.job_store().list_jobs(OWNER, None, 1000, None).jobs:
            if not job.status.is_final:
                self.api.delete(job.job_id)
        self.end_executions()
        self.sweep_later()

    def sweep_later(self) -> Sweep:
        """When nobody is any more at what happened before, at the sweep before included."""
        self._sweeps += 1
        now = datetime.now(UTC) + self._sweeps * LATER
        swept = Sweep(replace(workflow_deployment(), now=lambda: now), services.executions())
        swept.run()
        return swept

    # what is left

    @property
    def places(self) -> Places:
        def client(service: Any) -> Any:
            return boto3.client(service, region_name=REGION)

        books = OfAws(client, JOBS_TABLE, self.api.state_machine_arn)
        return Places((self.server.superuser,), books)

    def left_of_all(self) -> list[str]:
        """Of all jobs that are known, and of those that never came to be."""
        page = services.job_store().list_jobs(OWNER, None, 1000, None)
        assert page.total == len(page.jobs)
        known = {job.job_id for job in page.jobs}
        left = [f"{thing} of {job_id}" for job_id in known for thing in self.places.left_of(job_id)]
        left += [f"{it.kind} secret without a job" for it in services.secrets().of_jobs() if it.job_id not in known]
        left += [f"execution {name}" for name in set(services.executions().running()) - known]
        return left + [f"slot of {job_id}" for job_id in services.job_store().slots().held.keys() - known]


@contextmanager
def running_functions(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with running_api(monkeypatch) as api:
        admin = boto3.client("secretsmanager", region_name=REGION).create_secret(
            Name=f"{PREFIX}/target", SecretString=server.admin.to_json()
        )
        for name, value in {
            "TARGET_SECRET_ARN": admin["ARN"],
            "SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
            "PLANNER": "offline",
            "CONCURRENT_JOBS": "1",
        }.items():
            monkeypatch.setenv(name, value)
        services.forget_services()
        yield Functions(api, FailingServices(monkeypatch), server)
