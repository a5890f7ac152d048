-- Tables in user schemas that no extension owns, of which row-level security may hide rows from this session's user.
-- A partition's own policies do not count where rows are read by its partitioned table.
SELECT nsp.nspname::text AS table_schema, cls.relname::text AS table_name
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind IN ('r', 'p')
    AND cls.relpersistence <> 't'
    AND NOT cls.relispartition
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND pg_catalog.row_security_active(cls.oid)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
ORDER BY nsp.nspname, cls.relname;
