"""The one place that turns errors into a failed job's `error`: what went wrong and what its caller can do."""

from datavalut.connections import ConnectionStringError
from datavalut.errors import first_of, shortened
from datavalut.filters.errors import FilterPlanError
from datavalut.jobs.errors import JobTooLarge, StoreBusy
from datavalut.jobs.model import JobError
from datavalut.planning.errors import PlannerAnswerInvalid, PlannerUnavailable, PromptNotUnderstood
from datavalut.subset.errors import ContradictoryPlan
from datavalut.transfer import errors as transfer
from datavalut.workflow.errors import (
    SnapshotNotExported,
    SnapshotNotKept,
    TargetServerUnavailable,
    TargetVersionUnsupported,
)

_CHECK_CONNECTION = "Check source_db_connection."
_OURS = "This is not the request's fault: try again later, and tell the operator of this deployment if it stays."

MAXIMUM_TEXT = 2_000  # characters of a message or a remedy
MAXIMUM_DETAIL = 500  # characters
MAXIMUM_DETAILS = 50

INTERNAL = JobError("internal_error", "The job failed because of an error in DataValut.", _OURS)
SERVICE_UNAVAILABLE = JobError(
    "service_unavailable", "A service that DataValut rests on gave no answer, tried again and again.", _OURS
)
TIMED_OUT = JobError("timeout", "The job took longer than it may.", "Ask for fewer rows, or for scope minimal.")
STOPPED = JobError("stopped", "The job was stopped before it could finish.", "Create it again.")


def job_error(error: BaseException) -> JobError:
    """Never long, whatever the source, the plan or a model says. Any other error than those known here is INTERNAL: its
    text is for the log only."""
    known = (
        _of_preflight(error)
        or _of_connection(error)
        or _of_request(error)
        or _of_source(error)
        or _of_target(error)
        or _of_services(error)
    )
    return _shortened(known) if known is not None else INTERNAL


def _shortened(error: JobError) -> JobError:
    return JobError(
        error.code,
        shortened(error.message, MAXIMUM_TEXT),
        shortened(error.remedy, MAXIMUM_TEXT),
        first_of(error.details, MAXIMUM_DETAILS, MAXIMUM_DETAIL),
    )


def _of_preflight(error: BaseException) -> JobError | None:
    """One finding speaks for itself; of several, each is a detail."""
    match error:
        case transfer.PreflightFailed(findings=(finding,)):
            return JobError(finding.code, finding.message, finding.remedy)
        case transfer.PreflightFailed():
            return JobError(
                "preflight_failed",
                f"{len(error.findings)} things keep the job from being begun.",
                "Mend each of them and create the job again.",
                tuple(finding.sentence() for finding in error.findings),
            )
    return None


def _of_connection(error: BaseException) -> JobError | None:
    match error:
        case ConnectionStringError():
            return JobError("bad_connection_string", str(error), _CHECK_CONNECTION)
        case transfer.HostNotFound():
            return JobError("unknown_host", f"The source's host name {error.host} does not exist.", _CHECK_CONNECTION)
        case transfer.AddressNotAllowed():
            return JobError(
                "address_not_allowed",
                f"This deployment does not connect to the address of {error.host}.",
                "Give a source at an address that it may reach, or ask its operator to allow this one.",
            )
        case transfer.SourceUnreachable():
            return JobError(
                "source_unreachable",
                f"The source {error.host}:{error.port} cannot be reached: {error.reason}.",
                "Check host and port, that the server runs, and that its firewall lets DataValut in.",
            )
        case transfer.NotAPostgresServer():
            return JobError(
                "not_postgresql",
                f"{error.host}:{error.port} does not answer as a PostgreSQL server.",
                "Check host and port.",
            )
        case transfer.WrongPassword():
            return JobError(
                "wrong_password",
                f"The source does not accept user {error.user} with this password.",
                "Check user and password; percent-encode special characters.",
            )
        case transfer.LoginNotAllowed():
            return JobError(
                "login_not_allowed",
                f"The source does not let user {error.user} log in to database {error.database} from here.",
                "Let this user in, in the server's pg_hba.conf, or give it the LOGIN attribute.",
            )
        case transfer.ConnectNotGranted():
            return JobError(
                "missing_permission",
                f"User {error.user} may not connect to database {error.database}.",
                f"GRANT CONNECT ON DATABASE {error.database} TO {error.user}.",
            )
        case transfer.UnknownDatabase():
            return JobError(
                "unknown_database", f"The source has no database {error.database}.", "Check the database's name."
            )
        case transfer.TooManyConnections():
            return JobError(
                "too_many_connections",
                f"The source {error.host} has no connection free.",
                "Free some, or raise the limit of the server or of its user.",
            )
        case transfer.ServerNotReady():
            return JobError(
                "source_not_ready",
                f"The source {error.host}:{error.port} is starting up or shutting down.",
                "Create the job again when it is up.",
            )
        case transfer.TlsRequired():
            return JobError(
                "tls_required", f"The source {error.host} takes encrypted connections only.", "Set sslmode=require."
            )
        case transfer.TlsNotSupported():
            return JobError(
                "tls_not_supported",
                f"The source {error.host} does not offer encrypted connections, but sslmode is {error.sslmode}.",
                "Switch TLS on in the server, or set sslmode=prefer.",
            )
        case transfer.TlsFailed():
            return JobError(
                "tls_failed",
                f"No trusted encrypted connection to {error.host} (sslmode {error.sslmode}).",
                "Check the server's certificate, or set sslmode=require, which does not check it.",
            )
        case transfer.PoolerSharesSessions():
            return JobError(
                "pooler_in_transaction_mode",
                f"{error.host}:{error.port} is a pooler in transaction mode: what is set for reading, and the snapshot "
                "that all rows come from, do not last there.",
                "Connect to the server itself (usually port 5432), not to the pooler.",
            )
        case transfer.ConnectFailed():
            return JobError("connection_failed", f"{error}.", _CHECK_CONNECTION)
    return None


def _of_request(error: BaseException) -> JobError | None:
    match error:
        case PromptNotUnderstood():
            refusal = error.refusal
            return JobError(
                "prompt_not_understood",
                refusal.reason,
                "Say it in other words, with the names of your tables and columns, or send a filter.",
                tuple(
                    f'"{part.words}"' + (f": one of {', '.join(part.candidates)}?" if part.candidates else "")
                    for part in refusal.not_understood
                ),
            )
        case FilterPlanError():
            return JobError(
                "filter_does_not_fit",
                "The filter does not fit the source database.",
                "Correct what is named; names are those of the source's catalog.",
                tuple(problem.sentence() for problem in error.problems),
            )
        case ContradictoryPlan():
            return JobError("filter_does_not_fit", str(error), "Name each table once.")
        case PlannerUnavailable():
            return JobError(
                "planner_unavailable",
                f"The language model gave no answer: {error.cause}.",
                "Try again later, or send a filter instead of a prompt.",
            )
        case PlannerAnswerInvalid():
            return JobError(
                "planner_answer_invalid",
                "The language model gave no plan that fits the source database.",
                "Say it in other words, with the names of your tables and columns, or send a filter.",
                error.problems,
            )
        case JobTooLarge():
            return JobError("too_large", f"The {error.what} is too large to be kept.", "Ask for fewer tables.")
    return None


def _of_source(error: BaseException) -> JobError | None:
    match error:
        case transfer.UnsupportedServerVersion():
            first, last = error.supported
            return JobError(
                "unsupported_server_version",
                f"The source runs PostgreSQL {error.version}; this DataValut reads {first} to {last}.",
                "Use a source of a supported version, or a newer DataValut.",
            )
        case transfer.TableTooLarge():
            return JobError(
                "table_too_large",
                f"{error.table} is too large for a source below PostgreSQL 14, which reads it whole for each part.",
                "Use a source of a newer version, exclude the table, or ask for rows of it that an index finds.",
            )
        case transfer.PermissionDenied():
            what = error.table or "everything it should hold"
            return JobError(
                "missing_permission",
                f"The source's user may not read {what}.",
                f"GRANT SELECT ON {what} (and USAGE on its schema) to the user."
                if error.table
                else "GRANT SELECT on all tables and sequences, and USAGE on their schemas, to the user.",
            )
        case transfer.ForeignKeyViolated():
            return JobError(
                "source_violates_foreign_key",
                f"Rows of {error.table} in the source violate its foreign key {error.name}.",
                "Mend them, or declare the key NOT VALID in the source: then it comes along as that.",
                (f"No row is there for {error.key}.",) if error.key else (),
            )
        case transfer.ConstraintViolated():
            return JobError(
                "source_violates_constraint",
                f"Rows of {error.table} in the source violate its constraint or unique index {error.name}.",
                "Mend them, and rebuild the index in the source (REINDEX), which should have refused them; functions"
                " that it calls must give the same in every database.",
                (f"Among them is {error.key}.",) if error.key else (),
            )
        case transfer.SchemaNotReadable():
            return JobError(
                "schema_not_readable",
                f"The source's schema cannot be read: {error.reason}",
                "Give the source's user the rights that are missing.",
            )
        case transfer.SnapshotLost():
            return JobError(
                "snapshot_not_shared",
                "Sessions of the source cannot share one moment of it: the connection leads to different servers, or"
                " goes through a pooler in transaction mode.",
                "Give the address of one server itself, primary or replica, instead of a pooler, a proxy or a group.",
            )
        case transfer.SourceBusy(sqlstate=transfer.LOCK_NOT_AVAILABLE):
            return JobError(
                "source_locked",
                "Tables of the source were locked by others for too long.",
                "Create the job again when nothing alters or rewrites its tables (ALTER TABLE, VACUUM FULL, REINDEX).",
            )
        case transfer.SourceConnectionLost() | transfer.SourceBusy() | SnapshotNotKept():
            return JobError(
                "source_connection_lost",
                f"The source was lost while it was read: {error}.",
                "Check that the server stays up and that nothing between ends long connections; of a standby, set"
                " hot_standby_feedback = on, or use its primary. Then create the job again.",
            )
        case transfer.SourceChanged():
            return JobError(
                "source_changed",
                f"The source has changed while the job ran: {error.change}.",
                "Create the job again, when nobody changes the source's schema.",
            )
        case transfer.SourceQueryFailed():
            return JobError(
                "source_query_failed",
                f"A query of the source failed: {error.reason} (SQLSTATE {error.sqlstate}).",
                "Check what it names; with dry_run the queries are shown.",
            )
        case transfer.StatementTimedOut():
            return JobError("timeout", f"The job took longer than it may: {error}.", TIMED_OUT.remedy)
        case SnapshotNotExported():
            return JobError("source_unreachable", f"{error}.", "Check that the source takes several connections.")
    return None


def _of_target(error: BaseException) -> JobError | None:
    match error:
        case transfer.MissingExtension():
            reason = (
                "only a superuser may create it there" if error.installable else "the target server does not have it"
            )
            return JobError(
                "missing_extension",
                f"The source needs the extension {error.name}, and {reason}.",
                "Ask the operator of this deployment for it, or remove it from the source.",
            )
        case transfer.SchemaNotRestorable():
            return JobError(
                "schema_not_restorable",
                f"{error.object_name} cannot be made in the filtered database: {error.reason}",
                "Change or remove this object in the source, or give the target server what it needs.",
            )
        case transfer.DiskFull():
            return JobError(
                "disk_full",
                "The target server has no more disk space for the job.",
                "Ask for fewer rows, or ask the operator of this deployment for space.",
            )
        case transfer.CopyFailed():
            return JobError(
                "copy_failed",
                f"The rows of {error.table} were not accepted: {error.reason} (SQLSTATE {error.sqlstate}).",
                "The source's own rows break this rule: mend them, or exclude the table.",
                (
                    *([f"They violate the constraint {error.constraint}."] if error.constraint else []),
                    *([f"One of them is ({error.row})."] if error.row else []),
                ),
            )
        case transfer.VerificationFailed():
            return JobError(
                "verification_failed",
                "The filtered database was not what it should be, and was dropped.",
                _OURS,
                tuple(str(discrepancy) for discrepancy in error.discrepancies),
            )
        case (
            TargetServerUnavailable() | transfer.TargetConnectionLost() | transfer.TargetBusy() | transfer.TargetInUse()
        ):
            return JobError("target_unavailable", f"The target server is not available: {error}.", _OURS)
        case TargetVersionUnsupported():
            first, last = error.supported
            return JobError(
                "target_failed",
                f"The target server runs PostgreSQL {error.version}; this DataValut fills {first} to {last}.",
                "Ask the operator of this deployment for a target server of a supported version.",
            )
        case (
            transfer.TargetNotAllowed()
            | transfer.TargetNameTaken()
            | transfer.TargetMissing()
            | transfer.TargetQueryFailed()
        ):
            return JobError("target_failed", f"{error}.", _OURS)
    return None


def _of_services(error: BaseException) -> JobError | None:
    """Of those of AWS, whoever calls them knows which pass."""
    return SERVICE_UNAVAILABLE if isinstance(error, StoreBusy) else None
