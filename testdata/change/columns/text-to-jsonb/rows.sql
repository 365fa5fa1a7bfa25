SELECT data->'a' FROM public.t WHERE data @> '{"a": 1}';
