"""The base of every error that a user can cause or must act on.

Each package defines its own errors below this base and gives them the facts the user needs as typed
attributes. They become text in two places only: `datavalut.api.problems` (HTTP) and
`datavalut.workflow.job_errors` (a failed job's `error`).
"""


class DataValutError(Exception):
    """Something the caller can act on. Its `str` is one sentence for logs, never holding a secret."""
