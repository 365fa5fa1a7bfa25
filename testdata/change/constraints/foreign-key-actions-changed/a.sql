CREATE TABLE public.groups (id integer PRIMARY KEY, code text UNIQUE);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, code text,
    CONSTRAINT grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id),
    CONSTRAINT code_fkey FOREIGN KEY (code) REFERENCES public.groups (code) MATCH FULL ON UPDATE CASCADE);
COMMENT ON CONSTRAINT grp_fkey ON public.users IS 'where they are';
INSERT INTO public.groups VALUES (1, 'x');
INSERT INTO public.users VALUES (1, 1, 'x');
