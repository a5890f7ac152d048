-- Of the extensions named, up to five objects each that need them, by kind and name; not those that go with an
-- extension: foreign servers, user mappings and foreign tables of its wrappers, and what is part of these.
WITH RECURSIVE going (extension_oid, class_oid, object_oid) AS (
    SELECT ext.oid, dep.classid, dep.objid
    FROM pg_catalog.pg_extension AS ext
    JOIN pg_catalog.pg_depend AS dep
        ON dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND dep.refobjid = ext.oid
        AND dep.deptype = 'e'
    WHERE ext.extname = ANY (%(names)s)
    UNION
    SELECT gone.extension_oid, dep.classid, dep.objid
    FROM going AS gone
    JOIN pg_catalog.pg_depend AS dep ON dep.refclassid = gone.class_oid AND dep.refobjid = gone.object_oid
    LEFT JOIN pg_catalog.pg_class AS cls
        ON cls.oid = dep.objid AND dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    WHERE dep.deptype IN ('a', 'i')
        OR dep.classid IN (
            'pg_catalog.pg_foreign_server'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass
        )
        OR cls.relkind = 'f'
),
needing AS (
    SELECT DISTINCT
        gone.extension_oid,
        -- A view needs things by its rule.
        CASE WHEN rul.oid IS NULL THEN dep.classid ELSE 'pg_catalog.pg_class'::pg_catalog.regclass END AS class_oid,
        COALESCE(rul.ev_class, dep.objid) AS object_oid,
        CASE WHEN rul.oid IS NULL THEN dep.objsubid ELSE 0 END AS part
    FROM going AS gone
    JOIN pg_catalog.pg_depend AS dep ON dep.refclassid = gone.class_oid AND dep.refobjid = gone.object_oid
    LEFT JOIN pg_catalog.pg_rewrite AS rul
        ON rul.oid = dep.objid AND dep.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    WHERE dep.deptype = 'n'
        AND NOT EXISTS (
            SELECT FROM going AS other
            WHERE other.class_oid = dep.classid AND other.object_oid = dep.objid
        )
),
numbered AS (
    SELECT
        needing.*,
        pg_catalog.row_number() OVER (PARTITION BY extension_oid ORDER BY class_oid, object_oid, part) AS number
    FROM needing
)
SELECT
    ext.extname::text AS extension_name,
    pg_catalog.array_agg(named.type || ' ' || named.identity ORDER BY num.number) AS needed_by
FROM numbered AS num
JOIN pg_catalog.pg_extension AS ext ON ext.oid = num.extension_oid
CROSS JOIN LATERAL pg_catalog.pg_identify_object(num.class_oid, num.object_oid, num.part) AS named
WHERE num.number <= 5
GROUP BY ext.extname;
