CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, n bigint);
ALTER TABLE public.users ADD CONSTRAINT users_grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id) NOT VALID;
ALTER TABLE public.users ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
