CREATE SEQUENCE public.orders_id_seq AS integer START 50;
CREATE TABLE public.orders (id integer PRIMARY KEY DEFAULT nextval('public.orders_id_seq'), what text);
ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;
