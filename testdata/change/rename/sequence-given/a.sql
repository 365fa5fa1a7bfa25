CREATE SEQUENCE public.seq1 START 100;
CREATE TABLE public.tickets (id bigint PRIMARY KEY DEFAULT nextval('public.seq1'), title text);
ALTER SEQUENCE public.seq1 OWNED BY public.tickets.id;
INSERT INTO public.tickets (title) VALUES ('a'), ('b');
