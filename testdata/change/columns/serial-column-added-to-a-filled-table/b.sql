CREATE TABLE public.users (name text, id serial PRIMARY KEY);
