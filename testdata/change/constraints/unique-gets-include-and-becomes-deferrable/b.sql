CREATE TABLE public.users (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT a_key UNIQUE (a) INCLUDE (b), CONSTRAINT b_key UNIQUE (b) DEFERRABLE INITIALLY DEFERRED);
