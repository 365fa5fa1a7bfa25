CREATE TABLE public.t (id integer PRIMARY KEY, n bigint NOT NULL DEFAULT 3 CONSTRAINT n_small CHECK (n < 1000));
COMMENT ON COLUMN public.t.n IS 'how many';
COMMENT ON CONSTRAINT n_small ON public.t IS 'not many';
GRANT SELECT (n), UPDATE (n) ON public.t TO change_column_user;
ALTER TABLE public.t ALTER n SET STATISTICS 77;
CREATE UNIQUE INDEX t_n ON public.t (n) INCLUDE (id) WHERE n > 1;
COMMENT ON INDEX public.t_n IS 'each once';
CREATE STATISTICS public.t_stat (ndistinct) ON id, n FROM public.t;
COMMENT ON STATISTICS public.t_stat IS 'together';
