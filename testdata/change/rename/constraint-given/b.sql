CREATE TABLE public.items (id integer PRIMARY KEY, sku text, qty integer,
    CONSTRAINT items_sku_key UNIQUE (sku), CONSTRAINT items_qty_check CHECK (qty >= 0));
COMMENT ON CONSTRAINT items_sku_key ON public.items IS 'one each';
