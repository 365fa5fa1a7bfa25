CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE VIEW public.grouped AS SELECT id FROM public.users;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
