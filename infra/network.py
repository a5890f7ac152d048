"""The network in AWS: who can talk to whom."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.configuration import Configuration
from infra.logs import log_group

POSTGRES_PORT = 5432

_ENDPOINT_SERVICES = {
    "SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Kms": ec2.InterfaceVpcEndpointAwsService.KMS,
    "StepFunctions": ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
    "EventBridge": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
}


class Network(Construct):
    """A VPC over two availability zones: subnets `workers` for the functions that speak to databases, with a way out
    to sources on the internet through NAT, and isolated subnets `database` for the target server.

    A source may listen on any port of any host, so workers may open TCP connections to everywhere; which addresses a
    caller may name is decided by the functions after name resolution (SOURCE_DENIED_NETWORKS), since no security
    group can forbid an address. Nothing can open a connection to a worker.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, configuration: Configuration, encryption_key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=configuration.nat_gateways,
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="exit", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False),
                ec2.SubnetConfiguration(
                    name="workers",
                    subnet_type=(
                        ec2.SubnetType.PRIVATE_WITH_EGRESS
                        if configuration.nat_gateways
                        else ec2.SubnetType.PRIVATE_ISOLATED
                    ),
                ),
                ec2.SubnetConfiguration(name="database", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            ],
            gateway_endpoints={
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
            },
        )
        self._record_traffic(configuration, encryption_key)
        self.worker_subnets = ec2.SubnetSelection(subnet_group_name="workers")
        self.database_subnets = ec2.SubnetSelection(subnet_group_name="database")

        self.workers = ec2.SecurityGroup(
            self,
            "Workers",
            vpc=self.vpc,
            description="Functions that speak to databases",
            allow_all_outbound=False,
        )
        self.workers.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.all_tcp(), "sources, which may listen anywhere")
        self.database = ec2.SecurityGroup(
            self, "Database", vpc=self.vpc, description="The target server", allow_all_outbound=False
        )
        self.database.add_ingress_rule(self.workers, ec2.Port.tcp(POSTGRES_PORT), "workers")
        self._add_endpoints(configuration)

    def _record_traffic(self, configuration: Configuration, encryption_key: kms.IKey | None) -> None:
        role = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        flow_log = self.vpc.add_flow_log(
            "Rejected",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                log_group(self, "RejectedTraffic", "rejected-traffic", configuration, encryption_key), role
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        flow_log.node.add_dependency(role)

    def _add_endpoints(self, configuration: Configuration) -> None:
        """Private ways to AWS's services. In one zone by default: each costs by the hour and by the zone, and from
        the other zone they can be reached as well."""
        if not configuration.interface_endpoint_zones:
            return
        endpoints = ec2.SecurityGroup(
            self, "Endpoints", vpc=self.vpc, description="Endpoints of AWS services", allow_all_outbound=False
        )
        endpoints.add_ingress_rule(self.workers, ec2.Port.tcp(443), "workers")
        subnets = self.vpc.select_subnets(subnet_group_name="workers").subnets[: configuration.interface_endpoint_zones]
        for name, service in _ENDPOINT_SERVICES.items():
            endpoint = self.vpc.add_interface_endpoint(
                name,
                service=service,
                subnets=ec2.SubnetSelection(subnets=subnets),
                security_groups=[endpoints],
                open=False,
            )
            endpoint.add_to_policy(
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()],
                    actions=["*"],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:PrincipalAccount": Stack.of(self).account}},
                )
            )
