-- Of tables and partitions in user schemas that no extension owns, those that this session's user may not read whole:
-- for want of a privilege, or because row-level security is on for it. pg_dump needs the privilege on partitions too.
SELECT
    nsp.nspname || '.' || cls.relname AS table_name,
    NOT readable.allowed AS denied
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.has_schema_privilege(nsp.oid, 'USAGE') AND pg_catalog.has_table_privilege(cls.oid, 'SELECT')
        AS allowed
) AS readable
WHERE cls.relkind IN ('r', 'p')
    AND cls.relpersistence <> 't'
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND (NOT readable.allowed OR (NOT cls.relispartition AND pg_catalog.row_security_active(cls.oid)))
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
ORDER BY denied DESC, table_name;
