CREATE TEXT SEARCH DICTIONARY public.simple_short (TEMPLATE = pg_catalog.simple, accept = 'false');
CREATE TEXT SEARCH DICTIONARY public.english_too (TEMPLATE = pg_catalog.snowball, language = 'english');
CREATE TEXT SEARCH CONFIGURATION public.docs (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.docs ALTER MAPPING FOR asciiword, word WITH public.english_too, pg_catalog.simple;
CREATE TEXT SEARCH CONFIGURATION public.more (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION public.more ADD MAPPING FOR email WITH public.simple_short;
CREATE TABLE public.t (id integer PRIMARY KEY, body text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.docs', body)) STORED);
CREATE INDEX t_body ON public.t USING gin (to_tsvector('public.docs', body));
