"""Telling whether a session is a server's own, or one that a pooler lends.

A server's first message to a client holds the process id of the session, as the key by which queries are cancelled.
PgBouncer, pgcat, RDS Proxy and others make that key up, so there it is not the process that the session itself names.
Nothing here changes a session: what one client sets in a shared one, the next client gets.
"""

from psycopg2.extensions import connection

_ROUNDS = 5


def is_pooled(session: connection) -> bool:
    """Whether something between made up the session's key. `session` is in autocommit mode. SQL errors are
    psycopg2's own."""
    return server_process(session) != int(session.info.backend_pid)


def shares_sessions(first: connection, second: connection) -> bool:
    """Whether two clients' sessions, both open and in autocommit mode, are seen to be served by the same process, or
    one of them by several: then a session lasts for a transaction only.

    A pooler gives a free session to whoever asks next, so it shows at once, or within a few rounds if others use the
    pool too. SQL errors are psycopg2's own.
    """
    served_first: set[int] = set()
    served_second: set[int] = set()
    for _ in range(_ROUNDS):
        served_first.add(server_process(first))
        served_second.add(server_process(second))
        if served_first & served_second or len(served_first) > 1 or len(served_second) > 1:
            return True
    return False


def server_process(session: connection) -> int:
    """The process of the server that answers."""
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.pg_backend_pid()")
        ((process,),) = cursor.fetchall()
    return int(process)
