CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.members (id integer, grp integer, CONSTRAINT pk PRIMARY KEY (id),
    CONSTRAINT fk FOREIGN KEY (grp) REFERENCES public.groups (id) ON DELETE CASCADE);
INSERT INTO public.groups VALUES (1);
INSERT INTO public.members VALUES (1, 1), (2, 1);
