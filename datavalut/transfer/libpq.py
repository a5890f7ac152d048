"""The libpq that psycopg2 itself has loaded, and the OpenSSL below it, for what psycopg2 has no call for.

`pgconn_ptr` of a psycopg2 session is the first argument of the functions that take a PGconn.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2._psycopg

SQLSTATE_ONLY = 3  # PQERRORS_SQLSTATE: the server's message is "FATAL:  28P01"
FATAL_ERROR = 7  # PGRES_FATAL_ERROR
SQLSTATE, PRIMARY_MESSAGE = ord("C"), ord("M")  # PG_DIAG_*
SSL_WANT_READ, SSL_WANT_WRITE = 2, 3  # SSL_ERROR_WANT_*

_library = ctypes.CDLL(psycopg2._psycopg.__file__)  # a symbol is looked for in what it depends upon, too
for _name, _arguments, _result in (
    ("PQsetErrorVerbosity", [ctypes.c_void_p, ctypes.c_int], ctypes.c_int),
    ("PQconnectionNeedsPassword", [ctypes.c_void_p], ctypes.c_int),
    ("PQsendQuery", [ctypes.c_void_p, ctypes.c_char_p], ctypes.c_int),
    ("PQgetResult", [ctypes.c_void_p], ctypes.c_void_p),
    ("PQresultStatus", [ctypes.c_void_p], ctypes.c_int),
    ("PQresultErrorField", [ctypes.c_void_p, ctypes.c_int], ctypes.c_char_p),
    ("PQclear", [ctypes.c_void_p], None),
    ("PQsslStruct", [ctypes.c_void_p, ctypes.c_char_p], ctypes.c_void_p),
    ("SSL_peek", [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int], ctypes.c_int),
    ("SSL_read", [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int], ctypes.c_int),
    ("SSL_get_error", [ctypes.c_void_p, ctypes.c_int], ctypes.c_int),
    ("ERR_clear_error", [], None),
):
    getattr(_library, _name).argtypes = _arguments
    getattr(_library, _name).restype = _result

set_error_verbosity = _library.PQsetErrorVerbosity
needs_password = _library.PQconnectionNeedsPassword
send_query = _library.PQsendQuery
result_status = _library.PQresultStatus
result_error_field = _library.PQresultErrorField
ssl_struct = _library.PQsslStruct
ssl_peek = _library.SSL_peek
ssl_read = _library.SSL_read
ssl_get_error = _library.SSL_get_error
clear_ssl_errors = _library.ERR_clear_error


def results(session: int | None) -> Iterator[int]:
    """The results of a query that was sent, each valid until the next is asked for."""
    while (result := _library.PQgetResult(session)) is not None:
        with _cleared(result):
            yield result


@contextmanager
def _cleared(result: int) -> Iterator[None]:
    try:
        yield
    finally:
        _library.PQclear(result)
