"""The REST API: four routes, a function each, who may call them, and our error shape for what API Gateway itself
refuses."""

import json

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.configuration import Configuration
from infra.logs import log_group

STAGE = "datavalut"  # so that paths begin with /datavalut, as in the contract

_ROUTES = (
    ("POST", "create-filtered-db", "create_job"),
    ("GET", "job/{job_id}", "get_job"),
    ("GET", "jobs", "list_jobs"),
    ("DELETE", "job/{job_id}", "cancel_job"),
)


class Api(Construct):
    """Callers sign their requests with IAM credentials, or bring a token of the issuer that the deployment names;
    locally anyone on this machine may call."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: dict[str, lambda_.Function],
        configuration: Configuration,
        encryption_key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        access = log_group(self, "AccessLog", "api-access", configuration, encryption_key)
        self.rest_api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name="DataValut",
            description="Filtered PostgreSQL databases from a sentence",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,  # the account has one for all its APIs
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(access),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_access_log_line())),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,  # bodies hold passwords
                metrics_enabled=True,
                tracing_enabled=True,
                throttling_rate_limit=configuration.requests_per_second,
                throttling_burst_limit=configuration.request_burst,
            ),
            default_method_options=self._who_may_call(functions, configuration),
        )
        for method, path, name in _ROUTES:
            resource = self.rest_api.root.resource_for_path(path)
            resource.add_method(method, apigateway.LambdaIntegration(functions[name], allow_test_invoke=False))
        self._add_error_responses(configuration)
        self._acknowledge(configuration)
        output = CfnOutput(
            self, "Url", value=self._address(), description="The API's address, without a slash at its end"
        )
        output.override_logical_id("ApiUrl")

    def _who_may_call(
        self, functions: dict[str, lambda_.Function], configuration: Configuration
    ) -> apigateway.MethodOptions:
        if configuration.takes_tokens:
            authorizer = apigateway.TokenAuthorizer(
                self,
                "Callers",
                handler=functions["authorize_caller"],
                identity_source=apigateway.IdentitySource.header("Authorization"),
                validation_regex=r"^[Bb]earer +[-_=.A-Za-z0-9]+$",  # what is no token costs no call
                results_cache_ttl=Duration.minutes(1),  # so long may a token live beyond its time
            )
            return apigateway.MethodOptions(
                authorizer=authorizer, authorization_type=apigateway.AuthorizationType.CUSTOM
            )
        kinds = apigateway.AuthorizationType
        return apigateway.MethodOptions(authorization_type=kinds.NONE if configuration.is_local else kinds.IAM)

    def _address(self) -> str:
        stack = Stack.of(self)
        return f"https://{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE}"

    def _add_error_responses(self, configuration: Configuration) -> None:
        """RFC 9457, as docs/api.md has it. `detail` is our own text where API Gateway's would tell a caller nothing
        about what to do, or too much about us."""
        gateway_text = "$context.error.messageString"
        no_route = "No such path, or none with this method: see the API's documentation."
        kinds = apigateway.ResponseType
        # Without authorization, a missing token means an unknown route; with it API Gateway does not tell them apart.
        missing_token = (
            (404, "Not Found", json.dumps(no_route))
            if configuration.is_local
            else (403, "Forbidden", json.dumps(f"The request is not signed (AWS Signature Version 4), or: {no_route}"))
        )
        responses = (
            ("Default4xx", kinds.DEFAULT_4_XX, None, "Bad Request", gateway_text),
            ("Default5xx", kinds.DEFAULT_5_XX, None, "Internal Server Error", json.dumps("Try again in a moment.")),
            ("AccessDenied", kinds.ACCESS_DENIED, 403, "Forbidden", json.dumps("The caller may not do this.")),
            ("Unauthorized", kinds.UNAUTHORIZED, 401, "Unauthorized", json.dumps("The request bears no valid token.")),
            (
                "AuthorizerFails",
                kinds.AUTHORIZER_FAILURE,
                500,
                "Internal Server Error",
                json.dumps("Callers cannot be known at the moment: try again later."),
            ),
            ("MissingToken", kinds.MISSING_AUTHENTICATION_TOKEN, *missing_token),
            ("NotFound", kinds.RESOURCE_NOT_FOUND, 404, "Not Found", json.dumps(no_route)),
            ("TooLarge", kinds.REQUEST_TOO_LARGE, 413, "Content Too Large", gateway_text),
            ("MediaType", kinds.UNSUPPORTED_MEDIA_TYPE, 415, "Unsupported Media Type", gateway_text),
            (
                "Throttled",
                kinds.THROTTLED,
                429,
                "Too Many Requests",
                json.dumps("Wait a moment, then try again."),
            ),
            ("Quota", kinds.QUOTA_EXCEEDED, 429, "Too Many Requests", gateway_text),
            ("Timeout", kinds.INTEGRATION_TIMEOUT, 504, "Gateway Timeout", json.dumps("Try again in a moment.")),
        )
        for construct_id, kind, status, title, detail in responses:
            headers = {"Content-Type": "'application/problem+json'"}
            if status == 429:
                headers["Retry-After"] = "'2'"
            if status == 401:
                headers["WWW-Authenticate"] = "'Bearer'"
            self.rest_api.add_gateway_response(
                construct_id,
                type=kind,
                status_code=None if status is None else str(status),
                response_headers=headers,
                templates={"application/json": _problem(status, title, detail)},
            )

    def _acknowledge(self, configuration: Configuration) -> None:
        acknowledge(
            self.rest_api,
            "AwsSolutions-APIG2",
            "The functions validate, each field by name, and answer in the agreed error shape.",
        )
        acknowledge(
            self.rest_api,
            "AwsSolutions-APIG3",
            "Only callers with IAM credentials or a valid token reach it, and it throttles; a web ACL can be attached.",
        )
        acknowledge(
            self.rest_api,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway's role for writing logs is one an account, and AWS's own policy is what it documents for it.",
        )
        acknowledge(
            self.rest_api,
            "AwsSolutions-COG4",
            "No user pool: the stack in the emulator has no authorization."
            if configuration.is_local
            else "Callers are programs with IAM credentials, or come with tokens of an issuer that the operator chose.",
        )
        if configuration.is_local:
            acknowledge(self.rest_api, "AwsSolutions-APIG4", "The emulator listens on 127.0.0.1 alone.")


def _access_log_line() -> dict[str, str]:
    """Who called what, and what came of it: no query, which may hold a page token, and nothing of a body."""
    field = apigateway.AccessLogField
    return {
        "requestId": field.context_request_id(),
        "requestTime": field.context_request_time(),
        "ip": field.context_identity_source_ip(),
        "caller": field.context_identity_user_arn(),
        "principal": field.context_authorizer_principal_id(),
        "httpMethod": field.context_http_method(),
        "path": field.context_path(),
        "status": field.context_status(),
        "responseLength": field.context_response_length(),
        "responseLatency": field.context_response_latency(),
        "error": field.context_error_response_type(),
        "traceId": field.context_xray_trace_id(),
    }


def _problem(status: int | None, title: str, detail: str) -> str:
    """A template: `detail` is JSON text already, quotes and all. Without a status of its own, the answer's."""
    return (
        '{"type":"about:blank",'
        f'"title":{json.dumps(title)},'
        f'"status":{"$context.status" if status is None else status},'
        f'"detail":{detail},"success":false,"message":{detail},"request_id":"$context.requestId"}}'
    )
