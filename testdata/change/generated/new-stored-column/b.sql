CREATE TABLE public.docs (id integer PRIMARY KEY, title text, body text,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(title, '') || ' ' || coalesce(body, ''))) STORED);
CREATE INDEX docs_search ON public.docs USING gin (search);
