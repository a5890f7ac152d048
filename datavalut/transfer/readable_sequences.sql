-- The sequences of user schemas whose state this session's user may read.
SELECT nsp.nspname::text AS sequence_schema, cls.relname::text AS sequence_name
FROM pg_catalog.pg_class AS cls
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
WHERE CASE WHEN cls.relkind = 'S' THEN pg_catalog.has_sequence_privilege(cls.oid, 'SELECT') END  -- in this order
    AND cls.relpersistence <> 't'
    AND nsp.nspname !~ '^pg_'
    AND nsp.nspname <> 'information_schema'
    AND pg_catalog.has_schema_privilege(nsp.oid, 'USAGE')
ORDER BY nsp.nspname, cls.relname;
