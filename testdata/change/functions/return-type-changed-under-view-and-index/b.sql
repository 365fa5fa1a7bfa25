CREATE FUNCTION public.score(x integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT x::bigint * 2 $$;
CREATE TABLE public.players (id integer PRIMARY KEY, points integer DEFAULT public.score(1));
CREATE INDEX players_score ON public.players (public.score(points));
CREATE VIEW public.scores AS SELECT id, public.score(points) AS score FROM public.players;
