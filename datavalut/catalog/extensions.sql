-- Installed extensions but plpgsql, which every database has.
SELECT ext.extname::text AS name, ext.extversion AS version
FROM pg_catalog.pg_extension AS ext
WHERE ext.extname <> 'plpgsql'
ORDER BY ext.extname;
