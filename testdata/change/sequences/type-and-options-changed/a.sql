CREATE SEQUENCE public.numbers AS integer INCREMENT 2 START 10 CACHE 5;
CREATE TABLE public.t (n integer PRIMARY KEY DEFAULT nextval('public.numbers'));
ALTER SEQUENCE public.numbers CACHE 1;
INSERT INTO public.t VALUES (DEFAULT), (DEFAULT);
