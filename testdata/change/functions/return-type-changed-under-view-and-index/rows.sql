SELECT score, pg_typeof(score) FROM public.scores;
