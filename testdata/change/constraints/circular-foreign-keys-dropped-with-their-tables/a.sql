CREATE TABLE public.kept (id integer PRIMARY KEY, a integer);
CREATE TABLE public.a (id integer PRIMARY KEY, b integer);
CREATE TABLE public.b (id integer PRIMARY KEY, a integer REFERENCES public.a (id));
ALTER TABLE public.a ADD FOREIGN KEY (b) REFERENCES public.b (id);
ALTER TABLE public.kept ADD CONSTRAINT kept_a_fkey FOREIGN KEY (a) REFERENCES public.a (id);
INSERT INTO public.a VALUES (1, NULL);
INSERT INTO public.b VALUES (1, 1);
UPDATE public.a SET b = 1;
INSERT INTO public.kept VALUES (1, 1);
