"""The sample shop: a small database to try DataValut on, with dates relative to the moment of loading."""

from pathlib import Path

import psycopg2.extensions

_SCRIPT = Path(__file__).with_name("sample_shop.sql")


def load(connection: psycopg2.extensions.connection) -> None:
    """Makes the shop in the connection's database, once: a shop that is there already stays as it is."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.customers') IS NOT NULL")
        row = cursor.fetchone()
        if row is not None and row[0]:
            return
        cursor.execute(_SCRIPT.read_text(encoding="utf-8"))
