CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, CONSTRAINT users_grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id) ON DELETE SET NULL);
