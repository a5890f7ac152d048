"""Needs nothing running. The rules of others that the templates keep; those of AwsSolutions are checked by every
synthesis, so that a violation fails all tests here."""

import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from tests.infra.template import Template

# The CDK names dependencies that CloudFormation would see by itself.
CFN_LINT = (Path(sys.executable).with_name("cfn-lint"), "--ignore-checks", "W3005", "--")


@pytest.mark.parametrize("target", ["aws", "aws_with_tokens", "local"])
def test_cfn_lint_finds_nothing(request: pytest.FixtureRequest, target: str) -> None:
    template: Template = request.getfixturevalue(target)
    outcome = subprocess.run([*CFN_LINT, str(template.file)], capture_output=True, text=True, check=False)
    assert outcome.stdout + outcome.stderr == ""


def test_a_violation_of_the_rules_stops_a_synthesis() -> None:
    app = App(analytics_reporting=False)
    sns.Topic(Stack(app, "Stack"), "Unencrypted")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="SNS3"):
        app.synth()
