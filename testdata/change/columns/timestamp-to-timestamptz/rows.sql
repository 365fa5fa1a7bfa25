SELECT at = '2024-01-01 12:00:00'::timestamp AT TIME ZONE current_setting('TimeZone') FROM public.t;
