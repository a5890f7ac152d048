-- Primary and unique keys by columns: of each valid unique index without predicate or expression.
SELECT
    ind.indrelid::bigint AS table_oid,
    ind.indisprimary AS primary_key,
    ARRAY(
        SELECT att.attname::text
        FROM pg_catalog.unnest(ind.indkey::smallint[]) WITH ORDINALITY AS part (attnum, position)
        JOIN pg_catalog.pg_attribute AS att ON att.attrelid = ind.indrelid AND att.attnum = part.attnum
        WHERE part.position <= ind.indnkeyatts
        ORDER BY part.position
    ) AS columns
FROM pg_catalog.pg_index AS ind
JOIN pg_catalog.pg_class AS cls ON cls.oid = ind.indexrelid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace AND nsp.nspname !~ '^pg_'
WHERE ind.indisunique AND ind.indisvalid AND ind.indpred IS NULL AND ind.indexprs IS NULL
ORDER BY ind.indrelid, cls.relname;
