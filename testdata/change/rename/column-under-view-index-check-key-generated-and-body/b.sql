CREATE TABLE public.customers (id integer PRIMARY KEY);
CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES public.customers (id),
    price numeric(10,2) NOT NULL,
    doubled numeric(12,2) GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT amount_positive CHECK (price > 0)
);
CREATE INDEX orders_amount_idx ON public.orders (price DESC) WHERE price > 100;
CREATE VIEW public.order_totals AS SELECT customer_id AS cust, sum(price) AS total FROM public.orders GROUP BY customer_id;
CREATE FUNCTION public.total_of(c integer) RETURNS numeric LANGUAGE sql STABLE
    AS $$ SELECT sum(price) FROM public.orders WHERE customer_id = c $$;
