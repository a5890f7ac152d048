"""What the steps of a job work with, in this deployment."""

from datetime import UTC, datetime
from functools import cache

from datavalut.aws import services
from datavalut.aws.faults import is_transient
from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.settings import PlannerChoice, Settings, settings
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
        is_transient_fault=is_transient,
        target_disk=target_disk(settings()),
        target_root_certificates=settings().target_root_certificates,
    )


def target_disk(known: Settings) -> TargetDisk | None:
    size, limit = known.target_storage_gib, known.target_storage_limit_gib
    return TargetDisk(size * _GIB, max(size, limit) * _GIB) if size else None


def _plan_prompt(prompt: str, catalog: Catalog) -> FilterPlan | Refusal:
    """By a model where the deployment holds a key for one, or is told to use one; else by the offline planner."""
    choice = settings().planner
    key = services.secrets().openai_api_key() if choice is not PlannerChoice.OFFLINE else None
    if choice is PlannerChoice.OPENAI or key is not None:
        from datavalut.planning.openai_planner import make_openai_planner  # noqa: PLC0415 - takes a second to import

        planner = make_openai_planner(key, settings().openai_model, settings().openai_base_url)
        return planner.plan(prompt, catalog)
    from datavalut.planning.offline import plan_offline  # noqa: PLC0415

    return plan_offline(prompt, catalog)
