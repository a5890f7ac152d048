-- Every column of every table of user schemas, with the type behind its domain and, of an array, its elements' type.
WITH RECURSIVE behind (type_oid, base_oid) AS (
    SELECT typ.oid, typ.oid FROM pg_catalog.pg_type AS typ WHERE typ.typtype <> 'd'
    UNION ALL
    SELECT typ.oid, beh.base_oid
    FROM pg_catalog.pg_type AS typ
    JOIN behind AS beh ON beh.type_oid = typ.typbasetype
    WHERE typ.typtype = 'd'
),
labels AS (
    SELECT lab.enumtypid, pg_catalog.array_agg(lab.enumlabel::text ORDER BY lab.enumsortorder) AS labels
    FROM pg_catalog.pg_enum AS lab
    GROUP BY lab.enumtypid
)
SELECT
    att.attrelid::bigint AS table_oid,
    att.attname::text AS name,
    pg_catalog.format_type(att.atttypid, att.atttypmod) AS type_name,
    att.attnotnull AS not_null,
    att.attgenerated <> '' AS generated,
    att.attidentity::text AS identity,
    pg_catalog.col_description(att.attrelid, att.attnum) AS comment,
    coll_nsp.nspname::text AS collation_schema,
    coll.collname::text AS collation_name,
    -- PostgreSQL before 12 has no other collations.
    COALESCE(pg_catalog.to_jsonb(coll) ->> 'collisdeterministic', 'true') = 'true' AS deterministic,
    base.typname::text AS base_name,
    base.typtype::text AS base_kind,
    base_nsp.nspname::text AS base_schema,
    is_array.yes AS is_array,
    CASE WHEN is_array.yes THEN element.typname::text END AS element_name,
    CASE WHEN is_array.yes THEN element.typtype::text END AS element_kind,
    CASE WHEN is_array.yes THEN element_nsp.nspname::text END AS element_schema,
    CASE WHEN is_array.yes THEN pg_catalog.format_type(base.typelem, att.atttypmod) END AS element_type_name,
    COALESCE(base_labels.labels, element_labels.labels, '{}') AS enum_labels
FROM pg_catalog.pg_attribute AS att
JOIN pg_catalog.pg_class AS cls ON cls.oid = att.attrelid AND cls.relkind IN ('r', 'p') AND NOT cls.relispartition
JOIN pg_catalog.pg_namespace AS nsp
    ON nsp.oid = cls.relnamespace AND nsp.nspname !~ '^pg_' AND nsp.nspname <> 'information_schema'
JOIN behind AS beh ON beh.type_oid = att.atttypid
JOIN pg_catalog.pg_type AS base ON base.oid = beh.base_oid
JOIN pg_catalog.pg_namespace AS base_nsp ON base_nsp.oid = base.typnamespace
CROSS JOIN LATERAL (SELECT base.typcategory = 'A' AND base.typelem <> 0 AS yes) AS is_array
LEFT JOIN behind AS element_beh ON element_beh.type_oid = base.typelem AND is_array.yes
LEFT JOIN pg_catalog.pg_type AS element ON element.oid = element_beh.base_oid
LEFT JOIN pg_catalog.pg_namespace AS element_nsp ON element_nsp.oid = element.typnamespace
LEFT JOIN pg_catalog.pg_collation AS coll ON coll.oid = att.attcollation AND coll.collprovider <> 'd'
LEFT JOIN pg_catalog.pg_namespace AS coll_nsp ON coll_nsp.oid = coll.collnamespace
LEFT JOIN labels AS base_labels ON base_labels.enumtypid = base.oid
LEFT JOIN labels AS element_labels ON element_labels.enumtypid = element.oid
WHERE att.attnum > 0 AND NOT att.attisdropped
ORDER BY att.attrelid, att.attnum;
