"""Needs nothing running. The REST API."""

import json
import re
from typing import Any

import pytest

from tests.infra.template import Template


def routes(template: Template) -> dict[tuple[str, str], Any]:
    resources = template.resources("AWS::ApiGateway::Resource")

    def path(reference: Any) -> str:
        if "Fn::GetAtt" in reference:
            return ""
        resource = resources[reference["Ref"]]
        return f"{path(resource['ParentId'])}/{resource['PathPart']}"

    return {
        (method["HttpMethod"], path(method["ResourceId"])): method
        for method in template.resources("AWS::ApiGateway::Method").values()
    }


def test_there_are_four_routes_of_the_stage_datavalut(aws: Template) -> None:
    assert set(routes(aws)) == {
        ("POST", "/create-filtered-db"),
        ("GET", "/job/{job_id}"),
        ("DELETE", "/job/{job_id}"),
        ("GET", "/jobs"),
    }
    assert aws.only("AWS::ApiGateway::Stage")["StageName"] == "datavalut"


def test_in_aws_every_request_must_be_signed(aws: Template) -> None:
    assert {method["AuthorizationType"] for method in routes(aws).values()} == {"AWS_IAM"}


def test_with_an_issuer_every_request_must_bear_a_token_of_it(aws_with_tokens: Template) -> None:
    (authorizer,) = aws_with_tokens.resources("AWS::ApiGateway::Authorizer")
    for method in routes(aws_with_tokens).values():
        assert method["AuthorizationType"] == "CUSTOM"
        assert method["AuthorizerId"] == {"Ref": authorizer}
    described = aws_with_tokens.only("AWS::ApiGateway::Authorizer")
    assert described["Type"] == "TOKEN"
    assert described["IdentitySource"] == "method.request.header.Authorization"
    assert described["AuthorizerResultTtlInSeconds"] <= 60
    pattern = described["IdentityValidationExpression"]
    assert re.fullmatch(pattern, "Bearer aaa.bbb-_.ccc")
    assert not re.fullmatch(pattern, "Basic dXNlcjpwYXNz")


def test_without_an_issuer_there_is_nothing_that_checks_tokens(aws: Template, local: Template) -> None:
    for template in (aws, local):
        assert "authorize_caller" not in template.functions()
        assert not template.resources("AWS::ApiGateway::Authorizer")


def test_what_checks_tokens_knows_the_issuer_and_may_do_nothing_but_log(aws_with_tokens: Template) -> None:
    variables = aws_with_tokens.functions()["authorize_caller"]["Environment"]["Variables"]
    assert (variables["JWT_ISSUER"], variables["JWT_AUDIENCE"]) == ("https://issuer.example", "datavalut")
    assert {it for it in variables if not it.startswith(("JWT_", "POWERTOOLS_"))} == set()
    assert aws_with_tokens.actions("authorize_caller") == {
        "kms:Decrypt",  # its environment
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }


def test_locally_no_request_is_signed(local: Template) -> None:
    assert {method["AuthorizationType"] for method in routes(local).values()} == {"NONE"}


def test_the_stage_throttles_and_traces_and_never_logs_bodies(aws: Template) -> None:
    stage = aws.only("AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == 50
    assert settings["ThrottlingBurstLimit"] == 100
    assert settings["DataTraceEnabled"] is False
    assert stage["TracingEnabled"] is True
    assert "AccessLogSetting" in stage


def test_the_access_log_names_the_caller_and_holds_no_query(aws: Template) -> None:
    line = json.loads(aws.only("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])
    assert line["caller"] == "$context.identity.userArn"
    assert line["principal"] == "$context.authorizer.principalId"
    assert line["requestId"] == "$context.requestId"
    assert not any("query" in value.lower() or "body" in value.lower() for value in line.values())


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("DEFAULT_4XX", None),
        ("DEFAULT_5XX", None),
        ("UNAUTHORIZED", "401"),
        ("AUTHORIZER_FAILURE", "500"),
        ("ACCESS_DENIED", "403"),
        ("MISSING_AUTHENTICATION_TOKEN", "403"),
        ("RESOURCE_NOT_FOUND", "404"),
        ("REQUEST_TOO_LARGE", "413"),
        ("THROTTLED", "429"),
        ("INTEGRATION_TIMEOUT", "504"),
    ],
)
def test_the_gateways_own_errors_have_our_shape(aws: Template, kind: str, status: str | None) -> None:
    responses = aws.resources("AWS::ApiGateway::GatewayResponse").values()
    (response,) = (it for it in responses if it["ResponseType"] == kind)
    assert response.get("StatusCode") == status
    assert response["ResponseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    template = response["ResponseTemplates"]["application/json"]
    # What API Gateway fills in: a message with its quotes, a status without.
    filled = template.replace("$context.error.messageString", '"why"').replace("$context.status", "418")
    problem = json.loads(re.sub(r"\$context\.requestId", "id", filled))
    assert set(problem) == {"type", "title", "status", "detail", "success", "message", "request_id"}
    assert problem["success"] is False
    assert problem["detail"] == problem["message"]
    assert problem["status"] == (418 if status is None else int(status))


def test_locally_an_unknown_path_is_not_found(local: Template) -> None:
    responses = local.resources("AWS::ApiGateway::GatewayResponse").values()
    (response,) = (it for it in responses if it["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN")
    assert response["StatusCode"] == "404"


def test_functions_behind_the_api_answer_before_api_gateway_gives_up(aws: Template) -> None:
    for name in ("create_job", "get_job", "list_jobs", "cancel_job"):
        assert aws.functions()[name]["Timeout"] <= 29
