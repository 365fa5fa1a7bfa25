CREATE TYPE public.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE public.text_range AS RANGE (subtype = text, collation = "C");
CREATE TABLE public.t (id integer PRIMARY KEY, r public.float_range, w public.text_range);
