-- Check constraints as PostgreSQL writes them: CHECK ((price > 0)).
SELECT
    con.conrelid::bigint AS table_oid,
    pg_catalog.pg_get_constraintdef(con.oid) AS definition
FROM pg_catalog.pg_constraint AS con
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = con.connamespace AND nsp.nspname !~ '^pg_'
WHERE con.contype = 'c' AND con.conrelid <> 0
ORDER BY con.conrelid, con.conname;
