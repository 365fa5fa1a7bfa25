CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.members (id integer, grp integer, CONSTRAINT members_pkey PRIMARY KEY (id),
    CONSTRAINT members_grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id) ON DELETE CASCADE);
