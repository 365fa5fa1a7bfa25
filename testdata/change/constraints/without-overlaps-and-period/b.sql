CREATE TABLE public.prices (id int4range, valid daterange NOT NULL, price integer, CONSTRAINT prices_pkey PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE public.uses (id integer PRIMARY KEY, price int4range, used daterange,
    CONSTRAINT uses_price FOREIGN KEY (price, PERIOD used) REFERENCES public.prices (id, PERIOD valid));
