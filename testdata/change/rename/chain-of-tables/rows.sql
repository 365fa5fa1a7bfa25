SELECT b.what, c.what FROM public.b, public.c;
