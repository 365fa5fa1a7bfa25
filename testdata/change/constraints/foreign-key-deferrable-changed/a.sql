CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, a integer CONSTRAINT a_fkey REFERENCES public.groups (id), b integer CONSTRAINT b_fkey REFERENCES public.groups (id) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO public.groups VALUES (1);
INSERT INTO public.users VALUES (1, 1, 1);
