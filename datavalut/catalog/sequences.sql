-- Sequences of user schemas that no extension owns, with the column they belong to: of a serial column by dependency
-- type a, of an identity column by i.
SELECT
    nsp.nspname::text AS schema,
    cls.relname::text AS name,
    COALESCE(pg_catalog.pg_partition_root(own.refobjid)::oid, own.refobjid)::bigint AS owner_oid,
    att.attname::text AS owner_column
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
LEFT JOIN pg_catalog.pg_depend AS own
    ON own.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND own.objid = cls.oid
    AND own.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND own.refobjsubid > 0
    AND own.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_attribute AS att ON att.attrelid = own.refobjid AND att.attnum = own.refobjsubid
WHERE cls.relkind = 'S'
    AND cls.relpersistence <> 't'
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
