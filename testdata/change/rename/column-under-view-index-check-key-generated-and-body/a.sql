CREATE TABLE public.customers (id integer PRIMARY KEY);
CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    cust integer NOT NULL REFERENCES public.customers (id),
    amount numeric(10,2) NOT NULL,
    doubled numeric(12,2) GENERATED ALWAYS AS (amount * 2) STORED,
    CONSTRAINT amount_positive CHECK (amount > 0)
);
CREATE INDEX orders_amount_idx ON public.orders (amount DESC) WHERE amount > 100;
CREATE VIEW public.order_totals AS SELECT cust, sum(amount) AS total FROM public.orders GROUP BY cust;
CREATE FUNCTION public.total_of(c integer) RETURNS numeric LANGUAGE sql STABLE
    AS $$ SELECT sum(amount) FROM public.orders WHERE cust = c $$;
INSERT INTO public.customers VALUES (1), (2);
INSERT INTO public.orders (id, cust, amount) VALUES (1, 1, 150), (2, 1, 50), (3, 2, 7.5);
