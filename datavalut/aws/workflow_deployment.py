"""What the steps of a job work with, in this deployment."""

from datetime import UTC, datetime
from functools import cache

from datavalut.aws import services
from datavalut.planning.planner import Planner
from datavalut.settings import PlannerChoice, settings
from datavalut.transfer.addresses import AddressPolicy
from datavalut.workflow.deployment import Deployment


@cache
def workflow_deployment() -> Deployment:
    return Deployment(
        store=services.job_store(),
        secrets=services.secrets(),
        planner=_planner,
        source_addresses=AddressPolicy(settings().allowed_networks, settings().denied_networks),
        now=lambda: datetime.now(UTC),
    )


def _planner() -> Planner:
    """A model where the deployment holds a key for one, or is told to use one; else the offline planner."""
    choice = settings().planner
    key = services.secrets().openai_api_key() if choice is not PlannerChoice.OFFLINE else None
    if choice is PlannerChoice.OPENAI or key is not None:
        from datavalut.planning.openai_planner import make_openai_planner  # noqa: PLC0415 - takes a second to import

        return make_openai_planner(key, settings().openai_model, settings().openai_base_url)
    from datavalut.planning.offline import OfflinePlanner  # noqa: PLC0415

    return OfflinePlanner()
