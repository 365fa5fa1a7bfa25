CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL);
