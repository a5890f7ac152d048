-- Whether this server is a standby that cancels queries which hold back its replay: one row. The delay is that of the
-- way on which its changes come, in milliseconds; -1 is for ever.
SELECT
    pg_catalog.pg_is_in_recovery() AS is_standby,
    (
        SELECT delay.setting::bigint
        FROM pg_catalog.pg_settings AS delay
        WHERE delay.name = CASE
            WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver) THEN 'max_standby_streaming_delay'
            ELSE 'max_standby_archive_delay'
        END
    ) AS cancelled_after,
    pg_catalog.current_setting('hot_standby_feedback')::boolean AS feedback;
