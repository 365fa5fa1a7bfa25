CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, n integer, old integer,
    CONSTRAINT grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id) NOT ENFORCED,
    CONSTRAINT old_small CHECK (old < 10));
INSERT INTO public.groups VALUES (1);
INSERT INTO public.users VALUES (1, 1, 1, 1);
