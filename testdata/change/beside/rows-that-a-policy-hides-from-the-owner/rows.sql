ALTER TABLE public.papers DISABLE ROW LEVEL SECURITY; SELECT count(*), sum(size) FROM public.papers;
