CREATE SEQUENCE public.ticket_numbers START 100;
CREATE TABLE public.tickets (id bigint PRIMARY KEY DEFAULT nextval('public.ticket_numbers'), title text);
ALTER SEQUENCE public.ticket_numbers OWNED BY public.tickets.id;
