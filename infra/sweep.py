"""What slipped through is found from time to time."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

_PERIOD = Duration.minutes(5)


class SweepSchedule(Construct):
    """Runs `sweep` every few minutes. One that fails is not repeated: the next one does all of it."""

    def __init__(self, scope: Construct, construct_id: str, *, sweep: lambda_.Function) -> None:
        super().__init__(scope, construct_id)
        sweep.configure_async_invoke(retry_attempts=0, max_event_age=_PERIOD)
        events.Rule(
            self,
            "Schedule",
            description="Ends jobs, executions, databases and secrets that slipped through",
            schedule=events.Schedule.rate(_PERIOD),
            targets=[targets.LambdaFunction(sweep, retry_attempts=0, max_event_age=_PERIOD)],
        )
