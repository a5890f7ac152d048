-- Of the extensions named, whether this server has them, and whether a role without superuser rights may install the
-- version that it would get. Only from PostgreSQL 13 on are there trusted ones: read through jsonb.
SELECT
    wanted.name,
    ver.name IS NOT NULL AS available,
    COALESCE(NOT ver.superuser OR (pg_catalog.to_jsonb(ver) ->> 'trusted')::boolean, false) AS installable
FROM pg_catalog.unnest(%(names)s::pg_catalog.text[]) AS wanted (name)
LEFT JOIN pg_catalog.pg_available_extensions AS ext ON ext.name = wanted.name
LEFT JOIN pg_catalog.pg_available_extension_versions AS ver
    ON ver.name = ext.name AND ver.version = ext.default_version
ORDER BY wanted.name;
