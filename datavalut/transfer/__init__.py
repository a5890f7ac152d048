"""Moving schema and rows: connections, snapshots, pg_dump and pg_restore, COPY streams, target databases."""
