-- Foreign tables in user schemas that no extension owns.
SELECT nsp.nspname::text AS table_schema, cls.relname::text AS table_name, cls.relispartition AS is_partition
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE cls.relkind = 'f'
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
ORDER BY nsp.nspname, cls.relname;
