-- The dictionaries of each kind of token, in the order they are asked.
SELECT c.oid AS configuration, t.alias AS token, m.mapdict AS dictionary
FROM pg_ts_config AS c
CROSS JOIN LATERAL ts_token_type(c.cfgparser) AS t
JOIN pg_ts_config_map AS m ON m.mapcfg = c.oid AND m.maptokentype = t.tokid
WHERE c.oid >= 16384
ORDER BY c.oid, t.tokid, m.mapseqno
