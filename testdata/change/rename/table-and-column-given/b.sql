CREATE TABLE public.accounts (id integer PRIMARY KEY, email text);
CREATE VIEW public.mails AS SELECT email AS mail FROM public.accounts;
