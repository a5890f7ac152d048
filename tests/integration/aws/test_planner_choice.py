"""Which planner a deployment's settings choose. Needs nothing running: AWS is moto, the model's server a thread."""

from collections.abc import Iterator

import boto3
import pytest

from datavalut.aws import services
from datavalut.aws.workflow_deployment import workflow_deployment
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.errors import PlannerUnavailable
from tests.aws_doubles import fake_aws
from tests.unit.planning.fixed_source import FixedSource
from tests.unit.planning.scripted_model import ScriptedModel, completion, failure, scripted_model

EVIDENCE = '[{"words": "all products", "meaning": "the table, whole"}]'
ANSWER = f'{{"plan": {{"full": ["products"], "reading": "by the model", "evidence": {EVIDENCE}}}, "refusal": null}}'
PROMPT = "all products"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with fake_aws(monkeypatch):
        yield
    services.forget_services()
    workflow_deployment.cache_clear()


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with scripted_model([completion(ANSWER)]) as running:
        yield running


def plan(monkeypatch: pytest.MonkeyPatch, **environment: str) -> FilterPlan | Refusal:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    services.forget_services()
    workflow_deployment.cache_clear()
    return workflow_deployment().plan_prompt(PROMPT, FixedSource())


def reading(answer: FilterPlan | Refusal) -> str:
    assert isinstance(answer, FilterPlan)
    return answer.reading


def openai_secret(text: str) -> str:
    return boto3.client("secretsmanager").create_secret(Name="openai", SecretString=text)["ARN"]


def test_without_a_key_the_offline_planner_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "model" not in reading(plan(monkeypatch))


def test_with_a_key_the_model_plans(monkeypatch: pytest.MonkeyPatch, model: ScriptedModel) -> None:
    arn = openai_secret("sk-key")
    chosen = plan(monkeypatch, OPENAI_API_KEY_SECRET_ARN=arn, OPENAI_BASE_URL=model.url, OPENAI_MODEL="model-7")
    assert reading(chosen) == "by the model"
    assert model.headers[0]["authorization"] == "Bearer sk-key"
    assert model.requests[0]["model"] == "model-7"


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch, model: ScriptedModel) -> None:
    assert reading(plan(monkeypatch, OPENAI_BASE_URL=model.url)) == "by the model"


def test_a_deployment_may_stay_offline_though_it_has_a_model(
    monkeypatch: pytest.MonkeyPatch, model: ScriptedModel
) -> None:
    assert reading(plan(monkeypatch, OPENAI_BASE_URL=model.url, PLANNER="offline")) != "by the model"
    assert model.requests == []


def test_an_outage_fails_unless_the_deployment_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_model([failure(401)]) as broken:
        with pytest.raises(PlannerUnavailable):
            plan(monkeypatch, OPENAI_BASE_URL=broken.url)
        answer = plan(monkeypatch, OPENAI_BASE_URL=broken.url, PLANNER_FALLBACK="offline")
    assert "offline planner" in reading(answer)


def test_values_are_shared_where_the_deployment_says_so(monkeypatch: pytest.MonkeyPatch, model: ScriptedModel) -> None:
    source = FixedSource(column_values={("regions", "title"): ("Ontario",)})
    plan(monkeypatch, OPENAI_BASE_URL=model.url)
    workflow_deployment().plan_prompt(PROMPT, source)
    assert source.asked == []
    plan(monkeypatch, PLANNER_SHARE_VALUES="true")
    workflow_deployment().plan_prompt("all products, and Ontario", source)
    assert '["Ontario"]' in model.messages(-1)[1]["content"]
