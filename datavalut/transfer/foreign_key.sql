-- A foreign key's table and name, and whether both tables can be read in the order of its columns from indexes alone:
-- the child has such an index (the parent always has), and of both nearly all pages hold only rows that all may see.
SELECT
    nsp.nspname::text,
    child.relname::text,
    con.conname::text,
    child.relkind = 'r' AND parent.relkind = 'r'
    AND child.relallvisible >= 0.9 * child.relpages AND parent.relallvisible >= 0.9 * parent.relpages
    AND EXISTS (
        SELECT FROM pg_catalog.pg_index AS ix
        JOIN pg_catalog.pg_class AS index_class ON index_class.oid = ix.indexrelid
        JOIN pg_catalog.pg_am AS method ON method.oid = index_class.relam
        WHERE ix.indrelid = child.oid
            AND ix.indisvalid
            AND ix.indpred IS NULL
            AND method.amname = 'btree'
            AND ix.indnkeyatts >= pg_catalog.cardinality(con.conkey)
            AND (
                SELECT pg_catalog.array_agg(place.attnum ORDER BY place.number)
                FROM pg_catalog.unnest(ix.indkey::smallint[]) WITH ORDINALITY AS place (attnum, number)
                WHERE place.number <= pg_catalog.cardinality(con.conkey)
            ) = con.conkey
    )
FROM pg_catalog.pg_constraint AS con
JOIN pg_catalog.pg_class AS child ON child.oid = con.conrelid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = child.relnamespace
JOIN pg_catalog.pg_class AS parent ON parent.oid = con.confrelid
WHERE con.oid = %(oid)s
