"""What somebody has to be told about. For each alarm, docs/runbook.md says under its name what to do."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.configuration import Configuration
from infra.dashboard import Dashboard
from infra.measures import PERIOD, STEPS, Measured

RUNBOOK = "docs/runbook.md"
_GIB = 2**30


@dataclass(frozen=True)
class _Alarm:
    """`periods` are of five minutes, and all of them must breach. `below` is for what runs out."""

    name: str
    metric: cloudwatch.IMetric
    threshold: float
    says: str
    periods: int = 1
    below: bool = False


class Observability(Construct):
    """The dashboard and the alarms. With the context value `alarm_topic` these reach people; without, they are only
    to be seen in the console."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, measured: Measured, configuration: Configuration
    ) -> None:
        super().__init__(scope, construct_id)
        Dashboard(self, "Dashboard", name=name, measured=measured)
        topic = None
        if configuration.alarm_topic:
            topic = sns.Topic.from_topic_arn(self, "Topic", configuration.alarm_topic)
        for alarm in (*_of_jobs(measured), *_of_events(measured), *_of_what_it_rests_on(measured, configuration)):
            if configuration.is_local and isinstance(alarm.metric, cloudwatch.MathExpression):
                continue  # the emulator knows alarms on one metric only
            self._add(alarm, topic)

    def _add(self, alarm: _Alarm, topic: sns.ITopic | None) -> None:
        comparison = cloudwatch.ComparisonOperator
        made = cloudwatch.Alarm(
            self,
            alarm.name,
            alarm_name=f"{Stack.of(self).stack_name}-{alarm.name}",
            metric=alarm.metric,
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            comparison_operator=(
                comparison.LESS_THAN_OR_EQUAL_TO_THRESHOLD
                if alarm.below
                else comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{alarm.says} What to do: {RUNBOOK}#{alarm.name.lower()}",
        )
        if topic is not None:
            made.add_alarm_action(actions.SnsAction(topic))
            made.add_ok_action(actions.SnsAction(topic))


def _of_jobs(measured: Measured) -> list[_Alarm]:
    return [
        _Alarm("JobsFailByUs", measured.own("JobsFailedByUs"), 1, "A job failed through no fault of its caller."),
        _Alarm("JobsFail", measured.own("JobsFailed"), 10, "Ten jobs or more failed within five minutes."),
        _Alarm(
            "JobsStuckPending",
            measured.own("OldestWaitSeconds", "Maximum"),
            60 * 60,
            "A job has been waiting for an hour to be started.",
            periods=2,
        ),
        _Alarm(
            "JobsTimeOut",
            measured.machine.metric_timed_out(period=PERIOD),
            1,
            "A job ran into its workflow's time limit.",
        ),
    ]


def _of_events(measured: Measured) -> list[_Alarm]:
    return [
        _Alarm(
            "EventsUndelivered", measured.undelivered_events(), 1, "An event was given up on after all its retries."
        ),
        _Alarm("EventsLost", measured.lost_events(), 1, "An event could not even be kept as undelivered."),
        _Alarm(
            "EventsLate",
            measured.stream_age(),
            5 * 60 * 1000,
            "Changes of jobs have not been published for five minutes or more.",
            periods=2,
        ),
    ]


def _of_what_it_rests_on(measured: Measured, configuration: Configuration) -> list[_Alarm]:
    # A step raises for the caller's faults as well: those that must not fail are the others, and settling.
    never_failing = (*measured.api_functions, "publish_events", "settle_job")
    alarms = [
        _Alarm(
            "ApiFails",
            measured.rest_api.metric_server_error(period=PERIOD),
            3,
            "The API answered with errors of its own.",
        ),
        _Alarm(
            "FunctionsFail", measured.errors(never_failing), 3, "Functions ended with an error that no caller caused."
        ),
        _Alarm(
            "EndpointsThrottled",
            measured.throttles((*measured.api_functions, "publish_events")),
            10,
            "Lambda refused to run the API's functions.",
        ),
        _Alarm(
            "SweepFails",
            measured.functions["sweep"].metric_errors(period=PERIOD),
            1,
            "What slipped through is not being swept up.",
            periods=3,
        ),
        _Alarm("StepsThrottled", measured.throttles((*STEPS, "sweep")), 10, "Lambda refused to run steps of jobs."),
        _Alarm(
            "ExecutionsThrottled",
            measured.machine.metric_throttled(period=PERIOD),
            10,
            "Step Functions holds back the executions of jobs.",
        ),
        _Alarm("TableThrottled", measured.table_throttles(), 10, "DynamoDB refused requests to the table of jobs."),
    ]
    if measured.server is not None:
        alarms.append(
            _Alarm(
                "TargetDiskLow",
                measured.server.metric_free_storage_space(period=PERIOD, statistic="Minimum"),
                # It grows by itself when a tenth is left, if it still may.
                configuration.database_storage_gib * _GIB / 20,
                "The target server has hardly any disk left, and has not grown.",
                periods=3,
                below=True,
            )
        )
    return alarms
