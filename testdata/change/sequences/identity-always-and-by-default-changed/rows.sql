WITH a AS (INSERT INTO public.a (x) VALUES ('n') RETURNING id), b AS (INSERT INTO public.b (x) VALUES ('n') RETURNING id) SELECT a.id, b.id FROM a, b;
