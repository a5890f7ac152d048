"""Needs nothing running. What each function may do."""

from collections import Counter

import pytest

from tests.infra.conftest import FUNCTIONS
from tests.infra.template import Template

# Actions that know no resource: X-Ray's, and those of a function in a VPC.
WITHOUT_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    "dynamodb:ListStreams",
}
LENT_SECRETS = {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}


def resources_of(template: Template, function: str, action: str) -> list[str]:
    return [resource for allowed, resource in template.allowed(function) if allowed == action]


def test_there_is_a_function_for_each_folder(aws: Template) -> None:
    assert set(aws.functions()) == set(FUNCTIONS)


def test_no_two_functions_share_a_role(aws: Template) -> None:
    roles = Counter(aws.role_of(function) for function in FUNCTIONS)
    assert set(roles.values()) == {1}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_no_managed_policy_and_no_wildcard_action(aws: Template, function: str) -> None:
    role = aws.resources("AWS::IAM::Role")[aws.role_of(function)]
    assert "ManagedPolicyArns" not in role
    wildcards = {action for action in aws.actions(function) if "*" in action}
    assert wildcards <= {"kms:ReEncrypt*", "kms:GenerateDataKey*"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_actions_without_a_resource_are_allowed_on_all(aws: Template, function: str) -> None:
    on_all = {action for action, resource in aws.allowed(function) if resource == "*"}
    more = {"create_job": LENT_SECRETS, "sweep": {"secretsmanager:ListSecrets"}}.get(function, set())
    assert on_all <= WITHOUT_RESOURCE | more


# By which words a reason names what is allowed on all resources.
NAMED = {
    "X-Ray": {"xray:PutTraceSegments"},
    "network interfaces": {"ec2:CreateNetworkInterface"},
    "ListStreams": {"dynamodb:ListStreams"},
    "ListSecrets": {"secretsmanager:ListSecrets"},
    "secret that a caller lends": LENT_SECRETS,
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_why_a_function_may_do_something_on_all_resources_names_that_and_nothing_else(
    aws: Template, function: str
) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    reason = aws.reasons(role)["AwsSolutions-IAM5[Resource::*]"]
    on_all = {action for action, resource in aws.allowed(function) if resource == "*"}
    assert {words for words in NAMED if words in reason} == {words for words, named in NAMED.items() if named & on_all}


def test_a_callers_secret_can_be_read_only_if_it_is_lent(aws: Template) -> None:
    (statement,) = (
        statement
        for statement in aws.statements(aws.role_of("create_job"))
        if statement["Resource"] == "*" and LENT_SECRETS & set(statement["Action"])
    )
    assert statement["Condition"] == {"Null": {"secretsmanager:ResourceTag/datavalut:source": "false"}}


@pytest.mark.parametrize("function", ["get_job", "list_jobs"])
def test_a_function_that_shows_jobs_changes_nothing(aws: Template, function: str) -> None:
    changing = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert not aws.actions(function) & changing
    assert not any(action.startswith("states:") for action in aws.actions(function))


def test_executions_are_started_where_a_slot_is_taken_or_freed_and_stopped_where_jobs_are_cancelled(
    aws: Template,
) -> None:
    starting = {it for it in FUNCTIONS if "states:StartExecution" in aws.actions(it)}
    assert starting == {"create_job", "cancel_job", "settle_job", "sweep"}
    assert {it for it in FUNCTIONS if "states:StopExecution" in aws.actions(it)} == {"cancel_job", "sweep"}


def test_the_admins_password_is_read_only_where_databases_are_checked_for_made_and_dropped(aws: Template) -> None:
    (admin,) = aws.resources("AWS::SecretsManager::SecretTargetAttachment")
    readers = {
        function
        for function in FUNCTIONS
        if any(admin in resource for resource in resources_of(aws, function, "secretsmanager:GetSecretValue"))
    }
    assert readers == {"plan_job", "prepare_target", "finalize_job", "settle_job", "sweep"}


# What each function does with a job's secrets: what was asked (with the source's password), and the result's login.
SECRETS_OF_JOBS = {
    "create_job": {"request": {"Create", "Put", "Delete"}},
    "get_job": {"result": {"Get"}},
    "list_jobs": {},
    "cancel_job": {"request": {"Delete"}},
    "plan_job": {"request": {"Get"}},
    "keep_snapshot": {"request": {"Get"}},
    "prepare_target": {"request": {"Get"}, "result": {"Create", "Put"}},
    "copy_worker": {"request": {"Get"}, "result": {"Get"}},
    "finalize_job": {"result": {"Get", "Create", "Put", "Delete"}},
    "settle_job": {"request": {"Get", "Delete"}, "result": {"Delete"}},
    "sweep": {"request": {"Get", "Delete"}, "result": {"Delete"}},
    "publish_events": {"result": {"Delete"}},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_does_with_a_jobs_secrets_what_its_work_needs(aws: Template, function: str) -> None:
    done: dict[str, set[str]] = {}
    for action, resource in aws.allowed(function):
        for kind in ("request", "result"):
            if f":secret:datavalut/{kind}/*" in resource:
                verb = action.removeprefix("secretsmanager:").removesuffix("SecretValue").removesuffix("Secret")
                done.setdefault(kind, set()).add(verb)
    assert done == SECRETS_OF_JOBS[function]


# What each function does with the items of the jobs' table.
READ, UPDATE = {"GetItem", "Query"}, {"GetItem", "Query", "UpdateItem"}
MOVE = UPDATE | {"PutItem", "DeleteItem"}
JOBS_TABLE = {
    "create_job": MOVE,
    "get_job": READ,
    "list_jobs": {"Query"},
    "cancel_job": MOVE,
    "plan_job": MOVE,
    "keep_snapshot": {"GetItem", "UpdateItem"},
    "prepare_target": UPDATE,
    "copy_worker": UPDATE,
    "finalize_job": MOVE,
    "settle_job": MOVE,
    "sweep": MOVE | {"BatchGetItem"},
    "publish_events": {"GetItem", "PutItem", "UpdateItem"},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_does_with_the_jobs_table_what_its_work_needs(aws: Template, function: str) -> None:
    of_items = {action for action in aws.actions(function) if action.startswith("dynamodb:") and "Stream" not in action}
    of_items -= {"dynamodb:GetRecords", "dynamodb:GetShardIterator"}  # of the stream as well
    assert of_items == {f"dynamodb:{action}" for action in JOBS_TABLE[function]}


def test_only_who_lists_jobs_reads_the_indexes(aws: Template) -> None:
    reading = {it for it in FUNCTIONS if any("/index/" in resource for _, resource in aws.allowed(it))}
    assert reading == {"list_jobs"}


def test_only_the_planner_reads_the_openai_key(aws: Template) -> None:
    readers = {
        function
        for function in FUNCTIONS
        if any("openai-key" in resource for resource in resources_of(aws, function, "secretsmanager:GetSecretValue"))
    }
    assert readers == {"plan_job"}


def test_only_the_publisher_puts_events(aws: Template) -> None:
    assert {it for it in FUNCTIONS if "events:PutEvents" in aws.actions(it)} == {"publish_events"}


def test_the_state_machine_invokes_its_steps_and_nothing_else(aws: Template) -> None:
    role = aws.only("AWS::StepFunctions::StateMachine")["RoleArn"]["Fn::GetAtt"][0]
    invoked = {
        resource["Fn::GetAtt"][0]
        for statement in aws.statements(role)
        if statement["Action"] == "lambda:InvokeFunction"
        for resource in statement["Resource"]
    }
    endpoints = {"CreateJob", "GetJob", "ListJobs", "CancelJob", "PublishEvents", "Sweep"}
    assert len(invoked) == 6
    assert not any(name.removeprefix("Functions").startswith(tuple(endpoints)) for name in invoked)


def test_locally_the_roles_allow_the_same_but_for_network_and_key(aws: Template, local: Template) -> None:
    for function in FUNCTIONS:
        in_aws = {it for it in aws.actions(function) if not it.startswith(("ec2:", "kms:"))}
        of_the_openai_key = {"secretsmanager:DescribeSecret"} if function == "plan_job" else set()
        assert in_aws - of_the_openai_key == local.actions(function), function
