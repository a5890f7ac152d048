-- Foreign keys by OID, never by name: names are not unique. A key of a partitioned table has a clone for each
-- partition (conparentid): only the key itself is read. A key declared on one partition, or on a reference to one
-- partition, counts as a key of the whole table.
SELECT
    COALESCE(pg_catalog.pg_partition_root(con.conrelid)::oid, con.conrelid)::bigint AS child_oid,
    COALESCE(pg_catalog.pg_partition_root(con.confrelid)::oid, con.confrelid)::bigint AS parent_oid,
    con.conname::text AS name,
    ARRAY(
        SELECT att.attname::text
        FROM pg_catalog.unnest(con.conkey) WITH ORDINALITY AS part (attnum, position)
        JOIN pg_catalog.pg_attribute AS att ON att.attrelid = con.conrelid AND att.attnum = part.attnum
        ORDER BY part.position
    ) AS columns,
    ARRAY(
        SELECT att.attname::text
        FROM pg_catalog.unnest(con.confkey) WITH ORDINALITY AS part (attnum, position)
        JOIN pg_catalog.pg_attribute AS att ON att.attrelid = con.confrelid AND att.attnum = part.attnum
        ORDER BY part.position
    ) AS parent_columns,
    con.convalidated AS validated,
    con.condeferrable AS deferrable,
    EXISTS (
        SELECT
        FROM pg_catalog.pg_index AS ind
        JOIN pg_catalog.pg_class AS index_class ON index_class.oid = ind.indexrelid
        JOIN pg_catalog.pg_am AS method ON method.oid = index_class.relam
        WHERE ind.indrelid = con.conrelid AND ind.indisvalid AND ind.indpred IS NULL AND method.amname = 'btree'
            -- Column numbers of an index are counted from 0.
            AND (ind.indkey::smallint[])[0:pg_catalog.cardinality(con.conkey) - 1] @> con.conkey
    ) AS indexed,
    (
        SELECT
            CASE WHEN pg_catalog.bool_or(child.attcollation <> parent.attcollation) THEN
                pg_catalog.json_agg(
                    CASE WHEN child.attcollation <> parent.attcollation THEN
                        pg_catalog.json_build_array(nsp.nspname, coll.collname)
                    END
                    ORDER BY part.position
                )
            END
        FROM ROWS FROM (pg_catalog.unnest(con.conkey), pg_catalog.unnest(con.confkey))
            WITH ORDINALITY AS part (child_attnum, parent_attnum, position)
        JOIN pg_catalog.pg_attribute AS child
            ON child.attrelid = con.conrelid AND child.attnum = part.child_attnum
        JOIN pg_catalog.pg_attribute AS parent
            ON parent.attrelid = con.confrelid AND parent.attnum = part.parent_attnum
        LEFT JOIN pg_catalog.pg_collation AS coll ON coll.oid = parent.attcollation
        LEFT JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = coll.collnamespace
    ) AS collations
FROM pg_catalog.pg_constraint AS con
WHERE con.contype = 'f' AND con.conparentid = 0
ORDER BY con.oid;
