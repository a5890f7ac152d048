"""Authorize the caller: who a bearer token stands for, asked by API Gateway before any other function is called."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from datavalut.api.caller_tokens import IssuerKeys, TokenRefused, TokenVerifier
from datavalut.aws.telemetry import logger, metrics, tracer
from datavalut.settings import settings

_SCHEME = "bearer"


class Unauthorized(Exception):
    """API Gateway answers 401 for this text, and for no other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@cache
def verifier() -> TokenVerifier:
    known = settings()
    keys = IssuerKeys(known.jwt_issuer, known.jwt_keys_url)
    return TokenVerifier(known.jwt_issuer, known.jwt_audience, keys)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The principal, and leave to call every route: API Gateway keeps the answer for other routes too, and whose a job
    is the functions ask themselves."""
    scheme, _, token = str(event.get("authorizationToken", "")).partition(" ")
    try:
        if scheme.lower() != _SCHEME:
            raise TokenRefused("it is no bearer token")
        principal = verifier().principal(token.strip())
    except TokenRefused as refusal:
        logger.info("Caller refused", reason=refusal.reason)
        raise Unauthorized from None
    api, stage = event["methodArn"].split("/")[:2]
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}],
        },
    }
