"""Needs nothing running. What a deployment stores, and how it is protected."""

from datavalut.aws import job_items
from infra.jobs_table import INDEXES
from tests.infra.template import Template


def test_the_table_can_be_restored_to_any_moment_and_is_not_deleted_by_accident(aws: Template) -> None:
    table = aws.only("AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"


def test_the_table_has_the_keys_that_the_store_writes(aws: Template) -> None:
    table = aws.only("AWS::DynamoDB::Table")
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    indexes = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        job_items.BY_OWNER: ["gsi1pk", "gsi1sk"],
        job_items.BY_OWNER_AND_STATUS: ["gsi2pk", "gsi2sk"],
    }
    assert set(INDEXES) == set(indexes)
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_everything_stored_in_aws_is_encrypted_by_the_deployments_key(aws: Template) -> None:
    (key,) = aws.resources("AWS::KMS::Key")
    by_key = {"Fn::GetAtt": [key, "Arn"]}
    assert aws.only("AWS::DynamoDB::Table")["SSESpecification"]["KMSMasterKeyId"] == by_key
    assert aws.only("AWS::RDS::DBInstance")["KmsKeyId"] == by_key
    for secret in aws.resources("AWS::SecretsManager::Secret").values():
        assert secret["KmsKeyId"] == by_key
    assert aws.only("AWS::Events::EventBus")["KmsKeyIdentifier"] == by_key
    assert aws.only("AWS::SQS::Queue")["KmsMasterKeyId"] == by_key
    assert aws.only("AWS::StepFunctions::StateMachine")["EncryptionConfiguration"] == {
        "Type": "CUSTOMER_MANAGED_KMS_KEY",
        "KmsKeyId": by_key,
        "KmsDataKeyReusePeriodSeconds": 300,
    }
    for group in aws.resources("AWS::Logs::LogGroup").values():
        assert group["KmsKeyId"] == by_key
        assert group["RetentionInDays"] == 90
    for function in aws.functions().values():
        assert function["Environment"]["Variables"]["SECRET_KEY_ARN"] == by_key


def test_the_key_lets_the_logs_of_the_deployment_use_it_and_no_others(aws: Template) -> None:
    statements = aws.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (logs,) = (it for it in statements if "Condition" in it and "aws:logs:arn" in str(it["Condition"]))
    pattern = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Join"][1][-1]
    assert pattern == ":log-group:/DataValut/*"
    for group in aws.resources("AWS::Logs::LogGroup").values():
        assert group["LogGroupName"].startswith("/DataValut/")


def test_events_that_cannot_be_delivered_can_be_encrypted(aws: Template) -> None:
    statements = aws.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    events = [it for it in statements if it["Principal"] == {"Service": "events.amazonaws.com"}]
    (to_queues,) = (it for it in events if "kms:EncryptionContext" not in str(it["Condition"]))
    assert set(to_queues["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert to_queues["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_key_lets_eventbridge_use_it_for_the_deployments_bus_and_no_other(aws: Template) -> None:
    statements = aws.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (bus,) = (it for it in statements if "aws:events:event-bus:arn" in str(it.get("Condition")))
    wanted = bus["Condition"]["StringEquals"]
    assert wanted["aws:SourceArn"] == wanted["kms:EncryptionContext:aws:events:event-bus:arn"]
    assert wanted["aws:SourceArn"]["Fn::Join"][1][-1] == ":event-bus/DataValut-jobs"


def test_the_state_machine_may_use_the_key_for_its_own_data(aws: Template) -> None:
    (role,) = aws.only("AWS::StepFunctions::StateMachine")["RoleArn"]["Fn::GetAtt"][:1]
    (own,) = (it for it in aws.statements(role) if "aws:states:stateMachineArn" in str(it.get("Condition")))
    assert set(own["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    (arn,) = own["Condition"]["StringEquals"].values()
    assert arn["Fn::Join"][1][-1] == ":stateMachine:DataValut-filtered-database"


def test_the_key_turns_every_year(aws: Template) -> None:
    assert aws.only("AWS::KMS::Key")["EnableKeyRotation"] is True


def test_the_target_server_is_private_encrypted_and_takes_tls_only(aws: Template) -> None:
    instance = aws.only("AWS::RDS::DBInstance")
    assert instance["Engine"] == "postgres"
    assert instance["EngineVersion"].startswith("17.")
    assert instance["PubliclyAccessible"] is False
    assert instance["StorageEncrypted"] is True
    assert instance["DeletionProtection"] is True
    assert instance["MaxAllocatedStorage"] > int(instance["AllocatedStorage"])
    assert aws.only("AWS::RDS::DBParameterGroup")["Parameters"]["rds.force_ssl"] == "1"


def test_the_planner_knows_how_big_the_target_servers_disk_is(aws: Template, local: Template) -> None:
    instance = aws.only("AWS::RDS::DBInstance")
    variables = aws.functions()["plan_job"]["Environment"]["Variables"]
    assert variables["TARGET_STORAGE_GIB"] == instance["AllocatedStorage"]
    assert variables["TARGET_STORAGE_LIMIT_GIB"] == str(instance["MaxAllocatedStorage"])
    assert "TARGET_STORAGE_GIB" not in local.functions()["plan_job"]["Environment"]["Variables"]


def test_no_password_stands_in_a_template(aws: Template, local: Template) -> None:
    for template in (aws, local):
        for function in template.functions().values():
            assert not any("PASSWORD" in name for name in function["Environment"]["Variables"])
    parameter = local.content["Parameters"]["TargetConnection"]
    assert parameter["NoEcho"] is True
    assert "Default" not in parameter
