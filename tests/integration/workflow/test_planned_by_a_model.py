"""Jobs whose prompt a language model reads. Needs PostgreSQL; the model's server is a thread."""

import json
from collections.abc import Callable
from dataclasses import replace

import openai
import pytest

from datavalut.connections import ConnectionParameters
from datavalut.filters.model import Evidence, FilterPlan
from datavalut.jobs.model import Job, JobRequest, JobStatus
from datavalut.planning.openai_planner import OpenAIPlanner
from tests.filter_examples import ORDERS, SHOP_SQL, Json, aggregate, all_of, compare, plan_of
from tests.postgres_server import TestServer
from tests.unit.planning.scripted_model import Reply, ScriptedModel, completion, failure, scripted_model
from tests.workflow_runner import WorkflowRunner

# Of the prompt that `WorkflowRunner.create` writes.
EVIDENCE = Evidence(words="what the planner's answer says", meaning="customers with at least 3 orders")
MakeDatabase = Callable[..., ConnectionParameters]
CONDITION = compare(aggregate("count", ORDERS), ">=", 3)


def answer(condition: Json) -> Reply:
    plan = plan_of(condition).model_copy(
        update={"reading": "Customers with at least 3 orders", "evidence": (EVIDENCE,)}
    )
    return completion(json.dumps({"plan": plan.model_dump(mode="json"), "refusal": None}))


def dry_run(postgres: TestServer, source: ConnectionParameters, replies: list[Reply]) -> tuple[Job, ScriptedModel]:
    runner = WorkflowRunner(postgres.admin, FilterPlan())
    with scripted_model(replies) as model:
        client = openai.OpenAI(api_key="sk-secret-key", base_url=model.url, max_retries=0, timeout=5)
        runner.deployment = replace(runner.deployment, plan_prompt=OpenAIPlanner(client, "model").plan)
        return runner.run(runner.create(source, JobRequest(dry_run=True))), model


@pytest.fixture
def shop(make_database: MakeDatabase) -> ConnectionParameters:
    return make_database(SHOP_SQL)


def test_a_good_answer_completes_the_dry_run(postgres: TestServer, shop: ConnectionParameters) -> None:
    job, model = dry_run(postgres, shop, [answer(CONDITION)])
    assert job.status is JobStatus.COMPLETED
    assert job.result is not None
    assert job.result["plan"]["reading"] == "Customers with at least 3 orders"
    assert job.result["plan"]["evidence"] == [EVIDENCE.model_dump()]
    assert len(model.requests) == 1
    assert f"Now is {job.created_at:%Y-%m-%d %H:%M}" in model.messages(0)[1]["content"]


def test_what_no_row_can_meet_goes_back_to_the_model(postgres: TestServer, shop: ConnectionParameters) -> None:
    nothing = all_of(compare("visits", ">", 5), compare("visits", "<", 3))
    job, model = dry_run(postgres, shop, [answer(nothing), answer(CONDITION)])
    assert job.status is JobStatus.COMPLETED
    assert "can never be true together with" in model.messages(1)[-1]["content"]


@pytest.mark.parametrize(
    ("reply", "code", "told"),
    [
        (answer(compare("nmae", "=", 1)), "planner_answer_invalid", "no column 'nmae'"),
        (completion("no JSON"), "planner_answer_invalid", "JSON"),
        (completion(None, refusal="I cannot help."), "prompt_not_understood", "I cannot help."),
        (failure(401, message="the key sk-secret-key is wrong"), "planner_unavailable", "key rejected"),
        (failure(429, "rate_limit_exceeded"), "planner_unavailable", "rate limited"),
        (failure(500), "planner_unavailable", "server error"),
    ],
)
def test_without_a_usable_answer_the_job_fails_and_says_why(
    postgres: TestServer, shop: ConnectionParameters, reply: Reply, code: str, told: str
) -> None:
    job, _ = dry_run(postgres, shop, [reply])
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == code
    assert told in f"{job.error.message} {job.error.details}"
    assert "sk-secret-key" not in str(job)
