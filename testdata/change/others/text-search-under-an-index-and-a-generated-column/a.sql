CREATE TEXT SEARCH DICTIONARY public.simple_short (TEMPLATE = pg_catalog.simple, accept = 'true');
CREATE TEXT SEARCH CONFIGURATION public.docs (COPY = pg_catalog.simple);
CREATE TABLE public.t (id integer PRIMARY KEY, body text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.docs', body)) STORED);
CREATE INDEX t_body ON public.t USING gin (to_tsvector('public.docs', body));
INSERT INTO public.t (id, body) VALUES (1, 'cats and dogs');
