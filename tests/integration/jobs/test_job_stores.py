"""What every store of jobs does, asked of both: the in-memory one and the one in DynamoDB (moto). Needs nothing."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, cast

import pytest

from datavalut.aws.job_store import DynamoJobStore
from datavalut.jobs.errors import IdempotencyKeyReused, IllegalMove, JobNotFoundError, JobNotRunning
from datavalut.jobs.model import LEGAL_MOVES, HeldSlot, Job, JobError, JobRequest, JobStatus, KeptSnapshot, Slots
from datavalut.jobs.store import InMemoryJobStore, JobStore
from tests.aws_doubles import JOBS_TABLE, OneRequestAtATime, create_jobs_table, dynamodb_client, fake_aws
from tests.jobs_examples import OWNER, START, admitted_job, pending_job, seconds_later

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SLOTS = 3
AT = seconds_later(3600)
WRONG_PASSWORD = JobError("wrong_password", "The password is wrong.", "Send the right one.", ("user shop",))
FIRST = {"first": KeptSnapshot("00000003-0000001B-1", START)}
BOTH = FIRST | {"second": KeptSnapshot("00000004-00000002-1", seconds_later(0.25))}
NO_SPACE = JobError("disk_full", "The disk is full.", "Free some space.")
ILLEGAL_MOVES = [(before, after) for before in JobStatus for after in JobStatus if after not in LEGAL_MOVES[before]]


@pytest.fixture(params=["in memory", "DynamoDB"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobStore]:
    if request.param == "in memory":
        yield InMemoryJobStore(SLOTS)
        return
    with fake_aws(monkeypatch):
        client = dynamodb_client()
        create_jobs_table(client)
        one_by_one = cast("DynamoDBClient", OneRequestAtATime(client))
        yield DynamoJobStore(one_by_one, JOBS_TABLE, timedelta(days=30), SLOTS, pause=lambda _: None)


def created(store: JobStore, number: int = 1, **changes: object) -> Job:
    return store.create(pending_job(number, **changes), None, "")


def running(store: JobStore, number: int = 1, **changes: object) -> Job:
    job = created(store, number, **changes)
    return store.move(job.job_id, JobStatus.RUNNING, message="Reading the source", at=job.created_at)


def in_status(store: JobStore, status: JobStatus, number: int = 1) -> Job:
    if status is JobStatus.PENDING:
        return created(store, number)
    job = running(store, number)
    if status is JobStatus.RUNNING:
        return job
    store.free_slot(job.job_id)
    return store.move(job.job_id, status, message=f"Now {status}", at=job.created_at)


class TestCreating:
    def test_a_new_job_is_read_back_as_it_was_given(self, store: JobStore) -> None:
        job = pending_job(request=JobRequest(scope="minimal", dry_run=True, target_db_name="shop_canada"))
        stored = store.create(job, None, "")
        assert stored == replace(job, admitted=True)
        assert store.get(job.job_id) == store.get_state(job.job_id) == stored

    def test_the_same_key_and_request_give_the_first_job(self, store: JobStore) -> None:
        first = store.create(pending_job(1), "key", "fingerprint")
        assert store.create(pending_job(2), "key", "fingerprint") == first
        assert store.list_jobs(OWNER, None, 10, None).total == 1
        with pytest.raises(JobNotFoundError):
            store.get(pending_job(2).job_id)

    def test_the_same_key_and_request_give_the_job_as_it_is_now(self, store: JobStore) -> None:
        first = store.create(pending_job(1), "key", "fingerprint")
        store.move(first.job_id, JobStatus.CANCELLED, message="Job cancelled", at=START)
        assert store.create(pending_job(2), "key", "fingerprint").status is JobStatus.CANCELLED

    def test_the_same_key_with_another_request_is_refused_and_creates_nothing(self, store: JobStore) -> None:
        first = store.create(pending_job(1), "key", "fingerprint")
        with pytest.raises(IdempotencyKeyReused) as refusal:
            store.create(pending_job(2), "key", "another fingerprint")
        assert refusal.value.job_id == first.job_id
        assert store.list_jobs(OWNER, None, 10, None).total == 1

    def test_two_owners_may_use_the_same_key(self, store: JobStore) -> None:
        store.create(pending_job(1), "key", "fingerprint")
        job = pending_job(2, owner="somebody else")
        assert store.create(job, "key", "another fingerprint").job_id == job.job_id

    def test_a_released_key_can_be_used_again(self, store: JobStore) -> None:
        store.create(pending_job(1), "key", "fingerprint")
        store.release_idempotency_key(OWNER, "key", pending_job(1).job_id)
        assert store.create(pending_job(2), "key", "other") == admitted_job(2)

    def test_a_key_that_stands_for_another_job_is_not_released(self, store: JobStore) -> None:
        store.create(pending_job(1), "key", "fingerprint")
        store.release_idempotency_key(OWNER, "key", pending_job(2).job_id)
        assert store.create(pending_job(3), "key", "fingerprint") == admitted_job(1)

    def test_requests_sent_at_the_same_time_with_one_key_give_one_job(self, store: JobStore) -> None:
        with ThreadPoolExecutor(8) as threads:
            jobs = list(threads.map(lambda number: store.create(pending_job(number), "key", "same"), range(8)))
        assert len({job.job_id for job in jobs}) == 1
        assert store.list_jobs(OWNER, None, 10, None).total == 1


class TestSlots:
    def test_a_job_is_admitted_while_a_slot_is_free_and_waits_otherwise(self, store: JobStore) -> None:
        jobs = [created(store, number) for number in range(SLOTS + 2)]
        assert [job.admitted for job in jobs] == [True] * SLOTS + [False] * 2
        assert jobs == [store.get(job.job_id) for job in jobs]
        assert store.slots() == Slots(
            limit=SLOTS,
            held={job.job_id: HeldSlot(job.created_at) for job in jobs[:SLOTS]},
            next_job_id=jobs[SLOTS].job_id,
            waiting_since=jobs[SLOTS].created_at,
        )

    def test_without_jobs_all_slots_are_free(self, store: JobStore) -> None:
        assert store.slots() == Slots(limit=SLOTS, held={})
        assert store.admit_next(AT) is None

    def test_a_freed_slot_is_given_to_the_oldest_waiting_job(self, store: JobStore) -> None:
        for number in (0, 1, 2, 5, 3, 4):
            created(store, number)
        order = []
        for number in range(SLOTS):
            assert store.admit_next(AT) is None
            store.free_slot(pending_job(number).job_id)
            admitted = store.admit_next(AT)
            assert admitted is not None
            assert admitted == store.get(admitted.job_id)
            order.append(admitted)
        assert order == [admitted_job(number) for number in (3, 4, 5)]
        assert set(store.slots().held) == {job.job_id for job in order}

    def test_a_new_job_does_not_overtake_one_that_waits(self, store: JobStore) -> None:
        for number in range(SLOTS + 1):
            created(store, number)
        store.free_slot(pending_job(0).job_id)
        assert not created(store, SLOTS + 1).admitted
        assert store.admit_next(AT) == admitted_job(SLOTS)

    def test_a_waiting_job_cannot_run(self, store: JobStore) -> None:
        waiting = [created(store, number) for number in range(SLOTS + 1)][-1]
        with pytest.raises(IllegalMove) as refusal:
            store.move(waiting.job_id, JobStatus.RUNNING, message="", at=AT)
        assert refusal.value.current == store.get(waiting.job_id) == waiting

    @pytest.mark.parametrize("end", [JobStatus.CANCELLED, JobStatus.FAILED])
    def test_a_waiting_job_that_ends_waits_no_more(self, store: JobStore, end: JobStatus) -> None:
        jobs = [created(store, number) for number in range(SLOTS + 2)]
        store.move(jobs[SLOTS].job_id, end, message="", at=AT)
        store.free_slot(jobs[0].job_id)
        assert store.admit_next(AT) == replace(jobs[SLOTS + 1], admitted=True)
        assert store.slots().next_job_id is None

    def test_a_slot_is_freed_once_and_never_given_back_to_its_job(self, store: JobStore) -> None:
        jobs = [created(store, number) for number in range(SLOTS + 2)]
        for _ in range(3):
            store.free_slot(jobs[0].job_id)
        assert store.admit_next(AT) is not None
        assert store.admit_next(AT) is None
        store.free_slot(jobs[0].job_id)
        assert len(store.slots().held) == SLOTS

    def test_a_job_that_failed_before_it_was_stored_takes_no_slot(self, store: JobStore) -> None:
        failed = pending_job(1, status=JobStatus.FAILED, completed_at=START, error=NO_SPACE)
        assert store.create(failed, None, "") == failed == store.get(failed.job_id)
        assert store.slots() == Slots(limit=SLOTS, held={})
        assert store.list_jobs(OWNER, JobStatus.FAILED, 10, None).total == 1

    def test_that_a_job_was_started_is_noted_at_its_slot(self, store: JobStore) -> None:
        job = created(store)
        store.record_started(job.job_id)
        assert store.slots().held == {job.job_id: HeldSlot(job.created_at, started=True)}
        store.free_slot(job.job_id)
        store.record_started(job.job_id)
        assert store.slots().held == {}

    def test_jobs_created_at_the_same_moment_never_get_more_slots_than_there_are(self, store: JobStore) -> None:
        with ThreadPoolExecutor(16) as threads:
            jobs = list(threads.map(lambda number: created(store, number), range(60)))
        while store.admit_next(AT) is not None:
            pass
        held = store.slots().held
        assert len(held) == SLOTS
        assert set(held) == {job.job_id for job in jobs if store.get(job.job_id).admitted}

    def test_slots_that_are_freed_and_given_by_many_at_once_are_neither_lost_nor_given_twice(
        self, store: JobStore
    ) -> None:
        """Each job runs and ends in a thread of its own, as soon as anybody has admitted it."""
        jobs = [created(store, number) for number in range(30)]
        most_running: list[int] = []

        def run_to_its_end(job: Job) -> None:
            while not store.get_state(job.job_id).admitted:
                time.sleep(0.001)
            store.move(job.job_id, JobStatus.RUNNING, message="", at=AT)
            most_running.append(len(store.slots().held))
            store.move(job.job_id, JobStatus.COMPLETED, message="", at=AT)
            store.free_slot(job.job_id)
            while store.admit_next(AT) is not None:
                pass

        with ThreadPoolExecutor(len(jobs)) as threads:
            list(threads.map(run_to_its_end, jobs))
        assert max(most_running) <= SLOTS
        assert store.slots() == Slots(limit=SLOTS, held={})
        assert store.list_jobs(OWNER, JobStatus.COMPLETED, 10, None).total == len(jobs)


class TestMoving:
    @pytest.mark.parametrize(("before", "after"), ILLEGAL_MOVES)
    def test_an_illegal_move_changes_nothing_and_tells_the_present_job(
        self, store: JobStore, before: JobStatus, after: JobStatus
    ) -> None:
        job = in_status(store, before)
        with pytest.raises(IllegalMove) as refusal:
            store.move(job.job_id, after, message="no", at=seconds_later(999), result={"a": 1}, error=NO_SPACE)
        assert refusal.value.current == job
        assert refusal.value.to_status is after
        assert store.get(job.job_id) == job

    @pytest.mark.parametrize("after", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
    def test_an_end_sets_when_it_came(self, store: JobStore, after: JobStatus) -> None:
        job = running(store)
        ended = store.move(job.job_id, after, message="The end", at=seconds_later(600))
        assert ended == store.get(job.job_id)
        assert (ended.status, ended.message) == (after, "The end")
        assert ended.started_at == job.created_at
        assert ended.completed_at == ended.timestamp == seconds_later(600)

    def test_given_times_are_kept(self, store: JobStore) -> None:
        job = created(store)
        at = seconds_later(600)
        store.move(job.job_id, JobStatus.RUNNING, message="", at=at, started_at=seconds_later(500))
        job = store.move(job.job_id, JobStatus.FAILED, message="", at=at, completed_at=seconds_later(550))
        assert (job.started_at, job.completed_at) == (seconds_later(500), seconds_later(550))

    def test_a_completed_job_has_its_result_and_full_progress(self, store: JobStore) -> None:
        job = running(store)
        result = {"database_name": "shop_filtered", "report": {"tables": [{"rows": 3, "share": 0.25}]}}
        completed = store.move(job.job_id, JobStatus.COMPLETED, message="Done", at=seconds_later(9), result=result)
        assert completed.result is None
        assert completed.progress == 1.0
        assert store.get(job.job_id).result == result
        assert store.get_state(job.job_id).result is None

    def test_a_job_that_may_only_move_from_pending_stays_running(self, store: JobStore) -> None:
        job = running(store)
        with pytest.raises(IllegalMove):
            store.move(job.job_id, JobStatus.FAILED, message="", at=START, only_from=JobStatus.PENDING)
        assert store.get(job.job_id) == job

    def test_an_unknown_job_is_not_found(self, store: JobStore) -> None:
        with pytest.raises(JobNotFoundError):
            store.move("job_000000000000", JobStatus.RUNNING, message="", at=START)

    def test_a_clock_that_is_behind_does_not_turn_the_timestamp_back(self, store: JobStore) -> None:
        job = running(store)
        moved = store.move(job.job_id, JobStatus.CANCELLED, message="", at=job.timestamp - timedelta(hours=1))
        assert moved.timestamp == store.get(job.job_id).timestamp == job.timestamp

    def test_of_ends_that_race_exactly_one_wins_and_the_losers_learn_which(self, store: JobStore) -> None:
        job = running(store)

        def end(status: JobStatus) -> JobStatus:
            try:
                return store.move(job.job_id, status, message=status, at=seconds_later(60)).status
            except IllegalMove as refusal:
                return refusal.current.status

        ends = [JobStatus.COMPLETED, JobStatus.CANCELLED, JobStatus.FAILED] * 3
        with ThreadPoolExecutor(len(ends)) as threads:
            answers = set(threads.map(end, ends))
        assert answers == {store.get(job.job_id).status}
        for status in JobStatus:
            assert store.list_jobs(OWNER, status, 10, None).total == (1 if {status} == answers else 0)


class TestErrors:
    def test_a_failed_job_has_its_error_and_the_errors_message(self, store: JobStore) -> None:
        job = running(store)
        failed = store.move(
            job.job_id, JobStatus.FAILED, message="Something failed", at=seconds_later(9), error=WRONG_PASSWORD
        )
        assert failed.error == WRONG_PASSWORD
        assert failed.message == WRONG_PASSWORD.message
        assert store.get(job.job_id) == failed

    def test_the_error_recorded_first_stays(self, store: JobStore) -> None:
        job = running(store)
        store.record_error(job.job_id, WRONG_PASSWORD)
        store.record_error(job.job_id, NO_SPACE)
        failed = store.move(job.job_id, JobStatus.FAILED, message="The workflow failed", at=START, error=NO_SPACE)
        assert failed.error == WRONG_PASSWORD
        assert failed.message == WRONG_PASSWORD.message

    def test_after_its_end_a_job_takes_no_error(self, store: JobStore) -> None:
        job = in_status(store, JobStatus.CANCELLED)
        store.record_error(job.job_id, NO_SPACE)
        assert store.get(job.job_id) == job

    def test_an_unknown_job_is_not_found(self, store: JobStore) -> None:
        with pytest.raises(JobNotFoundError):
            store.record_error("job_000000000000", NO_SPACE)


class TestProgress:
    def test_progress_and_message_are_shown_at_once(self, store: JobStore) -> None:
        job = running(store)
        store.record_progress(job.job_id, 0.3, "Copying orders", seconds_later(120))
        expected = replace(job, progress=0.3, message="Copying orders", timestamp=seconds_later(120))
        assert store.get(job.job_id) == expected

    def test_progress_never_falls(self, store: JobStore) -> None:
        job = running(store)
        store.record_progress(job.job_id, 0.6, "Copying items", seconds_later(120))
        store.record_progress(job.job_id, 0.5, "Copying orders", seconds_later(130))
        assert store.get(job.job_id).progress == 0.6
        assert store.get(job.job_id).message == "Copying items"

    def test_a_clock_that_is_behind_moves_progress_but_not_the_timestamp(self, store: JobStore) -> None:
        job = running(store)
        store.record_progress(job.job_id, 0.1, "a", seconds_later(120))
        store.record_progress(job.job_id, 0.2, "b", seconds_later(100))
        assert store.get(job.job_id).progress == 0.2
        assert store.get(job.job_id).timestamp == seconds_later(120)

    @pytest.mark.parametrize("status", set(JobStatus) - {JobStatus.RUNNING})
    def test_only_a_running_job_takes_progress_a_plan_or_a_snapshot(self, store: JobStore, status: JobStatus) -> None:
        job = in_status(store, status)
        with pytest.raises(JobNotRunning) as refusal:
            store.record_progress(job.job_id, 0.5, "", seconds_later(120))
        assert refusal.value.status is status
        with pytest.raises(JobNotRunning):
            store.record_plan(job.job_id, {}, "shop", 0)
        with pytest.raises(JobNotRunning):
            store.begin_preparation(job.job_id)
        with pytest.raises(JobNotRunning):
            store.record_snapshots(job.job_id, FIRST, instead_of={})
        assert store.get(job.job_id) == job

    def test_an_unknown_job_is_not_found(self, store: JobStore) -> None:
        with pytest.raises(JobNotFoundError):
            store.record_progress("job_000000000000", 0.5, "", START)
        with pytest.raises(JobNotFoundError):
            store.add_copied("job_000000000000", 1, 1)
        with pytest.raises(JobNotFoundError):
            store.release_snapshot("job_000000000000")
        with pytest.raises(JobNotFoundError):
            store.get("job_000000000000")

    def test_workers_add_what_they_copied_without_losing_any(self, store: JobStore) -> None:
        job = running(store)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda rows: store.add_copied(job.job_id, rows, 1), range(1, 21)))
        assert store.get(job.job_id).rows_copied == 210
        assert store.add_copied(job.job_id, 0, 0) == replace(job, rows_copied=210, tables_copied=20)

    def test_what_workers_record_survives_a_move(self, store: JobStore) -> None:
        job = running(store)
        store.add_copied(job.job_id, 7, 1)
        store.record_progress(job.job_id, 0.4, "Copying", seconds_later(120))
        store.record_snapshots(job.job_id, FIRST, instead_of={})
        store.move(job.job_id, JobStatus.CANCELLED, message="Job cancelled", at=seconds_later(130))
        store.release_snapshot(job.job_id)
        cancelled = store.get(job.job_id)
        assert (cancelled.rows_copied, cancelled.progress, cancelled.message) == (7, 0.4, "Job cancelled")
        assert (cancelled.snapshots, cancelled.snapshot_released) == (FIRST, True)

    def test_runs_of_preparing_are_numbered_and_the_last_one_is_known(self, store: JobStore) -> None:
        job = running(store)
        with ThreadPoolExecutor(4) as threads:
            numbers = list(threads.map(lambda _: store.begin_preparation(job.job_id), range(8)))
        assert sorted(numbers) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert store.get(job.job_id).preparations == 8


class TestPlansAndSnapshots:
    def test_a_plan_is_kept_with_what_it_expects(self, store: JobStore) -> None:
        job = running(store)
        plan = {"roots": [{"table": "shop.customers", "since": None, "é": 0.1}]}
        store.record_plan(job.job_id, plan, "shop", 1234)
        assert store.get(job.job_id) == replace(job, plan=plan, source_database="shop", rows_expected=1234)
        assert store.get_state(job.job_id).plan is None

    def test_a_later_plan_replaces_the_former(self, store: JobStore) -> None:
        job = running(store)
        store.record_plan(job.job_id, {"number": 1}, "shop", 1)
        store.record_plan(job.job_id, {"number": 2}, "shop", 2)
        assert store.get(job.job_id).plan == {"number": 2}

    def test_a_plan_beyond_the_size_of_one_item_is_kept_whole(self, store: JobStore) -> None:
        job = running(store)
        plan = {"noise": Random(1).randbytes(700_000).hex()}  # noqa: S311
        store.record_plan(job.job_id, plan, "shop", 1)
        assert store.get(job.job_id).plan == plan

    def test_the_plan_outlives_the_move_to_the_end(self, store: JobStore) -> None:
        job = running(store)
        store.record_plan(job.job_id, {"number": 1}, "shop", 1)
        store.move(job.job_id, JobStatus.COMPLETED, message="", at=START, result={"number": 2})
        assert store.get(job.job_id).plan == {"number": 1}
        assert store.get(job.job_id).result == {"number": 2}

    def test_a_result_recorded_before_the_end_is_the_completed_job_s(self, store: JobStore) -> None:
        job = running(store)
        store.record_result(job.job_id, {"database_name": "shop_filtered"})
        store.move(job.job_id, JobStatus.COMPLETED, message="", at=START)
        assert store.get(job.job_id).result == {"database_name": "shop_filtered"}

    def test_no_result_is_recorded_once_a_job_has_ended(self, store: JobStore) -> None:
        job = running(store)
        store.move(job.job_id, JobStatus.CANCELLED, message="", at=START)
        with pytest.raises(JobNotRunning):
            store.record_result(job.job_id, {"database_name": "shop_filtered"})
        assert store.get(job.job_id).result is None

    def test_a_snapshot_can_be_handed_over(self, store: JobStore) -> None:
        job = running(store)
        assert store.record_snapshots(job.job_id, FIRST, instead_of={})
        assert store.record_snapshots(job.job_id, BOTH, instead_of=FIRST)
        assert store.get_state(job.job_id).snapshots == BOTH
        second = {"second": BOTH["second"]}
        assert store.record_snapshots(job.job_id, second, instead_of=BOTH)
        assert store.get_state(job.job_id).snapshots == second

    def test_of_two_keepers_that_let_go_at_once_one_is_refused(self, store: JobStore) -> None:
        job = running(store)
        store.record_snapshots(job.job_id, BOTH, instead_of={})

        def let_go(keeper: str) -> bool:
            others = {name: snapshot for name, snapshot in BOTH.items() if name != keeper}
            return store.record_snapshots(job.job_id, others, instead_of=BOTH)

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(let_go, BOTH)) == [False, True]
        assert len(store.get_state(job.job_id).snapshots) == 1

    def test_a_second_moment_is_never_recorded(self, store: JobStore) -> None:
        job = running(store)
        store.record_snapshots(job.job_id, FIRST, instead_of={})
        another = {"first": KeptSnapshot("00000009-00000001-1", seconds_later(1))}
        assert not store.record_snapshots(job.job_id, another, instead_of={})
        assert store.get_state(job.job_id).snapshots == FIRST


def test_many_jobs_are_found_at_once_but_for_those_that_are_not_there(store: JobStore) -> None:
    jobs = {job.job_id: job for job in (created(store, number) for number in range(120))}
    assert store.find_states({*jobs, "job_ffffffffffff"}) == jobs
    assert store.find_states([]) == {}


class TestListing:
    def test_an_owner_without_jobs_has_an_empty_list(self, store: JobStore) -> None:
        page = store.list_jobs(OWNER, None, 10, None)
        assert (page.jobs, page.next_after, page.total) == ((), None, 0)

    def test_jobs_come_newest_first_and_only_the_owners(self, store: JobStore) -> None:
        for number in (2, 3, 1):
            created(store, number)
        created(store, 4, owner="somebody else")
        page = store.list_jobs(OWNER, None, 10, None)
        assert page.jobs == (admitted_job(3), admitted_job(2), admitted_job(1))
        assert page.total == 3

    def test_pages_join_to_the_whole_list(self, store: JobStore) -> None:
        for number in range(7):
            created(store, number)
        seen: list[str] = []
        after = None
        sizes = []
        while True:
            page = store.list_jobs(OWNER, None, 3, after)
            assert page.total == 7
            seen += [job.job_id for job in page.jobs]
            sizes.append(len(page.jobs))
            after = page.next_after
            if after is None:
                break
        assert seen == [pending_job(number).job_id for number in reversed(range(7))]
        assert sizes == [3, 3, 1]

    def test_a_page_that_ends_with_the_last_job_has_no_next(self, store: JobStore) -> None:
        created(store, 1)
        created(store, 2)
        assert store.list_jobs(OWNER, None, 2, None).next_after is None

    def test_jobs_of_one_instant_are_all_listed(self, store: JobStore) -> None:
        for number in range(3):
            created(store, number, created_at=START, timestamp=START)
        first = store.list_jobs(OWNER, None, 2, None)
        second = store.list_jobs(OWNER, None, 2, first.next_after)
        assert {job.job_id for job in first.jobs + second.jobs} == {pending_job(n).job_id for n in range(3)}

    def test_a_status_filters_jobs_and_total(self, store: JobStore) -> None:
        for number, status in enumerate(JobStatus):
            in_status(store, status, number)
        created(store, 9)
        for status in JobStatus:
            page = store.list_jobs(OWNER, status, 10, None)
            assert {job.status for job in page.jobs} == {status}
            assert page.total == len(page.jobs) == (2 if status is JobStatus.PENDING else 1)
        assert store.list_jobs(OWNER, None, 10, None).total == 6

    def test_a_list_has_no_plans(self, store: JobStore) -> None:
        job = running(store)
        store.record_plan(job.job_id, {"number": 1}, "shop", 1)
        assert store.list_jobs(OWNER, None, 10, None).jobs[0].plan is None
