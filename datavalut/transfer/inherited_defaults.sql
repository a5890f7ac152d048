-- Every default of a column in the schemas %(schemas)s, but those of generated columns: its table, and the statements
-- that drop it and set it again.
SELECT
    altered.table_schema,
    altered.table_name,
    altered.column_of || ' DROP DEFAULT' AS dropping,
    altered.column_of || ' SET DEFAULT ' || altered.expression AS setting
FROM (
    SELECT
        nsp.nspname::text AS table_schema,
        cls.relname::text AS table_name,
        pg_catalog.format('ALTER TABLE ONLY %%I.%%I ALTER COLUMN %%I', nsp.nspname, cls.relname, att.attname)
            AS column_of,
        pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS expression
    FROM pg_catalog.pg_namespace AS nsp
    JOIN pg_catalog.pg_class AS cls ON cls.relnamespace = nsp.oid
    JOIN pg_catalog.pg_attrdef AS def ON def.adrelid = cls.oid
    JOIN pg_catalog.pg_attribute AS att
        ON att.attrelid = cls.oid AND att.attnum = def.adnum AND att.attgenerated = ''
    WHERE nsp.nspname = ANY (%(schemas)s::text[])
) AS altered;
