"""Needs nothing running. What is measured and told, and that docs/runbook.md has an answer to each alarm."""

import json
import re
from typing import Any

import pytest

from datavalut.aws.metric_names import NAMESPACE, MetricName
from infra.app import synthesize
from infra.measures import ENDPOINTS, STEPS
from infra.observability import RUNBOOK
from infra.packaging import PROJECT, Bundles
from tests.infra.conftest import FUNCTIONS
from tests.infra.template import Template

SECTIONS = re.findall(r"^## (\w+)$", (PROJECT / RUNBOOK).read_text(encoding="utf-8"), re.MULTILINE)


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    return {
        alarm["AlarmName"].removeprefix("DataValut-"): alarm
        for alarm in template.resources("AWS::CloudWatch::Alarm").values()
    }


def metrics_of(alarm: dict[str, Any]) -> set[str]:
    if "MetricName" in alarm:
        return {alarm["MetricName"]}
    return {it["MetricStat"]["Metric"]["MetricName"] for it in alarm["Metrics"] if "MetricStat" in it}


def test_each_alarm_leads_to_its_section_of_the_runbook(aws: Template) -> None:
    for name, alarm in alarms(aws).items():
        assert name in SECTIONS
        assert alarm["AlarmDescription"].endswith(f"What to do: docs/runbook.md#{name.lower()}")


def test_the_runbook_has_no_section_for_an_alarm_that_is_gone(aws: Template) -> None:
    assert set(SECTIONS) == set(alarms(aws))


def test_the_runbooks_links_lead_to_sections() -> None:
    links = re.findall(r"\]\(#(\w+)\)", (PROJECT / RUNBOOK).read_text(encoding="utf-8"))
    assert set(links) <= {section.lower() for section in SECTIONS}


@pytest.mark.parametrize(
    ("alarm", "metrics"),
    [
        ("JobsFail", {"JobsFailed"}),
        ("JobsFailByUs", {"JobsFailedByUs"}),
        ("JobsStuckPending", {"OldestWaitSeconds"}),
        ("JobsTimeOut", {"ExecutionsTimedOut"}),
        ("SweepFails", {"Errors"}),
        ("EventsUndelivered", {"ApproximateNumberOfMessagesVisible"}),
        ("EventsLost", {"InvocationsFailedToBeSentToDlq", "DestinationDeliveryFailures"}),
        ("EventsLate", {"IteratorAge"}),
        ("ApiFails", {"5XXError"}),
        ("FunctionsFail", {"Errors"}),
        ("EndpointsThrottled", {"Throttles"}),
        ("StepsThrottled", {"Throttles"}),
        ("ExecutionsThrottled", {"ExecutionThrottled"}),
        ("TableThrottled", {"ThrottledRequests"}),
        ("TargetDiskLow", {"FreeStorageSpace"}),
    ],
)
def test_an_alarm_watches_what_it_is_named_for(aws: Template, alarm: str, metrics: set[str]) -> None:
    assert metrics_of(alarms(aws)[alarm]) == metrics


def test_every_functions_throttles_are_told() -> None:
    assert set(FUNCTIONS) == {*ENDPOINTS, *STEPS, "publish_events", "sweep"}


@pytest.mark.parametrize("alarm", ["FunctionsFail", "EndpointsThrottled"])
def test_where_tokens_are_checked_the_function_that_does_is_watched_too(
    aws: Template, aws_with_tokens: Template, alarm: str
) -> None:
    def watched(template: Template) -> int:
        return len([it for it in alarms(template)[alarm]["Metrics"] if "MetricStat" in it])

    assert "authorize_caller" in json.dumps([it["Id"] for it in alarms(aws_with_tokens)[alarm]["Metrics"]])
    assert watched(aws_with_tokens) == watched(aws) + 1


def test_silence_is_no_alarm_and_no_alarm_watches_more_than_cloudwatch_takes(aws: Template) -> None:
    for alarm in alarms(aws).values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert len([it for it in alarm.get("Metrics", []) if "MetricStat" in it]) <= 10


def test_alarms_and_dashboard_read_only_what_the_functions_write(aws: Template) -> None:
    text = json.dumps(aws.only("AWS::CloudWatch::Dashboard")["DashboardBody"])
    on_dashboard = set(re.findall(rf'\\"{NAMESPACE}\\",\\"(\w+)\\"', text.replace("\\\\", "\\")))
    in_alarms = {alarm["MetricName"] for alarm in alarms(aws).values() if alarm.get("Namespace") == NAMESPACE}
    assert {"JobsCompleted", "RowsCopied", "BytesCopied", "StepSeconds", "JobWaitSeconds", "SlotsInUse"} <= on_dashboard
    assert on_dashboard | in_alarms <= set(MetricName)


def test_alarms_reach_people_by_a_topic_that_is_given(stub_bundles: Bundles, tmp_path: Any, aws: Template) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:operators"
    synthesize({"alarm_topic": topic}, output=tmp_path, bundles=stub_bundles)
    file = tmp_path / "DataValut.template.json"
    told = Template(json.loads(file.read_text(encoding="utf-8")), file)
    for alarm in alarms(told).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic]
    assert not any("AlarmActions" in alarm for alarm in alarms(aws).values())


def test_locally_only_what_the_emulator_can_watch_is_watched(local: Template, aws: Template) -> None:
    on_several_metrics = {name for name, alarm in alarms(aws).items() if "Metrics" in alarm}
    assert set(alarms(aws)) - set(alarms(local)) == {"TargetDiskLow", *on_several_metrics}


def test_requests_executions_and_functions_are_traced(aws: Template) -> None:
    assert aws.only("AWS::ApiGateway::Stage")["TracingEnabled"] is True
    assert aws.only("AWS::StepFunctions::StateMachine")["TracingConfiguration"] == {"Enabled": True}
    for function in aws.functions().values():
        assert function["TracingConfig"] == {"Mode": "Active"}
