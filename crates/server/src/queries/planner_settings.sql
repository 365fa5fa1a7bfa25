-- Settings that plans depend on, where they differ from PostgreSQL's own default.
SELECT name, current_setting(name)
FROM pg_settings
WHERE (category LIKE 'Query Tuning%' AND name NOT LIKE 'jit%' OR name IN
       ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers_per_gather', 'max_parallel_workers',
        'parallel_leader_participation', 'default_text_search_config', 'search_path'))
  AND setting IS DISTINCT FROM boot_val
  AND NOT (name = 'default_text_search_config' AND setting = 'pg_catalog.english')
ORDER BY name
