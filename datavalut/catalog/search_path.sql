-- The session's search path: as it is set, and the schemas that it leads to.
SELECT
    pg_catalog.current_setting('search_path') AS setting,
    pg_catalog.current_schemas(false)::text[] AS schemas;
