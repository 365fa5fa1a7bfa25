CREATE TABLE public.items (id integer PRIMARY KEY, sku text, qty integer,
    CONSTRAINT u UNIQUE (sku), CONSTRAINT c CHECK (qty >= 0));
COMMENT ON CONSTRAINT u ON public.items IS 'one each';
INSERT INTO public.items VALUES (1, 'x', 1);
