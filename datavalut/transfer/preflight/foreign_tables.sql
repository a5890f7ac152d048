-- Foreign tables in user schemas that no extension owns, with the extension of their wrapper.
SELECT
    nsp.nspname::text AS table_schema,
    cls.relname::text AS table_name,
    cls.relispartition AS is_partition,
    ext.extname::text AS extension_name
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
JOIN pg_catalog.pg_foreign_table AS ftb ON ftb.ftrelid = cls.oid
JOIN pg_catalog.pg_foreign_server AS srv ON srv.oid = ftb.ftserver
LEFT JOIN pg_catalog.pg_depend AS made
    ON made.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
    AND made.objid = srv.srvfdw
    AND made.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    AND made.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension AS ext ON ext.oid = made.refobjid
WHERE nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
ORDER BY nsp.nspname, cls.relname;
