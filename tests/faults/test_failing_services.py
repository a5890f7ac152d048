"""DynamoDB, Secrets Manager and Step Functions throttle, fail, and lose their answers, at every call that a function
makes. When that is over, and what failed was tried again or swept up, each job has had one outcome, and nothing is
left.

Needs PostgreSQL, which the fixtures start; AWS is moto.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from datavalut.aws import job_items, services
from datavalut.connections import ConnectionParameters
from datavalut.jobs.model import JobStatus
from tests.api_stack import Answer, stream_record
from tests.aws_doubles import JOBS_TABLE, dynamodb_client
from tests.faults.extent import IS_FULL
from tests.faults.failing_services import ServiceFault
from tests.faults.fault_table import FaultTable
from tests.faults.functions_run import Functions, running_functions
from tests.postgres_server import TestServer, execute, query

SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, country text NOT NULL);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers);
INSERT INTO customers SELECT n, CASE WHEN n % 3 = 0 THEN 'Canada' ELSE 'France' END FROM generate_series(1, 30) AS n;
INSERT INTO orders (customer_id) SELECT 1 + n % 30 FROM generate_series(1, 100) AS n;
ANALYZE;
"""
REQUEST = {
    "source_db_connection": "postgresql://reader:secret@127.0.0.1:1/shop",
    "filter_prompt": "customers from country Canada",
}
each_fault = pytest.mark.parametrize(
    "fault", tuple(ServiceFault) if IS_FULL else (ServiceFault.ANSWER_LOST,), ids=lambda fault: fault.name.lower()
)
# Where it takes long, one stands for all, unless everything is to be tried.
some_fault = pytest.mark.parametrize("fault", tuple(ServiceFault) if IS_FULL else (ServiceFault.FAILED,))


@pytest.fixture
def functions(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with running_functions(postgres, monkeypatch) as running:
        yield running


def created(functions: Functions, **more: Any) -> str:
    answer = functions.api.post({**REQUEST, **more})
    assert answer.status == 202, answer.text
    return str(answer.body["job_id"])


def assert_told_to_try_again(answer: Answer) -> None:
    assert answer.status == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0


@each_fault
def test_creating_a_job(fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    """Whoever sends a refused request again has the job that it asks for, and no second one."""
    api = functions.api
    keys: list[str] = []

    def create() -> Answer:
        return api.post(REQUEST, headers={"Idempotency-Key": keys[-1]})

    tries = 0
    for answer in functions.failing_at_each_call(fault, create, before=lambda: keys.append(f"number-{len(keys)}")):
        tries += 1
        again = create()
        assert again.status == 202, again.text
        job_id = again.body["job_id"]
        if answer.status == 202:
            assert job_id == answer.body["job_id"]
        else:
            assert_told_to_try_again(answer)
        others = [job for job in api.list_jobs().body["jobs"] if job["status"] not in ("failed", "cancelled")]
        assert [job["job_id"] for job in others] == [job_id]
        assert job_id in api.execution_names()
        assert services.secrets().get_request(job_id).filter_prompt == REQUEST["filter_prompt"]
        functions.end_all()
    functions.end_all()
    faults.record(f"AWS {fault.value}: create_job", tries=tries, left=functions.left_of_all())


@each_fault
@pytest.mark.parametrize("waits", [False, True], ids=["started", "waiting"])
def test_cancelling_a_job(waits: bool, fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    job_ids: list[str] = []

    def create() -> None:
        if waits:
            created(functions)
        job_ids.append(created(functions))

    tries = 0
    for answer in functions.failing_at_each_call(fault, lambda: functions.api.delete(job_ids[-1]), before=create):
        tries += 1
        again = functions.api.delete(job_ids[-1])
        assert (again.status, again.body["status"]) == (200, "cancelled")
        if answer.status == 200:
            assert answer.body == again.body
        else:
            assert_told_to_try_again(answer)
        functions.end_all()
    functions.end_all()
    faults.record(f"AWS {fault.value}: cancel_job", tries=tries, left=functions.left_of_all())


@each_fault
def test_reading_jobs(fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    job_id = created(functions)
    tries = 0
    for read in (lambda: functions.api.get(job_id), functions.api.list_jobs):
        for answer in functions.failing_at_each_call(fault, read):
            tries += 1
            assert_told_to_try_again(answer)
    functions.end_all()
    faults.record(f"AWS {fault.value}: get_job, list_jobs", tries=tries, left=functions.left_of_all())


@some_fault
@pytest.mark.parametrize("is_tried_again", [True, False], ids=["tried again", "left to the sweep"])
def test_settling_a_job(is_tried_again: bool, fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    """The job that waits behind it comes to its turn, too."""
    settled: list[str] = []
    waiting: list[str] = []

    def create() -> None:
        settled.append(created(functions))
        waiting.append(created(functions))
        lose_execution(functions, settled[-1])

    def settle() -> Any:
        return functions.step("settle_job", {"job_id": settled[-1]})

    tries = 0
    for _ in functions.failing_at_each_call(fault, settle, before=create):
        tries += 1
        if is_tried_again:
            assert settle() == {"status": "failed"}
        functions.sweep_later()
        assert functions.api.get(settled[-1]).body["status"] in ("failed", "cancelled")
        assert waiting[-1] in functions.api.execution_names()
        functions.end_all()
    functions.end_all()
    faults.record(f"AWS {fault.value}: settle_job", tries=tries, left=functions.left_of_all())


@some_fault
def test_sweeping(fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    """The next sweep does what one that failed has not done."""
    lost: list[str] = []

    def make_a_mess() -> None:
        unheard = created(functions)
        created(functions)  # it waits
        lose_execution(functions, unheard)
        lost.append(f"job_{len(lost):012x}")
        services.secrets().put_request(lost[-1], services.secrets().get_request(unheard))
        services.secrets().put_result(lost[-1], functions.server.admin)
        services.executions().start(lost[-1])

    tries = 0
    for _ in functions.failing_at_each_call(fault, functions.sweep_later, before=make_a_mess):
        tries += 1
        functions.sweep_later()
        assert {it.job_id for it in services.secrets().of_jobs()}.isdisjoint(lost)
        assert set(services.executions().running()).isdisjoint(lost)
        functions.end_all()
    functions.end_all()
    faults.record(f"AWS {fault.value}: sweep", tries=tries, left=functions.left_of_all())


@each_fault
def test_publishing(fault: ServiceFault, functions: Functions, faults: FaultTable) -> None:
    """A job's change, and that it has lapsed, come from the table's stream until they are done with, once or more."""
    job_id = created(functions)
    functions.end_all()
    store = services.job_store()
    job = store.get_state(job_id)
    dynamodb_client().delete_item(
        TableName=JOBS_TABLE,
        Key=job_items.to_attributes({"pk": job_items.job_partition(job_id), "sk": job_items.JOB_SORT_KEY}),
    )
    services.secrets().put_result(job_id, functions.server.admin)
    records = [stream_record(1, replace(job, status=JobStatus.PENDING), job), stream_record(2, job, None)]

    def publish() -> Any:
        return functions.step("publish_events", {"Records": records})

    tries = 0
    for outcome in functions.failing_at_each_call(fault, publish):
        tries += 1
        assert len(outcome["batchItemFailures"]) == 1
    assert publish() == {"batchItemFailures": []}
    assert store.list_jobs(job.owner, JobStatus.CANCELLED, 10, None).total == 0
    left = functions.places.left_of(job_id)
    faults.record(f"AWS {fault.value}: publish_events", tries=tries, left=left)


def lose_execution(functions: Functions, job_id: str) -> None:
    """It had begun, and ends with nobody being told."""
    services.job_store().move(job_id, JobStatus.RUNNING, message="", at=datetime.now(UTC))
    functions.api.step_functions.stop_execution(executionArn=services.executions().arn(job_id))


@each_fault
def test_a_whole_job(
    fault: ServiceFault,
    functions: Functions,
    make_database: Callable[..., ConnectionParameters],
    faults: FaultTable,
) -> None:
    """Every call of every step fails once, each in a run of its own, as the state machine would run the step again. The
    result is exact all the same, and told to its owner once its secret can be read."""
    shop = make_database(SHOP)
    job_id = created(functions, source_db_connection=shop.to_url())
    tries = functions.build(job_id, fault)
    settled, more = functions.step_until_no_call_fails(fault, "settle_job", {"job_id": job_id})
    assert settled == {"status": "completed"}
    functions.end_execution(job_id)
    result = services.secrets().get_result(job_id)
    try:
        for answer in functions.failing_at_each_call(fault, lambda: functions.api.get(job_id)):
            assert_told_to_try_again(answer)
        job = functions.api.get(job_id).body
        assert job["result"]["database_name"] == result.database
        for table, condition in {"customers": "id % 3 = 0", "orders": "customer_id % 3 = 0"}.items():
            expected = query(shop, f"SELECT t::text FROM {table} AS t WHERE {condition} ORDER BY 1")
            assert query(result, f"SELECT t::text FROM {table} AS t ORDER BY 1") == expected
        faults.record(f"AWS {fault.value}: all steps of a job", tries=tries + more, left=functions.left_of_all())
    finally:
        functions.server.drop_database(result)
        execute(functions.server.superuser, f"DROP ROLE IF EXISTS {result.user}")
