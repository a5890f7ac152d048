"""The state machine: statemachine/filtered_database.asl.json with the functions put in."""

from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledge import UNNAMED, acknowledge_resource
from infra.configuration import Configuration
from infra.logs import log_group
from infra.packaging import PROJECT

DEFINITION = PROJECT / "statemachine" / "filtered_database.asl.json"

# How long Step Functions may use one data key: as long as it takes a revoked key to be without effect.
_DATA_KEY_REUSE = Duration.minutes(5)

# What the definition calls, by the names in its ${…}.
STEPS = (
    "plan_job",
    "keep_snapshot",
    "prepare_target",
    "copy_worker",
    "finalize_job",
    "settle_job",
)


def state_machine_name(scope: Construct) -> str:
    """Known before the machine is made, since functions that it calls start and stop its executions."""
    return f"{Stack.of(scope).stack_name}-filtered-database"


class Workflow(Construct):
    """An execution a job, of the job's name. Its role can invoke the steps and nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: dict[str, lambda_.Function],
        configuration: Configuration,
        encryption_key: kms.IKey | None,
        definition: Path = DEFINITION,
    ) -> None:
        super().__init__(scope, construct_id)
        steps = {name: functions[name].function_arn for name in STEPS}
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            description="Invokes the steps of a job",
        )
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(steps.values())))
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=state_machine_name(self),
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(definition.read_text(encoding="utf-8")),
            definition_substitutions=steps,
            role=role,
            tracing_enabled=True,
            encryption_configuration=(
                sfn.CustomerManagedEncryptionConfiguration(encryption_key, _DATA_KEY_REUSE) if encryption_key else None
            ),
            logs=sfn.LogOptions(
                destination=log_group(self, "Log", "executions", configuration, encryption_key),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge_resource(role, UNNAMED, "Log deliveries and X-Ray's segments have no ARN to name.")
