CREATE FUNCTION public.norm(x text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(x) $$;
COMMENT ON FUNCTION public.norm(text) IS 'for comparison';
REVOKE EXECUTE ON FUNCTION public.norm(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.norm(text) TO change_caller;
CREATE TABLE public.words (id integer PRIMARY KEY, w text, CONSTRAINT short CHECK (length(public.norm(w)) < 100));
CREATE INDEX words_norm ON public.words (public.norm(w));
CREATE VIEW public.normal AS SELECT id, public.norm(w) AS n FROM public.words;
