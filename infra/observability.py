"""What to look at first when something is wrong, and what to be told about."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

_PERIOD = Duration.minutes(5)


class Observability(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        rest_api: apigateway.RestApi,
        machine: sfn.StateMachine,
        functions: Mapping[str, lambda_.Function],
        undelivered: sqs.Queue,
    ) -> None:
        super().__init__(scope, construct_id)
        failed = machine.metric_failed(period=_PERIOD)
        timed_out = machine.metric_timed_out(period=_PERIOD)
        waiting = undelivered.metric_approximate_number_of_messages_visible(period=_PERIOD)
        server_errors = rest_api.metric_server_error(period=_PERIOD)
        throttles = [function.metric_throttles(period=_PERIOD) for function in functions.values()]

        self._alarm("JobsFail", failed, 3, "Several jobs failed within five minutes: look at the executions.")
        self._alarm("JobsTimeOut", timed_out, 1, "A job ran into its workflow's time limit.")
        self._alarm("EventsUndelivered", waiting, 1, "An event was not handled after all retries: see the queue.")
        self._alarm("ApiFails", server_errors, 3, "The API answered with errors of its own.")
        for step in ("copy_worker", "settle_job"):
            self._alarm(
                f"{step.title().replace('_', '')}Throttled",
                functions[step].metric_throttles(period=_PERIOD),
                10,
                f"{step} is throttled: the account's concurrency is used up.",
            )

        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name, default_interval=Duration.days(1))
        dashboard.add_widgets(
            cloudwatch.GraphWidget(
                title="Jobs",
                width=12,
                left=[machine.metric_started(period=_PERIOD), machine.metric_succeeded(period=_PERIOD), failed],
                right=[machine.metric_time(period=_PERIOD)],
            ),
            cloudwatch.GraphWidget(
                title="API",
                width=12,
                left=[
                    rest_api.metric_count(period=_PERIOD),
                    rest_api.metric_client_error(period=_PERIOD),
                    server_errors,
                ],
                right=[rest_api.metric_latency(period=_PERIOD)],
            ),
        )
        dashboard.add_widgets(
            cloudwatch.GraphWidget(
                title="Errors of functions",
                width=12,
                left=[function.metric_errors(period=_PERIOD) for function in functions.values()],
            ),
            cloudwatch.GraphWidget(title="Throttles and events that wait", width=12, left=throttles, right=[waiting]),
        )

    def _alarm(self, construct_id: str, metric: cloudwatch.IMetric, threshold: int, description: str) -> None:
        cloudwatch.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
