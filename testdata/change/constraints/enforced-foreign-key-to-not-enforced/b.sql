CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer CONSTRAINT grp_fkey REFERENCES public.groups (id) NOT ENFORCED);
