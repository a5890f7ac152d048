"""The target server: where filtered databases are built."""

from aws_cdk import CfnParameter, Duration, RemovalPolicy, SecretValue
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import certificates
from infra.acknowledge import acknowledge
from infra.configuration import Configuration
from infra.network import POSTGRES_PORT, Network
from infra.secrets import arn_of

ADMIN = "datavalut_admin"


class RdsTarget(Construct):
    """RDS PostgreSQL 17, encrypted, not public, and reached by TLS alone, by a certificate that functions check.
    `secret_arn` names the admin's connection as RDS writes it: host, port, username, password, dbname."""

    root_certificates = certificates.IN_FUNCTIONS

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: Network,
        configuration: Configuration,
        encryption_key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        engine = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.of("17.10", "17"))
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            instance_type=ec2.InstanceType(configuration.database_instance_class),
            vpc=network.vpc,
            vpc_subnets=network.database_subnets,
            security_groups=[network.database],
            publicly_accessible=False,
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,  # is in the bundle that functions check by
            port=POSTGRES_PORT,
            database_name="datavalut",
            credentials=rds.Credentials.from_generated_secret(ADMIN, encryption_key=encryption_key),
            parameter_group=rds.ParameterGroup(
                self,
                "Parameters",
                engine=engine,
                description="DataValut: TLS only",
                parameters={"rds.force_ssl": "1"},
            ),
            storage_encrypted=True,
            storage_encryption_key=encryption_key,
            storage_type=rds.StorageType.GP3,
            allocated_storage=configuration.database_storage_gib,
            max_allocated_storage=configuration.database_storage_limit_gib,
            multi_az=configuration.database_multi_az,
            backup_retention=Duration.days(1),
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            enable_performance_insights=True,
            performance_insight_encryption_key=encryption_key,
            deletion_protection=configuration.deletion_protection,
            removal_policy=RemovalPolicy.SNAPSHOT if configuration.deletion_protection else RemovalPolicy.DESTROY,
        )
        secret = self.instance.secret
        assert secret is not None  # noqa: S101 a generated secret is always there
        self.secret_arn = secret.secret_arn
        acknowledge(
            self.instance,
            "AwsSolutions-RDS11",
            "The port is no secret: only the workers' security group can reach it.",
        )
        if not configuration.database_multi_az:
            acknowledge(
                self.instance,
                "AwsSolutions-RDS3",
                "What is built here can be built again; -c database_multi_az=true turns the standby on.",
            )
        if not configuration.deletion_protection:
            acknowledge(
                self.instance,
                "AwsSolutions-RDS10",
                "Asked for with -c deletion_protection=false, to be able to remove it.",
            )
        acknowledge(
            self,
            "AwsSolutions-SMG4",
            "Running jobs read the admin's password once: a rotation in between would break them.",
        )


class GivenTarget(Construct):
    """A server that is there already, for the local stack. The parameter TargetConnection is the admin's connection
    as JSON, in the shape of RDS: host, port, username, password, dbname."""

    instance = None  # nothing of it is measured
    root_certificates = None  # it is on the same machine

    def __init__(self, scope: Construct, construct_id: str, *, secret_name: str) -> None:
        super().__init__(scope, construct_id)
        connection = CfnParameter(self, "TargetConnection", type="String", no_echo=True)
        connection.override_logical_id("TargetConnection")
        secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=secret_name,
            description="The target server's admin connection",
            secret_string_value=SecretValue.cfn_parameter(connection),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.secret_arn = arn_of(secret)
        acknowledge(secret, "AwsSolutions-SMG4", "The local stack's server lives on this machine alone.")
