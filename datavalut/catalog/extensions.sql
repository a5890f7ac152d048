-- Installed extensions but plpgsql, which every database has; and whether they are there for foreign tables.
SELECT
    ext.extname::text AS name,
    ext.extversion AS version,
    nsp.nspname::text AS schema,
    EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        JOIN pg_catalog.pg_foreign_data_wrapper AS fdw ON fdw.oid = dep.objid AND fdw.fdwhandler <> 0
        WHERE dep.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.refobjid = ext.oid
            AND dep.deptype = 'e'
    ) AS wraps_foreign_data
FROM pg_catalog.pg_extension AS ext
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = ext.extnamespace
WHERE ext.extname <> 'plpgsql'
ORDER BY ext.extname;
