CREATE TABLE public.groups (id integer PRIMARY KEY, code text UNIQUE);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, code text,
    CONSTRAINT grp_fkey FOREIGN KEY (grp) REFERENCES public.groups (id) ON DELETE CASCADE ON UPDATE RESTRICT,
    CONSTRAINT code_fkey FOREIGN KEY (code) REFERENCES public.groups (code));
COMMENT ON CONSTRAINT grp_fkey ON public.users IS 'where they are';
