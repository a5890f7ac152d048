"""Needs nothing running. Events in and out, and what is told to people."""

from tests.infra.template import Template


def test_every_end_of_an_execution_settles_its_job(aws: Template) -> None:
    (rule,) = (rule for rule in aws.resources("AWS::Events::Rule").values() if "EventPattern" in rule)
    assert set(rule["EventPattern"]["detail"]["status"]) == {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
    assert rule["EventPattern"]["source"] == ["aws.states"]
    (target,) = rule["Targets"]
    assert "SettleJob" in target["Arn"]["Fn::GetAtt"][0]
    assert "DeadLetterConfig" in target


def test_every_change_of_the_table_is_published_in_order_until_it_is(aws: Template) -> None:
    mapping = aws.only("AWS::Lambda::EventSourceMapping")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert "OnFailure" in mapping["DestinationConfig"]
    assert "PublishEvents" in mapping["FunctionName"]["Ref"]


def test_what_slipped_through_is_swept_up_every_few_minutes(aws: Template, local: Template) -> None:
    for template in (aws, local):
        (rule,) = (it for it in template.resources("AWS::Events::Rule").values() if "ScheduleExpression" in it)
        assert rule["ScheduleExpression"] == "rate(5 minutes)"
        (target,) = rule["Targets"]
        assert "Sweep" in target["Arn"]["Fn::GetAtt"][0]


def test_what_cannot_be_delivered_or_encrypted_is_kept(aws: Template) -> None:
    ((name, queue),) = aws.resources("AWS::SQS::Queue").items()
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    arn = {"Fn::GetAtt": [name, "Arn"]}
    assert aws.only("AWS::Events::EventBus")["DeadLetterConfig"] == {"Arn": arn}
    (policy,) = aws.resources("AWS::SQS::QueuePolicy").values()
    allowed = [it for it in policy["PolicyDocument"]["Statement"] if it["Effect"] == "Allow"]
    (bus,) = aws.resources("AWS::Events::EventBus")
    (rule,) = (name for name, it in aws.resources("AWS::Events::Rule").items() if "EventPattern" in it)
    senders = [it["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0] for it in allowed]
    assert set(senders) == {bus, rule}
    assert all(it["Principal"] == {"Service": "events.amazonaws.com"} for it in allowed)
