"""The whole deployment, as one stack."""

from typing import Any

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from infra.api import Api
from infra.configuration import Configuration
from infra.encryption import Encryption
from infra.events import EventBus, JobEvents, Undelivered
from infra.functions import Functions, Resources
from infra.jobs_table import JobsTable
from infra.measures import Measured
from infra.network import Network
from infra.observability import Observability
from infra.packaging import Bundles
from infra.secrets import Secrets
from infra.sweep import SweepSchedule
from infra.target_database import GivenTarget, RdsTarget
from infra.workflow import Workflow, state_machine_name

NAME = "DataValut"


class DataValutStack(Stack):
    """In AWS everything; locally the same without the network, the database server and the encryption key, which the
    emulator's host stands for."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        configuration: Configuration,
        bundles: Bundles,
        **options: Any,
    ) -> None:
        super().__init__(scope, construct_id, description="Filtered PostgreSQL databases from a sentence", **options)
        Tags.of(self).add("application", "datavalut")

        key = None if configuration.is_local else Encryption(self, "Encryption").key
        table = JobsTable(
            self,
            "Jobs",
            encryption_key=key,
            deletion_protection=configuration.deletion_protection and not configuration.is_local,
        ).table
        undelivered = Undelivered(self, "Undelivered", encryption_key=key).queue
        bus = EventBus(self, "Events", name=f"{self.stack_name}-jobs", undelivered=undelivered, encryption_key=key).bus
        secrets = Secrets(self, "Secrets", configuration=configuration, encryption_key=key)
        network: Network | None = None
        target: RdsTarget | GivenTarget
        if key is None:
            target = GivenTarget(self, "Target", secret_name=f"{configuration.secret_prefix}/target")
        else:
            network = Network(self, "Network", configuration=configuration, encryption_key=key)
            target = RdsTarget(self, "Target", network=network, configuration=configuration, encryption_key=key)

        functions = Functions(
            self,
            "Functions",
            bundles=bundles,
            configuration=configuration,
            resources=Resources(
                table=table,
                bus=bus,
                target_secret_arn=target.secret_arn,
                root_certificates=target.root_certificates,
                page_token_secret_arn=secrets.page_token_arn,
                openai_secret=secrets.openai,
                request_secrets=secrets.request_arn,
                result_secrets=secrets.result_arn,
                state_machine_name=state_machine_name(self),
                encryption_key=key,
                network=network,
            ),
        ).by_name
        machine = Workflow(
            self, "Workflow", functions=functions, configuration=configuration, encryption_key=key
        ).machine
        api = Api(self, "Api", functions=functions, configuration=configuration, encryption_key=key)
        job_events = JobEvents(
            self,
            "JobEvents",
            table=table,
            machine=machine,
            publish_events=functions["publish_events"],
            settle_job=functions["settle_job"],
            undelivered=undelivered,
            encryption_key=key,
        )
        SweepSchedule(self, "Sweep", sweep=functions["sweep"])
        Observability(
            self,
            "Observability",
            name=self.stack_name,
            measured=Measured(
                rest_api=api.rest_api,
                machine=machine,
                functions=functions,
                undelivered=undelivered,
                execution_ended=job_events.execution_ended,
                table=table,
                server=target.instance,
            ),
            configuration=configuration,
        )
        for name, value, description in (
            ("ApiId", api.rest_api.rest_api_id, "The REST API"),
            ("JobsTableName", table.table_name, "The table of jobs"),
            ("StateMachineArn", machine.state_machine_arn, "The workflow; an execution a job"),
            ("EventBusName", bus.event_bus_name, "Where changes of jobs are published"),
            ("TargetSecretArn", target.secret_arn, "The target server's admin connection"),
        ):
            CfnOutput(self, name, value=value, description=description)
