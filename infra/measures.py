"""What is measured: the metrics that alarms and dashboard share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

PERIOD = Duration.minutes(5)

NAMESPACE = "DataValut"  # as datavalut.aws.metric_names has it
_SERVICE = "datavalut"

ENDPOINTS = ("create_job", "get_job", "list_jobs", "cancel_job")
AUTHORIZER = "authorize_caller"
STEPS = ("plan_job", "keep_snapshot", "prepare_target", "copy_worker", "finalize_job", "settle_job")

_TABLE_OPERATIONS = {
    "get_item": "GetItem",
    "query": "Query",
    "put_item": "PutItem",
    "update_item": "UpdateItem",
    "transact_write_items": "TransactWriteItems",
}


@dataclass(frozen=True)
class Measured:
    """`server` is None where the target server is not the deployment's own."""

    rest_api: apigateway.RestApi
    machine: sfn.StateMachine
    functions: Mapping[str, lambda_.Function]
    undelivered: sqs.Queue
    execution_ended: events.Rule
    table: dynamodb.Table
    server: rds.DatabaseInstance | None

    def own(self, name: str, statistic: str = "Sum", label: str | None = None, **dimensions: str) -> cloudwatch.Metric:
        """A metric that the functions write themselves."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": _SERVICE, **dimensions},
            statistic=statistic,
            period=PERIOD,
            label=label,
        )

    @property
    def api_functions(self) -> tuple[str, ...]:
        """Those that API Gateway calls; the one that checks tokens where there is an issuer of such."""
        return tuple(name for name in (*ENDPOINTS, AUTHORIZER) if name in self.functions)

    def throttles(self, functions: Sequence[str]) -> cloudwatch.IMetric:
        return total("Throttles", {name: self.functions[name].metric_throttles(period=PERIOD) for name in functions})

    def errors(self, functions: Sequence[str]) -> cloudwatch.IMetric:
        return total("Errors", {name: self.functions[name].metric_errors(period=PERIOD) for name in functions})

    def table_throttles(self) -> cloudwatch.IMetric:
        throttled = {
            name: self.table.metric_throttled_requests_for_operation(operation, period=PERIOD)
            for name, operation in _TABLE_OPERATIONS.items()
        }
        return total("Throttled requests of the table", throttled)

    def undelivered_events(self) -> cloudwatch.Metric:
        return self.undelivered.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")

    def lost_events(self) -> cloudwatch.IMetric:
        """Those that did not even come into the queue of the undelivered ones."""
        of_rule = cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="InvocationsFailedToBeSentToDlq",
            dimensions_map={"RuleName": self.execution_ended.rule_name},
            statistic="Sum",
            period=PERIOD,
        )
        of_functions = {
            name: self.functions[name].metric("DestinationDeliveryFailures", statistic="Sum", period=PERIOD)
            for name in ("settle_job", "publish_events")
        }
        return total("Lost events", {"execution_ended": of_rule, **of_functions})

    def stream_age(self) -> cloudwatch.Metric:
        """In milliseconds: of the oldest change of the table that is not yet published."""
        return self.functions["publish_events"].metric("IteratorAge", statistic="Maximum", period=PERIOD)


def total(label: str, metrics: Mapping[str, cloudwatch.Metric]) -> cloudwatch.IMetric:
    """Their sum. Each name tells its metric apart from all others of one graph."""
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        using_metrics=dict(metrics),
        label=label,
        period=PERIOD,
    )
