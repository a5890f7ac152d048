"""Whether the target server is as new as the source. Which versions are supported at all is `connect`'s to say."""

from datavalut.transfer.preflight.finding import Finding, Severity


def check_target_version(source_version: int, target_version: int) -> tuple[Finding, ...]:
    """A warning about an older major version, of two values of `server_version_num`."""
    source, target = source_version // 10000, target_version // 10000
    if target >= source:
        return ()
    return (
        Finding(
            "target_older",
            Severity.WARNING,
            "target",
            f"The target server runs PostgreSQL {target}, the source {source}: what only the newer one knows cannot be "
            "made in the filtered database.",
            "If the job fails for that, ask the operator of this deployment for a newer target server.",
        ),
    )
