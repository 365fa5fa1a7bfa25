CREATE SEQUENCE public.old_numbers INCREMENT 5 START 10;
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint DEFAULT nextval('public.old_numbers'));
INSERT INTO public.t (id) VALUES (1), (2);
