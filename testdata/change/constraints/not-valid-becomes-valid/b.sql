CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer CONSTRAINT users_grp_fkey REFERENCES public.groups (id), n integer CONSTRAINT n_positive CHECK (n > 0));
