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
    con.condeferrable AS deferrable
FROM pg_catalog.pg_constraint AS con
WHERE con.contype = 'f' AND con.conparentid = 0
ORDER BY con.oid;
