-- Objects of the user's own, that no extension owns, which only a superuser can make again: each by kind and name.
WITH superuser_object (class_oid, object_oid) AS (
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, pro.oid
    FROM pg_catalog.pg_proc AS pro
    JOIN pg_catalog.pg_language AS lan ON lan.oid = pro.prolang
    WHERE pro.prokind <> 'a' AND (NOT lan.lanpltrusted OR pro.proleakproof OR pro.prosupport <> 0)
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, agg.aggfnoid
    FROM pg_catalog.pg_aggregate AS agg
    WHERE 'pg_catalog.internal'::pg_catalog.regtype IN (agg.aggtranstype, agg.aggmtranstype)
    UNION ALL
    SELECT 'pg_catalog.pg_language'::pg_catalog.regclass, lan.oid FROM pg_catalog.pg_language AS lan
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, typ.oid
    FROM pg_catalog.pg_type AS typ
    WHERE typ.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type AS elt WHERE elt.typarray = typ.oid)
    UNION ALL
    SELECT 'pg_catalog.pg_cast'::pg_catalog.regclass, cas.oid
    FROM pg_catalog.pg_cast AS cas
    WHERE cas.castmethod = 'b'
    UNION ALL
    SELECT 'pg_catalog.pg_am'::pg_catalog.regclass, am.oid FROM pg_catalog.pg_am AS am
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, opf.oid FROM pg_catalog.pg_opfamily AS opf
    UNION ALL
    SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, opc.oid FROM pg_catalog.pg_opclass AS opc
    UNION ALL
    SELECT 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, prs.oid FROM pg_catalog.pg_ts_parser AS prs
    UNION ALL
    SELECT 'pg_catalog.pg_ts_template'::pg_catalog.regclass, tmpl.oid FROM pg_catalog.pg_ts_template AS tmpl
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, fdw.oid
    FROM pg_catalog.pg_foreign_data_wrapper AS fdw
)
SELECT identified.type || ' ' || identified.identity AS object
FROM superuser_object AS obj
CROSS JOIN LATERAL pg_catalog.pg_identify_object(obj.class_oid, obj.object_oid, 0) AS identified
WHERE obj.object_oid >= 16384  -- below are those that every server has
    AND (
        identified.schema IS NULL
        OR (identified.schema !~ '^pg_' AND identified.schema <> 'information_schema')
    )
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS dep
        WHERE dep.classid = obj.class_oid
            AND dep.objid = obj.object_oid
            AND dep.deptype IN ('e', 'i')  -- an extension's; or part of another object, as a range type's constructors
    )
ORDER BY object;
