"""What a restored schema lacks while its rows come in: indexes, constraints, foreign keys, triggers."""

import tempfile
from pathlib import Path

from datavalut.transfer.ledger import load_archive
from datavalut.transfer.schema import restore_post_data
from datavalut.workflow.deployment import Deployment
from datavalut.workflow.progress import Phase
from datavalut.workflow.sessions import running_check, target_session


def index_and_constrain(deployment: Deployment, job_id: str) -> None:
    """Nothing is read from the source any more, so its snapshot is let go first."""
    deployment.store.release_snapshot(job_id)
    deployment.store.record_progress(job_id, Phase.INDEXING.start, Phase.INDEXING.message, deployment.now())
    target = deployment.secrets.get_result(job_id)
    with tempfile.TemporaryDirectory() as directory, target_session(job_id, target) as session:
        archive = Path(directory) / "schema.dump"
        load_archive(session, archive)
        restore_post_data(session, archive, running_check(deployment, job_id))
