"""Log groups that are encrypted, kept for a while, and found by name."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.configuration import Configuration

_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
}


def log_group(
    scope: Construct, construct_id: str, name: str, configuration: Configuration, encryption_key: kms.IKey | None
) -> logs.LogGroup:
    """The log group `/<stack>/<name>`."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=f"/{Stack.of(scope).stack_name}/{name}",
        retention=_RETENTION[configuration.log_retention],
        encryption_key=encryption_key,
        removal_policy=RemovalPolicy.DESTROY,
    )
