CREATE TABLE public.accounts (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES public.accounts (id));
CREATE INDEX accounts_lower_idx ON public.accounts (lower(name));
