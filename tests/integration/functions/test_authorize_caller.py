"""The function that API Gateway asks who is calling, with an issuer that serves its keys on this machine. Needs
nothing."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from datavalut.api.owner import owner_of
from datavalut.settings import settings
from tests.api_stack import CONTEXT, load_function
from tests.issuer import AUDIENCE, Issuer, serving_issuer

METHOD = "arn:aws:execute-api:eu-central-1:123456789012:abc123/datavalut/GET/job/job_a1b2c3d4e5f6"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving_issuer() as serving:
        serving.make_elliptic_key("one")
        yield serving


@pytest.fixture
def function(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("JWT_ISSUER", issuer.url)
    monkeypatch.setenv("JWT_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    settings.cache_clear()
    yield load_function("authorize_caller")
    settings.cache_clear()


def call(function: ModuleType, authorization: str) -> dict[str, Any]:
    event = {"type": "TOKEN", "authorizationToken": authorization, "methodArn": METHOD}
    answer: dict[str, Any] = function.handler(event, CONTEXT)
    return answer


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_callers_jobs_are_those_of_its_tokens_subject(issuer: Issuer, function: ModuleType, scheme: str) -> None:
    answer = call(function, f"{scheme} {issuer.token('one')}")
    assert owner_of({"requestContext": {"authorizer": answer}}, None) == f"{issuer.url}#ada"


def test_the_answer_holds_for_all_routes_of_this_api_and_no_other(issuer: Issuer, function: ModuleType) -> None:
    (statement,) = call(function, f"Bearer {issuer.token('one')}")["policyDocument"]["Statement"]
    assert statement == {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": "arn:aws:execute-api:eu-central-1:123456789012:abc123/datavalut/*",
    }


def test_whoever_is_not_known_is_answered_as_api_gateway_expects(issuer: Issuer, function: ModuleType) -> None:
    for authorization in ("", "Bearer", "Basic dXNlcjpwYXNz", f"Bearer {issuer.token('one', aud='other')}"):
        with pytest.raises(function.Unauthorized, match=r"^Unauthorized$"):
            call(function, authorization)
