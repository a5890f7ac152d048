-- Foreign keys by OID, never by name: names are not unique. A key of a partitioned table has a clone for each
-- partition (conparentid): only the key itself is read. Of a key declared on a partition, or leading to one, the
-- partitions that hold rows are read as well. Values are compared by the key's own operators, wherever these are:
-- those of citext, for example, lie where the extension does.
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
    ) AS collations,
    (
        SELECT
            CASE WHEN pg_catalog.bool_or(nsp.nspname <> 'pg_catalog' OR opr.oprname <> '=') THEN
                pg_catalog.json_agg(pg_catalog.json_build_array(nsp.nspname, opr.oprname) ORDER BY part.position)
            END
        FROM pg_catalog.unnest(con.conpfeqop) WITH ORDINALITY AS part (operator_oid, position)
        JOIN pg_catalog.pg_operator AS opr ON opr.oid = part.operator_oid
        JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = opr.oprnamespace
    ) AS operators,
    CASE WHEN child_class.relispartition THEN
        ARRAY(
            SELECT leaf.relid::oid::bigint
            FROM pg_catalog.pg_partition_tree(con.conrelid) AS leaf
            WHERE leaf.isleaf
            ORDER BY 1
        )
    END AS child_partitions,
    CASE WHEN child_class.relispartition THEN
        (
            SELECT pg_catalog.count(*)
            FROM pg_catalog.pg_partition_tree(pg_catalog.pg_partition_root(con.conrelid)) AS leaf
            WHERE leaf.isleaf
        )
    END AS partitions_of_child,
    CASE WHEN parent_class.relispartition THEN
        (
            SELECT
                pg_catalog.json_agg(
                    pg_catalog.json_build_array(nsp.nspname, leaf_class.relname, leaf_class.oid::bigint)
                    ORDER BY nsp.nspname, leaf_class.relname
                )
            FROM pg_catalog.pg_partition_tree(con.confrelid) AS leaf
            JOIN pg_catalog.pg_class AS leaf_class ON leaf_class.oid = leaf.relid
            JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = leaf_class.relnamespace
            WHERE leaf.isleaf
        )
    END AS parent_partitions
FROM pg_catalog.pg_constraint AS con
JOIN pg_catalog.pg_class AS child_class ON child_class.oid = con.conrelid
JOIN pg_catalog.pg_class AS parent_class ON parent_class.oid = con.confrelid
WHERE con.contype = 'f' AND con.conparentid = 0
ORDER BY con.oid;
