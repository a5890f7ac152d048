"""Whose a request is. Needs nothing."""

from typing import Any

import pytest

from datavalut.api.errors import CallerUnknown
from datavalut.api.owner import owner_of


def event(**context: Any) -> dict[str, Any]:
    return {"requestContext": context}


# As an authorizer of API Gateway's own would say it, which no deployment has.
CLAIMS = event(authorizer={"claims": {"sub": "42", "iss": "https://issuer.example"}})


def with_arn(arn: str) -> dict[str, Any]:
    return event(identity={"userArn": arn})


def test_an_iam_user_is_its_arn() -> None:
    assert owner_of(with_arn("arn:aws:iam::123456789012:user/ada"), None) == "arn:aws:iam::123456789012:user/ada"


def test_all_sessions_of_a_role_are_one_owner() -> None:
    for session in ("i-0123", "build@7"):
        arn = f"arn:aws-cn:sts::123456789012:assumed-role/Loader/{session}"
        assert owner_of(with_arn(arn), None) == "arn:aws-cn:iam::123456789012:role/Loader"


def test_people_of_single_sign_on_stay_apart() -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Developer_0a1b/ada@example.org"
    assert owner_of(with_arn(arn), None) == arn


def test_the_authorizers_principal_is_the_owner() -> None:
    assert owner_of(event(authorizer={"principalId": "ada"}), None) == "ada"


def test_a_caller_that_is_known_is_not_taken_for_the_local_one() -> None:
    assert owner_of(event(authorizer={"principalId": "ada"}), "local") == "ada"


@pytest.mark.parametrize(
    "request_event",
    [{}, event(), event(identity=None, authorizer=None), event(identity={"userArn": None}, authorizer={}), CLAIMS],
)
def test_nobody_is_the_local_owner_or_unknown(request_event: dict[str, Any]) -> None:
    assert owner_of(request_event, "local") == "local"
    with pytest.raises(CallerUnknown):
        owner_of(request_event, None)
