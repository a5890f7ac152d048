-- Policies of tables in user schemas that no extension owns, with the roles that they name.
SELECT
    pol.polname::text AS policy_name,
    nsp.nspname::text AS table_schema,
    cls.relname::text AS table_name,
    pg_catalog.array_agg(rol.rolname::text ORDER BY rol.rolname) AS roles
FROM pg_catalog.pg_policy AS pol
JOIN pg_catalog.pg_class AS cls ON cls.oid = pol.polrelid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
JOIN pg_catalog.pg_roles AS rol ON rol.oid = ANY (pol.polroles)
WHERE nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND dep.objid = cls.oid
            AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND dep.deptype = 'e'
    )
GROUP BY pol.oid, pol.polname, nsp.nspname, cls.relname
ORDER BY nsp.nspname, cls.relname, pol.polname;
