"""Where passwords and prompts of jobs are, and where they are not: on the local stack, which the fixtures start.

Jobs succeed, fail and are cancelled with passwords and prompts that cannot be overlooked. Then everything that a
deployment keeps or writes is searched for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from datavalut.connections import ConnectionParameters, parse_connection_string
from local.deploy import STACK
from tests.e2e.places import Cloud, Watch, files_of_the_stack
from tests.e2e.test_jobs import SLOW_TO_COPY, when_nothing_is_left
from tests.local_stack import Stack
from tests.postgres_server import execute

READER = "reader_of_secrets"
PASSWORD = "Pass-Wacholder-8812"
WRONG_PASSWORD = "Pass-Holunder-4471"
# Of the prompts, a word that is in none of the source's rows.
WORD = "Marzipanophile"
PROMPT = f'things with name "{WORD}"'
NOT_UNDERSTOOD = f"purple {WORD} dishwasher"
CREATED = "CREATE TABLE things (id integer PRIMARY KEY, name text); INSERT INTO things VALUES (1, 'a'), (2, 'b');"


@dataclass(frozen=True)
class Ran:
    """What five jobs left: `told` is all that callers were answered, less the finished database's login."""

    cloud: Cloud
    ids: dict[str, str]
    jobs: dict[str, Any]
    told: list[str]
    events: list[str]
    watch: Watch
    result: ConnectionParameters


@pytest.fixture(scope="module")
def ran(stack: Stack) -> Iterator[Ran]:
    names = ("secrets_plain", "secrets_slow", "secrets_unfit")
    sources = {name: replace(stack.superuser, database=name, user=READER, password=PASSWORD) for name in names}
    execute(stack.superuser, f"CREATE ROLE {READER} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    for name, statements in zip(
        names,
        (
            CREATED,
            SLOW_TO_COPY,
            CREATED + "CREATE FUNCTION size_of(text) RETURNS integer LANGUAGE internal IMMUTABLE AS 'textlen'",
        ),
        strict=True,
    ):
        execute(stack.superuser, f"CREATE DATABASE {name}")
        execute(sources[name], statements)
    try:
        yield _run(stack, sources)
    finally:
        for name in names:
            execute(stack.superuser, f"DROP DATABASE {name} WITH (FORCE)")
        execute(stack.superuser, f"DROP ROLE {READER}")


def _run(stack: Stack, sources: dict[str, ConnectionParameters]) -> Ran:
    client, cloud = stack.client, Cloud(stack.aws_url)
    plain = sources["secrets_plain"]
    bodies = {
        "succeeds": (plain, PROMPT),
        "has a wrong password": (replace(plain, password=WRONG_PASSWORD), PROMPT),
        "is not understood": (plain, NOT_UNDERSTOOD),
        "cannot be made": (sources["secrets_unfit"], PROMPT),
        "is cancelled": (sources["secrets_slow"], f'things whose name is not "{WORD}"'),
    }
    words = (PASSWORD, WRONG_PASSWORD, *(prompt for _, prompt in bodies.values()))
    watch = Watch((*words, WORD), stack.settings.emulator_directory / "temporary")
    told: list[str] = []
    with cloud.overheard_events(f"{STACK}-jobs") as events, watch.running():
        ids = {}
        for name, (source, prompt) in bodies.items():
            answer = client.post({"source_db_connection": source.to_url(), "filter_prompt": prompt})
            told.append(answer.text)
            ids[name] = str(answer.json()["job_id"])
        cancelled = ids["is cancelled"]
        client.when(cancelled, lambda job: job["progress"] >= 0.1)
        told.append(client.delete(cancelled).text)
        jobs = {name: client.ended(job_id) for name, job_id in ids.items()}
        for name, job_id in ids.items():
            if name != "succeeds":
                assert when_nothing_is_left(stack, job_id) == []
    result = parse_connection_string(jobs["succeeds"]["result"]["connection_string"])
    told += [str(job) for name, job in jobs.items() if name != "succeeds"]
    return Ran(cloud, ids, jobs, told, events, watch, result)


@pytest.fixture
def secret_words(ran: Ran) -> tuple[str, ...]:
    return (*ran.watch.words[:-1], ran.result.password)


def found(words: tuple[str, ...], texts: Any) -> list[str]:
    return [word for text in texts for word in words if word in text]


def test_the_jobs_end_as_they_are_meant_to(ran: Ran) -> None:
    assert {name: job["status"] for name, job in ran.jobs.items()} == {
        "succeeds": "completed",
        "has a wrong password": "failed",
        "is not understood": "failed",
        "cannot be made": "failed",
        "is cancelled": "cancelled",
    }, ran.jobs


def test_no_table_holds_a_password_or_a_prompt(ran: Ran, secret_words: tuple[str, ...]) -> None:
    items = list(ran.cloud.items())
    assert sum(ran.ids["succeeds"] in item for item in items) > 1  # the job and its documents
    assert found(secret_words, items) == []


def test_no_execution_holds_a_password_or_any_of_a_prompt(ran: Ran, secret_words: tuple[str, ...]) -> None:
    executions = list(ran.cloud.executions())
    assert all(any(job_id in text for text in executions) for job_id in ran.ids.values())
    assert found((*secret_words, WORD), executions) == []


def test_no_event_holds_a_password_or_any_of_a_prompt(ran: Ran, secret_words: tuple[str, ...]) -> None:
    for job_id in ran.ids.values():
        assert sum(job_id in event for event in ran.events) >= 3  # created, started, ended
    assert found((*secret_words, WORD), ran.events) == []


def test_no_log_holds_a_password_or_any_of_a_prompt(ran: Ran, secret_words: tuple[str, ...]) -> None:
    lines = list(ran.cloud.log_lines())
    assert all(any(job_id in line for line in lines) for job_id in ran.ids.values())
    assert found((*secret_words, WORD), lines) == []


def test_no_answer_but_the_owners_result_holds_a_password(ran: Ran, secret_words: tuple[str, ...]) -> None:
    assert found(secret_words, ran.told) == []


def test_no_file_holds_a_password_or_a_prompt(ran: Ran, stack: Stack, secret_words: tuple[str, ...]) -> None:
    files = [(content, str(file)) for content, file in files_of_the_stack(stack.settings)]
    assert any(path.endswith("emulator.log") for _, path in files)
    assert [(word, path) for content, path in files for word in secret_words if word.encode() in content] == []


def test_no_process_and_no_temporary_file_held_one_while_the_jobs_ran(ran: Ran) -> None:
    assert "pg_dump" in ran.watch.programs
    assert "schema.dump" in ran.watch.files
    assert ran.watch.found == set()


def test_at_the_end_only_the_finished_databases_login_is_kept(ran: Ran) -> None:
    kept = {name: value for name, value in ran.cloud.secrets().items() if any(it in name for it in ran.ids.values())}
    assert set(kept) == {f"datavalut/result/{ran.ids['succeeds']}"}
    assert ran.result.password in kept[f"datavalut/result/{ran.ids['succeeds']}"]
