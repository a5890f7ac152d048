-- Ordinary and partitioned tables of user schemas that no extension owns; partitions count to their table.
-- Rows are estimated as the planner does: the density that ANALYZE found times the present number of pages. Without
-- statistics, a row of 100 bytes is assumed.
WITH user_table AS (
    SELECT cls.oid, nsp.nspname, cls.relname, cls.relkind
    FROM pg_catalog.pg_class AS cls
    JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
    WHERE cls.relkind IN ('r', 'p')
        AND NOT cls.relispartition
        AND cls.relpersistence <> 't'
        AND nsp.nspname !~ '^pg_'
        AND nsp.nspname <> 'information_schema'
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS dep
            WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND dep.objid = cls.oid
                AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                AND dep.deptype = 'e'
        )
),
storage AS (
    SELECT tab.oid AS table_oid, tab.oid AS storage_oid FROM user_table AS tab WHERE tab.relkind = 'r'
    UNION ALL
    SELECT tab.oid, leaf.relid
    FROM user_table AS tab
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(tab.oid) AS leaf
    WHERE tab.relkind = 'p' AND leaf.isleaf
),
measured AS (
    SELECT
        sto.table_oid,
        cls.reltuples,
        cls.relpages,
        COALESCE(pg_catalog.pg_relation_size(sto.storage_oid), 0) AS heap_bytes,
        COALESCE(pg_catalog.pg_total_relation_size(sto.storage_oid), 0) AS total_bytes,
        COALESCE(pg_catalog.pg_table_size(sto.storage_oid), 0) AS data_bytes,
        cls.reltoastrelid <> 0 AND COALESCE(pg_catalog.pg_relation_size(cls.reltoastrelid), 0) > 0 AS has_long_values
    FROM storage AS sto
    JOIN pg_catalog.pg_class AS cls ON cls.oid = sto.storage_oid
),
statistics AS (
    SELECT
        mea.table_oid,
        pg_catalog.sum(
            CASE
                WHEN mea.relpages > 0 AND mea.reltuples >= 0 THEN
                    mea.reltuples / mea.relpages * (mea.heap_bytes / pg_catalog.current_setting('block_size')::bigint)
                ELSE mea.heap_bytes / 100
            END
        )::bigint AS estimated_rows,
        pg_catalog.sum(mea.total_bytes)::bigint AS size_bytes,
        pg_catalog.sum(mea.data_bytes)::bigint AS data_bytes,
        pg_catalog.max(mea.heap_bytes) / pg_catalog.current_setting('block_size')::bigint AS pages,
        pg_catalog.bool_or(mea.has_long_values) AS has_long_values
    FROM measured AS mea
    GROUP BY mea.table_oid
)
SELECT
    tab.oid::bigint AS oid,
    tab.nspname::text AS schema,
    tab.relname::text AS name,
    tab.relkind = 'p' AS partitioned,
    tab.relkind = 'r' AND EXISTS (
        SELECT FROM pg_catalog.pg_inherits AS inh WHERE tab.oid IN (inh.inhrelid, inh.inhparent)
    ) AS inherited,
    pg_catalog.obj_description(tab.oid, 'pg_class') AS comment,
    COALESCE(sta.estimated_rows, 0) AS estimated_rows,
    COALESCE(sta.size_bytes, 0) AS size_bytes,
    COALESCE(sta.data_bytes, 0) AS data_bytes,
    COALESCE(sta.pages, 0) AS pages,
    COALESCE(sta.has_long_values, false) AS has_long_values
FROM user_table AS tab
LEFT JOIN statistics AS sta ON sta.table_oid = tab.oid
ORDER BY tab.nspname, tab.relname;
