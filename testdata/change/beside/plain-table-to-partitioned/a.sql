CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text DEFAULT 'x', CONSTRAINT events_pkey PRIMARY KEY (id, at));
CREATE INDEX events_kind ON public.events (kind);
COMMENT ON TABLE public.events IS 'what happened';
GRANT SELECT ON public.events TO change_part_reader;
CREATE VIEW public.kinds AS SELECT kind, count(*) AS n FROM public.events GROUP BY kind;
INSERT INTO public.events VALUES (1, '2023-03-03', 'x'), (2, '2024-04-04', 'y'), (3, '2024-05-05', 'y');
