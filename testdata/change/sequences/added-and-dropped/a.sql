CREATE SEQUENCE public.gone;
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint DEFAULT nextval('public.gone'));
INSERT INTO public.t (id) VALUES (1), (2);
