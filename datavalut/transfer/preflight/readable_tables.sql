-- Of tables and partitions in user schemas that no extension owns, those that this session's user may not read for
-- want of a privilege. pg_dump locks every table, partitions too, and needs SELECT for that, whatever rows are wanted.
SELECT
    nsp.nspname::text AS table_schema,
    cls.relname::text AS table_name,
    privilege.on_schema,
    privilege.on_table
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
CROSS JOIN LATERAL (
    SELECT
        pg_catalog.has_schema_privilege(nsp.oid, 'USAGE') AS on_schema,
        pg_catalog.has_table_privilege(cls.oid, 'SELECT') AS on_table
) AS privilege
WHERE cls.relkind IN ('r', 'p')
    AND cls.relpersistence <> 't'
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND NOT (privilege.on_schema AND privilege.on_table)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
ORDER BY nsp.nspname, cls.relname;
