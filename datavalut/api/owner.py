"""Who is calling, as the API Gateway says, and so whose the jobs are."""

import re
from collections.abc import Mapping
from typing import Any

from datavalut.api.errors import CallerUnknown

_ASSUMED_ROLE = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/(?P<role>[^/]+)/[^/]+")
_SINGLE_SIGN_ON_ROLE = "AWSReservedSSO_"


def owner_of(event: Mapping[str, Any], local_owner: str | None) -> str:
    """The caller's principal: that of `authorize_caller`, or the IAM identity.

    A program that assumes a role has another session name each time: the role is the owner. Where people come in
    through single sign-on, the session name is the person: it stays. `local_owner` is for a stack without
    authentication.

    Raises CallerUnknown.
    """
    context = event.get("requestContext") or {}
    authorizer = context.get("authorizer") or {}
    identity = context.get("identity") or {}
    if principal := authorizer.get("principalId"):
        return str(principal)
    if arn := identity.get("userArn"):
        return _principal(str(arn))
    if local_owner:
        return local_owner
    raise CallerUnknown


def _principal(arn: str) -> str:
    assumed = _ASSUMED_ROLE.fullmatch(arn)
    if assumed is None or assumed["role"].startswith(_SINGLE_SIGN_ON_ROLE):
        return arn
    return f"arn:{assumed[1]}:iam::{assumed[2]}:role/{assumed['role']}"
