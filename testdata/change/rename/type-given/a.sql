CREATE TYPE public.colour AS ENUM ('red', 'green');
CREATE TABLE public.cars (id integer PRIMARY KEY, paint public.colour NOT NULL DEFAULT 'red');
INSERT INTO public.cars VALUES (1, 'green');
