"""The one table: jobs, their documents, counters and idempotency records."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

BY_OWNER = "by_owner"
BY_OWNER_AND_STATUS = "by_owner_and_status"
INDEXES = (BY_OWNER, BY_OWNER_AND_STATUS)


class JobsTable(Construct):
    """Keys `pk` and `sk`. The index `by_owner` (gsi1pk, gsi1sk) lists an owner's jobs by age, `by_owner_and_status`
    (gsi2pk, gsi2sk) those of one status. An item lapses at `expires_at`. The stream carries each change to the event
    bus."""

    def __init__(
        self, scope: Construct, construct_id: str, *, encryption_key: kms.IKey | None, deletion_protection: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=(
                dynamodb.TableEncryption.CUSTOMER_MANAGED if encryption_key else dynamodb.TableEncryption.DEFAULT
            ),
            encryption_key=encryption_key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            deletion_protection=deletion_protection,
            removal_policy=RemovalPolicy.RETAIN if deletion_protection else RemovalPolicy.DESTROY,
        )
        self.table.add_global_secondary_index(
            index_name=BY_OWNER, partition_key=_text("gsi1pk"), sort_key=_text("gsi1sk")
        )
        self.table.add_global_secondary_index(
            index_name=BY_OWNER_AND_STATUS, partition_key=_text("gsi2pk"), sort_key=_text("gsi2sk")
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
