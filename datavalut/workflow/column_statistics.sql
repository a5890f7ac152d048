-- What ANALYZE found in the text columns that this user may read: how many different values (negative: as a share of
-- the rows), and the frequent ones. Of a parent of classic inheritance only its own rows count, of a partitioned table
-- all of its partitions'.
SELECT
    statistics.schemaname AS schema,
    statistics.tablename AS table_name,
    statistics.attname AS column_name,
    statistics.n_distinct AS distinct_values,
    statistics.most_common_vals::pg_catalog.text::pg_catalog.text[] AS frequent_values
FROM pg_catalog.pg_stats AS statistics
JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = statistics.schemaname
JOIN pg_catalog.pg_class AS class ON class.relnamespace = namespace.oid AND class.relname = statistics.tablename
JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attname = statistics.attname
JOIN pg_catalog.pg_type AS type ON type.oid = attribute.atttypid
WHERE namespace.nspname NOT IN ('pg_catalog', 'information_schema')
    AND namespace.nspname NOT LIKE 'pg\_toast%'
    AND type.typcategory = 'S'
    AND statistics.inherited = (class.relkind = 'p');
