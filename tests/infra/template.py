"""Questions that the tests ask of a CloudFormation template."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Template:
    content: dict[str, Any]
    file: Path

    def resources(self, kind: str) -> dict[str, Resource]:
        """The properties of the resources of a kind, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.content["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str) -> Resource:
        (resource,) = self.resources(kind).values()
        return resource

    def kinds(self) -> set[str]:
        return {resource["Type"] for resource in self.content["Resources"].values()}

    def reasons(self, role: str) -> dict[str, str]:
        """Why the role of a function breaks each of the rules that it is allowed to break."""
        metadata = json.loads(self.file.with_name("DataValut.metadata.json").read_text(encoding="utf-8"))
        return {
            rule.partition("::")[2]: reason
            for entry in metadata[f"/DataValut/Functions/{role}"]
            if entry["type"] == "aws:cdk:acknowledged-rules"
            for rule, reason in entry["data"].items()
        }

    def functions(self) -> dict[str, Resource]:
        """By the name of their folder."""
        return {
            resource["FunctionName"].removeprefix("DataValut-"): resource
            for resource in self.resources("AWS::Lambda::Function").values()
            if "FunctionName" in resource
        }

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What the role of a logical id may do, whichever policy says so."""
        statements = []
        for policy in self.resources("AWS::IAM::Policy").values():
            if {"Ref": role} in policy["Roles"]:
                statements += policy["PolicyDocument"]["Statement"]
        return statements

    def role_of(self, function: str) -> str:
        name: str = self.functions()[function]["Role"]["Fn::GetAtt"][0]
        return name

    def allowed(self, function: str) -> set[tuple[str, str]]:
        """Pairs of an action and a resource, as JSON where it is not a plain ARN."""
        return {
            (action, _text(resource))
            for statement in self.statements(self.role_of(function))
            for action in _list(statement["Action"])
            for resource in _list(statement["Resource"])
        }

    def actions(self, function: str) -> set[str]:
        return {action for action, _ in self.allowed(function)}


def states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a machine, those in branches and maps too."""
    for name, state in definition["States"].items():
        yield name, state
        for branch in state.get("Branches", []):
            yield from states(branch)
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(resource: Any) -> str:
    return resource if isinstance(resource, str) else json.dumps(resource)
