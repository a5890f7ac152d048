"""What to look at first when something is wrong."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.measures import PERIOD, STEPS, Measured

_OUTCOMES = ("JobsCreated", "JobsStarted", "JobsCompleted", "JobsFailed", "JobsFailedByUs", "JobsCancelled")
_HALF = 12  # of the 24 columns


class Dashboard(Construct):
    """From what callers see, down to what it rests on."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, measured: Measured) -> None:
        super().__init__(scope, construct_id)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name, default_interval=Duration.days(1))
        dashboard.add_widgets(
            _graph("Jobs by outcome", [measured.own(outcome) for outcome in _OUTCOMES]),
            _graph(
                "How long jobs wait and run (seconds)",
                [measured.own(it, "p90", f"{it}, 9 of 10 below") for it in ("JobWaitSeconds", "JobSeconds")],
                [measured.own("JobSeconds", "Maximum", "JobSeconds, longest")],
            ),
        )
        dashboard.add_widgets(
            _graph("Slots", [measured.own(name, "Maximum") for name in ("SlotsInUse", "SlotsFree")]),
            _graph("The queue: seconds that its first job has waited", [measured.own("OldestWaitSeconds", "Maximum")]),
        )
        dashboard.add_widgets(
            _graph("Rows and bytes in finished databases", [measured.own("RowsCopied")], [measured.own("BytesCopied")]),
            _graph("Seconds by step", [measured.own("StepSeconds", "Sum", step, step=step) for step in STEPS]),
        )
        dashboard.add_widgets(*self._api(measured))
        dashboard.add_widgets(*self._functions(measured))
        dashboard.add_widgets(
            _graph(
                "Events that wait: undelivered, and age of the stream (ms)",
                [measured.undelivered_events()],
                [measured.stream_age()],
            ),
            _graph(
                "Executions",
                [
                    measured.machine.metric_started(period=PERIOD),
                    measured.machine.metric_succeeded(period=PERIOD),
                    measured.machine.metric_failed(period=PERIOD),
                    measured.machine.metric_timed_out(period=PERIOD),
                    measured.machine.metric_aborted(period=PERIOD),
                ],
            ),
        )
        if measured.server is not None:
            dashboard.add_widgets(
                _graph(
                    "Target server: disk left, connections",
                    [measured.server.metric_free_storage_space(period=PERIOD, statistic="Minimum")],
                    [measured.server.metric_database_connections(period=PERIOD, statistic="Maximum")],
                ),
                _graph("Target server: processor", [measured.server.metric_cpu_utilization(period=PERIOD)]),
            )

    @staticmethod
    def _api(measured: Measured) -> list[cloudwatch.GraphWidget]:
        api = measured.rest_api
        return [
            _graph(
                "API: requests and refusals",
                [
                    api.metric_count(period=PERIOD),
                    api.metric_client_error(period=PERIOD),
                    api.metric_server_error(period=PERIOD),
                ],
            ),
            _graph("API: latency (ms)", [api.metric_latency(period=PERIOD, statistic=it) for it in ("p50", "p99")]),
        ]

    @staticmethod
    def _functions(measured: Measured) -> list[cloudwatch.GraphWidget]:
        return [
            _graph(
                "Errors of functions (of steps, those for the caller too)",
                [function.metric_errors(period=PERIOD, label=name) for name, function in measured.functions.items()],
            ),
            _graph(
                "Throttles",
                [
                    measured.throttles((*measured.api_functions, "publish_events")),
                    measured.throttles((*STEPS, "sweep")),
                    measured.table_throttles(),
                ],
            ),
        ]


def _graph(
    title: str, left: Sequence[cloudwatch.IMetric], right: Sequence[cloudwatch.IMetric] = ()
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=_HALF, left=list(left), right=list(right))
