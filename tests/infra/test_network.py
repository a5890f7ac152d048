"""Needs nothing running. Who can talk to whom in AWS, and that nobody has to locally."""

import pytest

from tests.infra.conftest import FUNCTIONS
from tests.infra.template import Template

OUTSIDE = {"create_job", "get_job", "list_jobs", "cancel_job", "publish_events"}


def test_the_steps_are_in_the_network_and_the_endpoints_outside(aws: Template) -> None:
    inside = {name for name, function in aws.functions().items() if "VpcConfig" in function}
    assert inside == set(FUNCTIONS) - OUTSIDE


def test_only_workers_reach_the_target_server(aws: Template) -> None:
    groups = aws.resources("AWS::EC2::SecurityGroup")
    ingress = aws.resources("AWS::EC2::SecurityGroupIngress").values()
    inline = [rule for group in groups.values() for rule in group.get("SecurityGroupIngress", [])]
    assert not inline
    (workers,) = (name for name, group in groups.items() if "speak to databases" in group["GroupDescription"])
    assert {rule["FromPort"] for rule in ingress} == {5432, 443}
    for rule in ingress:
        assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": [workers, "GroupId"]}


def test_the_target_server_opens_no_connections(aws: Template) -> None:
    groups = aws.resources("AWS::EC2::SecurityGroup").values()
    (server,) = (group for group in groups if group["GroupDescription"] == "The target server")
    (nowhere,) = server["SecurityGroupEgress"]
    assert nowhere["CidrIp"] == "255.255.255.255/32"


@pytest.mark.parametrize("service", ["dynamodb", "secretsmanager", "kms", "states", "events", "logs"])
def test_awss_services_are_reached_privately(aws: Template, service: str) -> None:
    names = [str(endpoint["ServiceName"]) for endpoint in aws.resources("AWS::EC2::VPCEndpoint").values()]
    assert any(f".{service}" in name for name in names)


def test_locally_there_is_no_network_no_server_and_no_key(local: Template) -> None:
    assert not any(kind.startswith(("AWS::EC2::", "AWS::RDS::", "AWS::KMS::")) for kind in local.kinds())
    assert not any("VpcConfig" in function for function in local.functions().values())


def test_only_locally_there_is_an_owner_of_all_jobs(aws: Template, local: Template) -> None:
    for name in FUNCTIONS:
        assert "LOCAL_OWNER" not in aws.functions()[name]["Environment"]["Variables"]
        assert local.functions()[name]["Environment"]["Variables"]["LOCAL_OWNER"] == "local"
