CREATE TABLE public.items (id integer PRIMARY KEY, qty integer, kind text,
    CONSTRAINT qty_check CHECK (qty > 0), CONSTRAINT kind_check CHECK (kind IN ('a', 'b', 'c')));
