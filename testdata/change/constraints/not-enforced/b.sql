CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, n integer, old integer,
    CONSTRAINT grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id),
    CONSTRAINT n_small CHECK (n < 0) NOT ENFORCED,
    CONSTRAINT old_small CHECK (old < 10) NOT ENFORCED);
