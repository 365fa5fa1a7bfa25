CREATE TYPE public.size AS ENUM ('s', 'm');
CREATE TABLE public.shirts (id integer PRIMARY KEY, size public.size);
INSERT INTO public.shirts VALUES (1, 'm');
