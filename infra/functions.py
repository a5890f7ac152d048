"""The functions, and what each may do: its own role, with its own actions on its own resources."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import certificates
from infra.acknowledge import UNNAMED, acknowledge, acknowledge_resource
from infra.configuration import Configuration
from infra.jobs_table import INDEXES
from infra.logs import log_group
from infra.network import Network
from infra.packaging import Bundles

LONGEST = Duration.seconds(900)
_SETTLING = Duration.seconds(300)

# A transaction needs the permissions of its parts; there is none of its own.
_GET_JOB = ("dynamodb:GetItem",)
_QUERY_JOBS = ("dynamodb:Query",)
_PUT_JOB = ("dynamodb:PutItem",)
_UPDATE_JOB = ("dynamodb:UpdateItem",)
# Whoever begins or ends a job, or gives its slot to the next: items of several kinds come and go with that.
_MOVE_JOBS = (*_GET_JOB, *_QUERY_JOBS, *_PUT_JOB, *_UPDATE_JOB, "dynamodb:DeleteItem")
_READ_SECRET = ("secretsmanager:GetSecretValue",)
_CREATE_SECRET = ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue")  # the latter when it is there already
_DELETE_SECRET = ("secretsmanager:DeleteSecret",)
_READ_ENVIRONMENT = ("kms:Decrypt",)
_USE_KEY = (*_READ_ENVIRONMENT, "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey")

_LENDING_TAG = "datavalut:source"  # as datavalut.aws.secrets has it


@dataclass(frozen=True)
class Resources:
    """What functions work on. `root_certificates` is where they find those of the target server, None where it is on
    the same machine."""

    table: dynamodb.ITable
    bus: events.IEventBus
    target_secret_arn: str
    root_certificates: str | None
    page_token_secret_arn: str
    openai_secret: secretsmanager.ISecret | None
    request_secrets: str
    result_secrets: str
    state_machine_name: str
    encryption_key: kms.IKey | None
    network: Network | None


class Functions(Construct):
    """`by_name` holds each function by the name of its folder."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bundles: Bundles,
        configuration: Configuration,
        resources: Resources,
    ) -> None:
        super().__init__(scope, construct_id)
        self._bundles = bundles
        self._configuration = configuration
        self._resources = resources
        self._runtime = lambda_.Runtime.PYTHON_3_13
        self._architecture = (
            lambda_.Architecture.ARM_64 if configuration.architecture == "arm64" else lambda_.Architecture.X86_64
        )
        self._api_layers = [
            self._layer("Library", str(bundles.library), "The datavalut package"),
            self._layer("Api", str(bundles.api), "What every function needs"),
        ]
        self._database_layers = [
            *self._api_layers,
            self._layer("Database", str(bundles.database), "Database drivers, pg_dump and the OpenAI client"),
        ]
        if resources.root_certificates is not None:
            about = "The certificates by which the target server proves who it is"
            self._database_layers.append(self._layer("Certificates", str(certificates.folder()), about))
        self.by_name: dict[str, lambda_.Function] = {}

        stack = Stack.of(self)
        self._table = resources.table.table_arn
        self._table_and_indexes = (self._table, *(f"{self._table}/index/{name}" for name in INDEXES))
        self._machine = stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=resources.state_machine_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self._machine_environment = {"STATE_MACHINE_ARN": self._machine}
        self._executions = stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{resources.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self._add_endpoints(resources)
        self._add_steps(resources)
        self._add_publisher(resources)
        if bundles.authorizer is not None and configuration.takes_tokens:
            self._add_authorizer(str(bundles.authorizer))

    def _add_endpoints(self, resources: Resources) -> None:
        machine = self._machine_environment
        page_token = resources.page_token_secret_arn

        create_job = self._api_function(
            "create_job",
            "Accepts a job and starts its execution",
            machine | {"PAGE_TOKEN_SECRET_ARN": page_token},
            on_all="A secret that a caller lends may be any: a condition asks for the tag by which it does.",
        )
        self._allow(create_job, _MOVE_JOBS, (self._table,))
        self._allow(create_job, (*_CREATE_SECRET, *_DELETE_SECRET), (resources.request_secrets,))
        self._allow(create_job, _READ_SECRET, (page_token,))
        self._allow(create_job, ("states:StartExecution",), (self._machine,))
        self._allow_lent_secrets(create_job)

        get_job = self._api_function("get_job", "Shows a job", {})
        self._allow(get_job, (*_GET_JOB, *_QUERY_JOBS), (self._table,))
        self._allow(get_job, _READ_SECRET, (resources.result_secrets,))

        list_jobs = self._api_function("list_jobs", "Lists a caller's jobs", {"PAGE_TOKEN_SECRET_ARN": page_token})
        self._allow(list_jobs, _QUERY_JOBS, self._table_and_indexes)
        self._allow(list_jobs, _READ_SECRET, (page_token,))

        cancel_job = self._api_function("cancel_job", "Cancels a job and stops its execution", machine)
        self._allow(cancel_job, _MOVE_JOBS, (self._table,))
        self._allow(cancel_job, _DELETE_SECRET, (resources.request_secrets,))
        self._allow(cancel_job, ("states:StartExecution",), (self._machine,))  # of the job that gets its slot
        self._allow(cancel_job, ("states:StopExecution",), (self._executions,))

    def _add_steps(self, resources: Resources) -> None:
        requests, results = resources.request_secrets, resources.result_secrets
        admin = resources.target_secret_arn
        target = {"TARGET_SECRET_ARN": admin}

        plan_job = self._step(
            "plan_job",
            "Plans the filter",
            target
            | {"COPY_WORKERS": str(self._configuration.copy_workers)}
            | self._target_storage()
            | self._planner_environment(),
            memory=2048,
        )
        self._allow(plan_job, _MOVE_JOBS, (self._table,))
        self._allow(plan_job, _READ_SECRET, (requests, admin))
        if resources.openai_secret is not None:
            resources.openai_secret.grant_read(plan_job)

        keep_snapshot = self._step("keep_snapshot", "Holds the source's snapshot open", self._keeper_environment())
        self._allow(keep_snapshot, (*_GET_JOB, *_UPDATE_JOB), (self._table,))
        self._allow(keep_snapshot, _READ_SECRET, (requests,))

        prepare_target = self._step("prepare_target", "Creates the database and its schema", target)
        self._allow(prepare_target, (*_GET_JOB, *_QUERY_JOBS, *_UPDATE_JOB), (self._table,))
        self._allow(prepare_target, _READ_SECRET, (requests, admin))
        self._allow(prepare_target, _CREATE_SECRET, (results,))

        copy_worker = self._step("copy_worker", "Copies rows, builds indexes and validates keys", {}, memory=2048)
        self._allow(copy_worker, (*_GET_JOB, *_QUERY_JOBS, *_UPDATE_JOB), (self._table,))
        self._allow(copy_worker, _READ_SECRET, (requests, results))

        finalize_job = self._step("finalize_job", "Verifies the database and names it", target)
        self._allow(finalize_job, _MOVE_JOBS, (self._table,))
        self._allow(finalize_job, _READ_SECRET, (results, admin))
        self._allow(finalize_job, (*_CREATE_SECRET, *_DELETE_SECRET), (results,))

        settle_job = self._step(
            "settle_job", "Ends a job, whatever ended it", target | self._machine_environment, timeout=_SETTLING
        )
        self._allow(settle_job, _MOVE_JOBS, (self._table,))
        self._allow(settle_job, ("states:StartExecution",), (self._machine,))  # of the job that gets its slot
        self._allow(settle_job, _READ_SECRET, (requests, admin))
        self._allow(settle_job, _DELETE_SECRET, (requests, results))

        sweep = self._step(
            "sweep",
            "Ends what slipped through",
            target | self._machine_environment,
            timeout=LONGEST,
            on_all="For ListSecrets, which tells names only, AWS knows no resource.",
        )
        self._allow(sweep, (*_MOVE_JOBS, "dynamodb:BatchGetItem"), (self._table,))
        self._allow(sweep, _READ_SECRET, (requests, admin))
        self._allow(sweep, _DELETE_SECRET, (requests, results))
        self._allow(sweep, ("secretsmanager:ListSecrets",), (UNNAMED,))
        self._allow(sweep, ("states:StartExecution", "states:ListExecutions"), (self._machine,))
        self._allow(sweep, ("states:StopExecution", "states:DescribeExecution"), (self._executions,))

    def _add_publisher(self, resources: Resources) -> None:
        bus = {"EVENT_BUS_NAME": resources.bus.event_bus_name}
        publish_events = self._api_function(
            "publish_events",
            "Publishes each change of a job; forgets old ones",
            bus,
            on_all="For ListStreams AWS knows no resource.",
        )
        self._allow(publish_events, (*_GET_JOB, *_PUT_JOB, *_UPDATE_JOB), (self._table,))
        self._allow(publish_events, _DELETE_SECRET, (resources.result_secrets,))  # of jobs that have lapsed
        self._allow(publish_events, ("events:PutEvents",), (resources.bus.event_bus_arn,))

    def _add_authorizer(self, layer: str) -> None:
        """It may do nothing at all, but log, and read its own environment, which the deployment's key has encrypted."""
        configuration = self._configuration
        environment = {
            "JWT_ISSUER": configuration.jwt_issuer,
            "JWT_AUDIENCE": configuration.jwt_audience,
            "JWT_KEYS_URL": configuration.jwt_keys_url,
        }
        self._function(
            "authorize_caller",
            "Knows callers by their tokens",
            self._telemetry_environment() | {name: value for name, value in environment.items() if value},
            layers=[*self._api_layers, self._layer("Authorizer", layer, "What checks tokens")],
            network=None,
            memory=512,
            timeout=Duration.seconds(15),
            key_actions=_READ_ENVIRONMENT,
        )

    def _keeper_environment(self) -> dict[str, str]:
        seconds = self._configuration.snapshot_keeper_seconds
        return {"SNAPSHOT_KEEPER_SECONDS": str(seconds)} if seconds else {}

    def _target_storage(self) -> dict[str, str]:
        """Nothing of a server that is not ours."""
        if self._configuration.is_local:
            return {}
        return {
            "TARGET_STORAGE_GIB": str(self._configuration.database_storage_gib),
            "TARGET_STORAGE_LIMIT_GIB": str(self._configuration.database_storage_limit_gib),
        }

    def _planner_environment(self) -> dict[str, str]:
        choices = {
            "PLANNER": self._configuration.planner,
            "PLANNER_FALLBACK": self._configuration.planner_fallback,
            "PLANNER_SHARE_VALUES": str(self._configuration.planner_share_values).lower(),
            "PLANNER_SCHEMA_TOKENS": str(self._configuration.planner_schema_tokens),
            "PLANNER_REQUEST_SECONDS": str(self._configuration.planner_request_seconds),
            "OPENAI_MODEL": self._configuration.openai_model,
        }
        if self._resources.openai_secret is not None:
            choices["OPENAI_API_KEY_SECRET_ARN"] = self._resources.openai_secret.secret_arn
        if self._configuration.openai_base_url:
            choices["OPENAI_BASE_URL"] = self._configuration.openai_base_url
        return choices

    def _api_function(
        self, name: str, description: str, environment: dict[str, str], *, on_all: str = ""
    ) -> lambda_.Function:
        """Outside the VPC: a quick start, and no way to any database."""
        return self._function(
            name,
            description,
            self._common_environment() | environment,
            layers=self._api_layers,
            network=None,
            memory=1024,
            timeout=Duration.seconds(29),  # API Gateway waits no longer
            on_all=on_all,
        )

    def _step(
        self,
        name: str,
        description: str,
        environment: dict[str, str],
        *,
        memory: int = 1024,
        timeout: Duration = LONGEST,
        on_all: str = "",
    ) -> lambda_.Function:
        """A step of the workflow: near the databases, and for long."""
        return self._function(
            name,
            description,
            self._common_environment() | self._server_environment() | environment,
            layers=self._database_layers,
            network=self._resources.network,
            memory=memory,
            timeout=timeout,
            on_all=on_all,
        )

    def _server_environment(self) -> dict[str, str]:
        networks = {
            "SOURCE_ALLOWED_NETWORKS": self._configuration.source_allowed_networks,
            "SOURCE_DENIED_NETWORKS": self._configuration.source_denied_networks,
        }
        certificates = {"TARGET_ROOT_CERTIFICATES": self._resources.root_certificates or ""}
        return {name: value for name, value in (networks | certificates).items() if value}

    def _function(
        self,
        name: str,
        description: str,
        environment: dict[str, str],
        *,
        layers: Sequence[lambda_.ILayerVersion],
        network: Network | None,
        memory: int,
        timeout: Duration,
        key_actions: Sequence[str] = _USE_KEY,
        on_all: str = "",
    ) -> lambda_.Function:
        """`on_all` is why the function may do more than any other on all resources."""
        construct_id = "".join(part.capitalize() for part in name.split("_"))
        encryption_key = self._resources.encryption_key
        logs = log_group(self, f"{construct_id}Log", f"function/{name}", self._configuration, encryption_key)
        role = iam.Role(
            self,
            f"{construct_id}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {name} may do",
        )
        function = lambda_.Function(
            self,
            construct_id,
            function_name=f"{Stack.of(self).stack_name}-{name}",
            description=description,
            runtime=self._runtime,
            architecture=self._architecture,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(self._bundles.functions / name), exclude=["__pycache__", "*.pyc"]),
            layers=list(layers),
            environment=environment,
            environment_encryption=encryption_key,
            role=role,
            memory_size=memory,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=logs,
            logging_format=lambda_.LoggingFormat.TEXT,  # powertools writes JSON already
            vpc=network.vpc if network else None,
            vpc_subnets=network.worker_subnets if network else None,
            security_groups=[network.workers] if network else None,
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[logs.log_group_arn])
        )
        if network:
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=[
                        "ec2:CreateNetworkInterface",
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSubnets",
                        "ec2:DeleteNetworkInterface",
                        "ec2:AssignPrivateIpAddresses",
                        "ec2:UnassignPrivateIpAddresses",
                    ],
                    resources=["*"],
                )
            )
        if encryption_key is not None:
            self._allow(function, key_actions, (encryption_key.key_arn,))
        traced = (
            "X-Ray's segments, and the network interfaces of a function in a VPC," if network else "X-Ray's segments"
        )
        acknowledge_resource(role, UNNAMED, f"{traced} have no ARN to name. {on_all}".strip())
        acknowledge(function, "AwsSolutions-L1", "The newest Python that all dependencies have wheels for.")
        self.by_name[name] = function
        return function

    def _common_environment(self) -> dict[str, str]:
        configuration = self._configuration
        environment = {
            "JOBS_TABLE": self._resources.table.table_name,
            "SECRET_PREFIX": configuration.secret_prefix,
            "JOB_RETENTION_DAYS": str(configuration.retention),
            "CONCURRENT_JOBS": str(configuration.concurrent_jobs),
        }
        if self._resources.encryption_key is not None:
            environment["SECRET_KEY_ARN"] = self._resources.encryption_key.key_arn
        if configuration.is_local:
            environment["LOCAL_OWNER"] = "local"  # there are no callers to tell apart
        return environment | self._telemetry_environment()

    def _telemetry_environment(self) -> dict[str, str]:
        environment = {
            "POWERTOOLS_SERVICE_NAME": "datavalut",
            "POWERTOOLS_METRICS_NAMESPACE": "DataValut",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }
        if self._configuration.is_local:
            environment["POWERTOOLS_TRACE_DISABLED"] = "true"  # there is no X-Ray daemon to send to
        return environment

    def _layer(self, name: str, folder: str, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            f"{name}Layer",
            code=lambda_.Code.from_asset(folder),
            description=description,
            compatible_runtimes=[self._runtime],
            compatible_architectures=[self._architecture],
        )

    @staticmethod
    def _allow_lent_secrets(function: lambda_.Function) -> None:
        """A caller may keep its source's connection in a secret of its own, and lends it to us by a tag."""
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=["*"],
                conditions={"Null": {f"secretsmanager:ResourceTag/{_LENDING_TAG}": "false"}},
            )
        )

    @staticmethod
    def _allow(function: lambda_.Function, actions: Sequence[str], resources: Sequence[str]) -> None:
        function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
        for resource in resources:
            if resource.endswith("*") and resource != UNNAMED and function.role is not None:
                acknowledge_resource(function.role, resource, "Each job's secrets and execution bear the job's name.")
