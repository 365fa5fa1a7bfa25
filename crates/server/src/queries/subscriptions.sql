-- Subscriptions of this database. Their connections only a superuser may read.
SELECT oid, subname AS name, subowner AS owner, subenabled AS enabled, subslotname AS slot_name,
       subpublications AS publications, subsynccommit AS synchronous_commit, subbinary AS is_binary,
       substream::text AS streaming,
       subtwophasestate <> 'd' AS two_phase, -- from 15
       subdisableonerr AS disable_on_error,  -- from 15
       false AS two_phase,        -- before 15
       false AS disable_on_error, -- before 15
       subpasswordrequired AS password_required, -- from 16
       subrunasowner AS run_as_owner,            -- from 16
       suborigin AS origin,                      -- from 16
       true AS password_required, -- before 16
       false AS run_as_owner,     -- before 16
       'any' AS origin,           -- before 16
       subfailover AS failover, -- from 17
       false AS failover,       -- before 17
       has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT') AS is_readable
FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
