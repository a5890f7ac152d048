-- What has become of tables since the moment that this session's snapshot sees. The rows of catalogs are those of that
-- moment; PostgreSQL's functions on objects answer for the present. %(tables)s are OIDs of relations that exist, those
-- of tables of users among which are looked at.
WITH RECURSIVE asked AS (
    SELECT pg_catalog.unnest(%(tables)s::pg_catalog.oid[]) AS oid
),
known AS (
    SELECT
        cls.oid,
        nsp.nspname || '.' || cls.relname AS name,
        pg_catalog.array_to_string(present.object_names, '.') AS present_name,
        cls.relkind,
        cls.relispartition,
        cls.relfilenode
    FROM asked
    JOIN pg_catalog.pg_class AS cls ON cls.oid = asked.oid AND cls.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
    CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(
        'pg_catalog.pg_class'::pg_catalog.regclass, cls.oid, 0
    ) AS present
    WHERE nsp.nspname !~ '^pg_' AND nsp.nspname <> 'information_schema'
),
-- A partitioned table's partitions at the snapshot's moment, those of partitions too.
partition_then (root_oid, oid) AS (
    SELECT kno.oid, inh.inhrelid
    FROM known AS kno
    JOIN pg_catalog.pg_inherits AS inh ON inh.inhparent = kno.oid
    WHERE kno.relkind = 'p' AND NOT kno.relispartition
    UNION ALL
    SELECT par.root_oid, inh.inhrelid
    FROM partition_then AS par
    JOIN pg_catalog.pg_inherits AS inh ON inh.inhparent = par.oid
),
partition_now (root_oid, oid) AS (
    SELECT kno.oid, tree.relid::pg_catalog.oid
    FROM known AS kno
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(kno.oid) AS tree
    WHERE kno.relkind = 'p' AND NOT kno.relispartition AND tree.relid::pg_catalog.oid <> kno.oid
)
SELECT 'name' AS kind, kno.name || ' was renamed to ' || kno.present_name AS change
FROM known AS kno
WHERE kno.name <> kno.present_name
UNION ALL
-- In a new file, an older snapshot sees no rows, or not all.
SELECT 'file', kno.name || ' was emptied or rewritten (TRUNCATE, VACUUM FULL, CLUSTER, ALTER TABLE)'
FROM known AS kno
WHERE kno.relkind = 'r' AND kno.relfilenode <> 0
    AND kno.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(kno.oid)
UNION ALL
SELECT 'column', 'column ' || att.attname || ' of ' || kno.name || ' was dropped or renamed'
FROM known AS kno
JOIN pg_catalog.pg_attribute AS att ON att.attrelid = kno.oid AND att.attnum > 0 AND NOT att.attisdropped
CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(
    'pg_catalog.pg_class'::pg_catalog.regclass, kno.oid, att.attnum
) AS present
WHERE present.object_names[3] IS DISTINCT FROM att.attname::text
UNION ALL
SELECT 'partition', 'partition ' || nsp.nspname || '.' || cls.relname || ' of ' || kno.name || ' was detached or dropped'
FROM (SELECT root_oid, oid FROM partition_then EXCEPT SELECT root_oid, oid FROM partition_now) AS gone
JOIN known AS kno ON kno.oid = gone.root_oid
JOIN pg_catalog.pg_class AS cls ON cls.oid = gone.oid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
UNION ALL
-- One that was made since is not in the snapshot's catalog: the snapshot sees no rows in it, and does no harm.
SELECT 'partition', nsp.nspname || '.' || cls.relname || ' was attached to ' || kno.name || ' as a partition'
FROM (SELECT root_oid, oid FROM partition_now EXCEPT SELECT root_oid, oid FROM partition_then) AS added
JOIN known AS kno ON kno.oid = added.root_oid
JOIN pg_catalog.pg_class AS cls ON cls.oid = added.oid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
UNION ALL
-- A table that the snapshot does not know, and sees no rows in, bears the name of one that it does: unless it is a new
-- partition of such a one.
SELECT 'name', pg_catalog.array_to_string(present.object_names, '.') || ' was dropped, or renamed, and made anew'
FROM asked
CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(
    'pg_catalog.pg_class'::pg_catalog.regclass, asked.oid, 0
) AS present
WHERE present.type = 'table'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS cls WHERE cls.oid = asked.oid)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS cls
        WHERE cls.oid = pg_catalog.pg_partition_root(asked.oid)::pg_catalog.oid
    )
ORDER BY change;
