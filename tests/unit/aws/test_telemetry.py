"""What a step's run leaves in the log and among the metrics. Needs nothing."""

import io
import json
import logging
from typing import Any

import pytest

from datavalut.aws.telemetry import logger, observed_step
from datavalut.workflow.errors import JobFailed

JOB_ID = "job_a1b2c3d4e5f6"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_run_is_one_line_with_its_job_and_how_it_ended(log: io.StringIO) -> None:
    with observed_step("plan_job", JOB_ID):
        pass
    (line,) = lines(log)
    assert (line["message"], line["step"], line["outcome"]) == ("Step ended", "plan_job", "done")
    assert line["job_id"] == line["correlation_id"] == JOB_ID
    assert line["seconds"] >= 0


def test_a_failed_run_is_told_by_the_errors_type_alone(log: io.StringIO) -> None:
    with pytest.raises(JobFailed), observed_step("plan_job", JOB_ID):
        raise JobFailed("password=hunter2")
    (line,) = lines(log)
    assert line["outcome"] == "JobFailed"
    assert "hunter2" not in log.getvalue()


def test_what_the_library_logs_meanwhile_bears_the_job_and_the_step(log: io.StringIO) -> None:
    with observed_step("settle_job", JOB_ID):
        logging.getLogger("datavalut.workflow.settle").info("Sessions of the source ended", extra={"sessions": 2})
    line = lines(log)[0]
    assert (line["message"], line["sessions"]) == ("Sessions of the source ended", 2)
    assert (line["job_id"], line["step"]) == (JOB_ID, "settle_job")


def test_a_runs_seconds_are_a_metric_of_its_step(capsys: pytest.CaptureFixture[str]) -> None:
    with observed_step("copy_worker", JOB_ID):
        pass
    metric = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if "StepSeconds" in line)
    assert metric["step"] == "copy_worker"
    (described,) = metric["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == "DataValut"
    assert set(described["Dimensions"][0]) == {"service", "step"}
    assert described["Metrics"] == [{"Name": "StepSeconds", "Unit": "Seconds"}]
