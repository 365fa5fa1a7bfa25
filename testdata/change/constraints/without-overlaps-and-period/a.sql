CREATE TABLE public.prices (id int4range, valid daterange NOT NULL, price integer, CONSTRAINT prices_pkey PRIMARY KEY (id));
CREATE TABLE public.uses (id integer PRIMARY KEY, price int4range, used daterange);
INSERT INTO public.prices VALUES ('[1,2)', '[2024-01-01,2025-01-01)', 5);
INSERT INTO public.uses VALUES (1, '[1,2)', '[2024-02-01,2024-03-01)');
