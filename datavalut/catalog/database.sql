-- The database itself: one row. The locale's columns have other names in each major version: read through jsonb.
SELECT
    db.datname::text AS database,
    pg_catalog.current_setting('server_version_num')::integer AS server_version,
    pg_catalog.pg_encoding_to_char(db.encoding)::text AS encoding,
    db.datcollate::text AS collation,
    db.datctype::text AS character_type,
    CASE pg_catalog.to_jsonb(db) ->> 'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END
        AS locale_provider,
    COALESCE(pg_catalog.to_jsonb(db) ->> 'datlocale', pg_catalog.to_jsonb(db) ->> 'daticulocale') AS locale,
    pg_catalog.to_jsonb(db) ->> 'daticurules' AS locale_rules,
    pg_catalog.pg_database_size(db.oid) AS size_bytes,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata) AS large_objects
FROM pg_catalog.pg_database AS db
WHERE db.datname = pg_catalog.current_database();
