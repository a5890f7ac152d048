-- Every sequence of user schemas that no extension owns, with the number columns that take their values from it: the
-- column that owns it (serial, identity), and those whose default calls it. Without a column, one row with nulls.
WITH RECURSIVE user_sequence AS (
    SELECT cls.oid, nsp.nspname, cls.relname, seq.seqincrement, seq.seqmin, seq.seqmax
    FROM pg_catalog.pg_class AS cls
    JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = cls.relnamespace
    JOIN pg_catalog.pg_sequence AS seq ON seq.seqrelid = cls.oid
    WHERE nsp.nspname !~ '^pg_'
        AND nsp.nspname <> 'information_schema'
        AND cls.relpersistence <> 't'
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS dep
            WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND dep.objid = cls.oid
                AND dep.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                AND dep.deptype = 'e'
        )
),
fed_column AS (
    SELECT dep.objid AS sequence_oid, dep.refobjid AS table_oid, dep.refobjsubid AS attnum
    FROM pg_catalog.pg_depend AS dep
    WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND dep.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND dep.refobjsubid > 0
        AND dep.deptype IN ('a', 'i')
    UNION
    SELECT dep.refobjid, def.adrelid, def.adnum
    FROM pg_catalog.pg_depend AS dep
    JOIN pg_catalog.pg_attrdef AS def ON def.oid = dep.objid
    WHERE dep.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
        AND dep.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
),
above_foreign_table (oid) AS (
    SELECT ftrelid FROM pg_catalog.pg_foreign_table
    UNION
    SELECT inh.inhparent
    FROM above_foreign_table AS below
    JOIN pg_catalog.pg_inherits AS inh ON inh.inhrelid = below.oid
),
fed_table AS (
    SELECT DISTINCT
        fed.sequence_oid,
        tab_nsp.nspname::text AS table_schema,
        tab.relname::text AS table_name,
        att.attname::text AS column_name,
        EXISTS (SELECT FROM above_foreign_table AS abo WHERE abo.oid = tab.oid) AS has_foreign_children,
        CASE typ.typtype WHEN 'd' THEN typ.typbasetype ELSE typ.oid END
            IN ('int2'::pg_catalog.regtype, 'int4'::pg_catalog.regtype, 'int8'::pg_catalog.regtype,
                'numeric'::pg_catalog.regtype) AS is_number
    FROM fed_column AS fed
    JOIN pg_catalog.pg_attribute AS att ON att.attrelid = fed.table_oid AND att.attnum = fed.attnum
    JOIN pg_catalog.pg_type AS typ ON typ.oid = att.atttypid
    JOIN pg_catalog.pg_class AS tab ON tab.oid = fed.table_oid AND tab.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace AS tab_nsp ON tab_nsp.oid = tab.relnamespace
)
SELECT
    seq.nspname::text AS sequence_schema,
    seq.relname::text AS sequence_name,
    seq.seqincrement AS increment,
    seq.seqmin AS lowest,
    seq.seqmax AS highest,
    fed.table_schema,
    fed.table_name,
    fed.has_foreign_children,
    fed.column_name
FROM user_sequence AS seq
LEFT JOIN fed_table AS fed ON fed.sequence_oid = seq.oid AND fed.is_number
ORDER BY seq.nspname, seq.relname, fed.table_schema, fed.table_name, fed.column_name;
