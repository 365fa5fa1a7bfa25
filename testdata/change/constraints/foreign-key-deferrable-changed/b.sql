CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, a integer CONSTRAINT a_fkey REFERENCES public.groups (id) DEFERRABLE, b integer CONSTRAINT b_fkey REFERENCES public.groups (id) DEFERRABLE);
