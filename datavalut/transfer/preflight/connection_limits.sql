-- How many sessions this session's user may have, and how many others there are, by what limits them: one row. -1 is
-- no limit. Background processes have no user, or no database. Sessions of this job (of which one just closed may still
-- be there for a moment) bear its name.
SELECT
    rol.rolname::text AS role_name,
    CASE WHEN rol.rolsuper THEN -1 ELSE rol.rolconnlimit END AS role_limit,
    pg_catalog.count(*) FILTER (WHERE act.usesysid = rol.oid) AS role_used,
    db.datname::text AS database_name,
    CASE WHEN rol.rolsuper THEN -1 ELSE db.datconnlimit END AS database_limit,
    pg_catalog.count(*) FILTER (WHERE act.datid = db.oid) AS database_used,
    pg_catalog.current_setting('max_connections')::integer - CASE
        WHEN rol.rolsuper THEN 0
        ELSE pg_catalog.current_setting('superuser_reserved_connections')::integer
            + COALESCE(pg_catalog.current_setting('reserved_connections', true)::integer, 0)  -- from PostgreSQL 16 on
    END AS server_limit,
    pg_catalog.count(act.pid) AS server_used
FROM pg_catalog.pg_roles AS rol
JOIN pg_catalog.pg_database AS db ON db.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_stat_activity AS act
    ON act.datid IS NOT NULL
    AND act.usesysid IS NOT NULL
    AND NOT (act.usesysid = rol.oid AND act.application_name = pg_catalog.current_setting('application_name'))
WHERE rol.rolname = session_user
GROUP BY rol.rolname, rol.rolsuper, rol.rolconnlimit, db.datname, db.datconnlimit;
