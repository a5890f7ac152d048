"""What happens comes and goes by events: executions that ended come in, changes of jobs go out."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledge import acknowledge, acknowledge_action


class Undelivered(Construct):
    """Where events wait that could not be delivered after all retries, or not even be encrypted: for two weeks."""

    def __init__(self, scope: Construct, construct_id: str, *, encryption_key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.KMS if encryption_key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=encryption_key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(self.queue, "AwsSolutions-SQS3", "It is the dead-letter queue itself.")


class EventBus(Construct):
    """Where integrations listen for `datavalut.jobs`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        undelivered: sqs.IQueue,
        encryption_key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=name,
            description="Changes of DataValut's jobs",
            kms_key=encryption_key,
            # With a key of one's own, an event is lost without this while the key cannot be used.
            dead_letter_queue=undelivered if encryption_key else None,
        )
        if encryption_key:
            undelivered.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("events.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[undelivered.queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": self.bus.event_bus_arn}},
                )
            )


class JobEvents(Construct):
    """Every change of the table reaches `publish_events`, in order, until it has been published. Every execution that
    ended reaches `settle_job`. What still fails after its retries goes to `undelivered`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table: dynamodb.ITable,
        machine: sfn.IStateMachine,
        publish_events: lambda_.Function,
        settle_job: lambda_.Function,
        undelivered: sqs.IQueue,
        encryption_key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        for sender in (publish_events, settle_job):
            if encryption_key is not None and sender.role is not None:
                for action in ("kms:ReEncrypt*", "kms:GenerateDataKey*"):
                    acknowledge_action(sender.role, action, "Both kinds of it, on the deployment's own key alone.")

        publish_events.add_event_source(
            sources.DynamoEventSource(
                table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=50,
                on_failure=sources.SqsDlq(undelivered),
            )
        )
        settle_job.configure_async_invoke(
            on_failure=destinations.SqsDestination(undelivered), retry_attempts=2, max_event_age=Duration.hours(6)
        )
        self.execution_ended = events.Rule(
            self,
            "ExecutionEnded",
            description="Settles each job whose execution has ended",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [machine.state_machine_arn],
                    "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[
                targets.LambdaFunction(
                    settle_job,
                    dead_letter_queue=undelivered,
                    retry_attempts=185,
                    max_event_age=Duration.hours(24),
                )
            ],
        )
