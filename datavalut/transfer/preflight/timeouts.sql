-- What ends a session or its work after a time, as it holds for this session, in milliseconds; 0 is never. Older
-- servers know fewer of them.
SELECT name::text, setting::bigint AS milliseconds
FROM pg_catalog.pg_settings
WHERE name IN (
    'idle_in_transaction_session_timeout', 'idle_session_timeout', 'statement_timeout', 'transaction_timeout'
)
ORDER BY name;
