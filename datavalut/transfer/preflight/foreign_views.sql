-- Materialized views that read a foreign table: by themselves, through views, or as a child of what they read.
WITH RECURSIVE reading (oid) AS (
    SELECT ftb.ftrelid FROM pg_catalog.pg_foreign_table AS ftb
    UNION
    SELECT over.oid
    FROM reading AS rea
    CROSS JOIN LATERAL (
        SELECT inh.inhparent AS oid FROM pg_catalog.pg_inherits AS inh WHERE inh.inhrelid = rea.oid
        UNION ALL
        SELECT rul.ev_class
        FROM pg_catalog.pg_depend AS dep
        JOIN pg_catalog.pg_rewrite AS rul ON rul.oid = dep.objid
        WHERE dep.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.refobjid = rea.oid
            AND dep.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    ) AS over
)
SELECT nsp.nspname::text AS view_schema, cls.relname::text AS view_name
FROM reading AS rea
JOIN pg_catalog.pg_class AS cls ON cls.oid = rea.oid AND cls.relkind = 'm'
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
ORDER BY nsp.nspname, cls.relname;
