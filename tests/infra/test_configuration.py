"""Needs nothing running. The context values of a deployment."""

import sys

import pytest
from aws_cdk import App

from infra.app import main
from infra.configuration import Configuration, ConfigurationError, Target, read_configuration


def read(context: dict[str, object]) -> Configuration:
    return read_configuration(App(context=context).node)


def test_without_context_it_is_a_deployment_to_aws() -> None:
    assert read({}) == Configuration()
    assert read({}).target is Target.AWS


def test_values_of_a_command_line_are_texts() -> None:
    configuration = read({"target": "local", "retention": "7", "deletion_protection": "false"})
    assert configuration == Configuration(target=Target.LOCAL, retention=7, deletion_protection=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", "moon"),
        ("architecture", "sparc"),
        ("retention", "a week"),
        ("retention", "-1"),
        ("retention", "0"),
        ("concurrent_jobs", "0"),
        ("snapshot_keeper_seconds", "long"),
        ("log_retention", "8"),
        ("database_multi_az", "perhaps"),
        ("nat_gateways", "17"),
        ("copy_workers", "0"),
        ("planner_schema_tokens", "0"),
        ("planner_request_seconds", "0"),
        ("planner_request_seconds", "781"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read({name: value})


@pytest.mark.parametrize(
    ("context", "name"),
    [
        ({"jwt_issuer": "https://issuer.example"}, "jwt_audience"),
        ({"jwt_audience": "datavalut"}, "jwt_issuer"),
        ({"jwt_keys_url": "https://issuer.example/keys"}, "jwt_issuer"),
        ({"jwt_issuer": "http://issuer.example", "jwt_audience": "datavalut"}, "jwt_issuer"),
        (
            {
                "jwt_issuer": "https://issuer.example",
                "jwt_audience": "datavalut",
                "jwt_keys_url": "http://issuer.example/keys",
            },
            "jwt_keys_url",
        ),
    ],
)
def test_tokens_need_an_issuer_and_an_audience_and_keys_that_nobody_can_swap(
    context: dict[str, object], name: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(context)
    assert error.value.name == name


def test_a_value_that_cannot_be_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["infra.app", "--context", "nat_gateways=many"])
    with pytest.raises(SystemExit, match="context value nat_gateways: is not a whole number"):
        main()
