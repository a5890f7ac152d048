"""Exceptions from the AwsSolutions rules, each with its reason, at the narrowest construct."""

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

UNNAMED = "*"  # as a resource: AWS knows no narrower one for these actions


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_resource(construct: IConstruct, resource: str, reason: str) -> None:
    """That a policy below `construct` names a resource with a wildcard."""
    reported = _as_reported(Stack.of(construct).resolve(resource))
    acknowledge(construct, f"AwsSolutions-IAM5[Resource::{reported}]", reason)


def acknowledge_action(construct: IConstruct, action: str, reason: str) -> None:
    """That a policy below `construct` names actions with a wildcard."""
    acknowledge(construct, f"AwsSolutions-IAM5[Action::{action}]", reason)


def _as_reported(value: Any) -> str:
    """A resolved value in the rules' spelling: `<AWS::Region>` for a reference, `<Table.Arn>` for an attribute."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_as_reported(part) for part in parts)
        case _:
            return str(value)
