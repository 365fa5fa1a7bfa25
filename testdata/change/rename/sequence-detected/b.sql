CREATE SEQUENCE public.new_numbers INCREMENT 5 START 10;
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint DEFAULT nextval('public.new_numbers'));
