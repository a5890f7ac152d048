"""What the steps of a job work with, in this deployment."""

from datetime import UTC, datetime
from functools import cache

from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.fallback import plan_with_fallback
from datavalut.planning.source import PlanningSource
from datavalut.settings import PlannerChoice, PlannerFallback, Settings, settings
from datavalut.transfer.addresses import AddressPolicy
from datavalut.transfer.preflight.disk import TargetDisk
from datavalut.workflow.deployment import Deployment

_GIB = 2**30


@cache
def workflow_deployment() -> Deployment:
    return Deployment(
        store=services.job_store(),
        secrets=services.secrets(),
        executions=services.executions(),
        plan_prompt=_plan_prompt,
        source_addresses=AddressPolicy(settings().allowed_networks, settings().denied_networks),
        now=lambda: datetime.now(UTC),
        most_workers=settings().copy_workers,
        is_transient_fault=is_transient,
        target_disk=target_disk(settings()),
        target_root_certificates=settings().target_root_certificates,
    )


def target_disk(known: Settings) -> TargetDisk | None:
    size, limit = known.target_storage_gib, known.target_storage_limit_gib
    return TargetDisk(size * _GIB, max(size, limit) * _GIB) if size else None


def _plan_prompt(prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
    """By a model where the deployment holds a key for one, names a server of its own, or is told to use one; else by
    the offline planner."""
    chosen = settings()
    key = services.secrets().openai_api_key() if chosen.planner is not PlannerChoice.OFFLINE else None
    has_model = key is not None or chosen.openai_base_url is not None
    if chosen.planner is PlannerChoice.OFFLINE or (chosen.planner is PlannerChoice.AUTO and not has_model):
        return _plan_offline(prompt, source)
    from datavalut.planning.openai_planner import PlannerOptions, make_openai_planner  # noqa: PLC0415 - takes a second

    options = PlannerOptions(chosen.planner_share_values, chosen.planner_schema_tokens, chosen.planner_request_seconds)
    planner = make_openai_planner(key, chosen.openai_model, chosen.openai_base_url, options)
    if chosen.planner_fallback is PlannerFallback.OFFLINE:
        return plan_with_fallback(prompt, source, planner.plan, _plan_offline)
    return planner.plan(prompt, source)


def _plan_offline(prompt: str, source: PlanningSource) -> FilterPlan | Refusal:
    from datavalut.planning.offline import plan_offline  # noqa: PLC0415 - not needed beside a model

    return plan_offline(prompt, source.catalog, source, source.reference_time)
