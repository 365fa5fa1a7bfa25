CREATE TYPE public.color AS ENUM ('red', 'green');
CREATE TABLE public.cars (id integer PRIMARY KEY, paint public.color NOT NULL DEFAULT 'red');
