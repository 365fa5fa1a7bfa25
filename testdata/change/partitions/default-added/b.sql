CREATE TABLE public.cities (id integer NOT NULL, country text NOT NULL, PRIMARY KEY (id, country)) PARTITION BY LIST (country);
CREATE TABLE public.cities_ch PARTITION OF public.cities FOR VALUES IN ('ch', 'li');
CREATE TABLE public.cities_other PARTITION OF public.cities DEFAULT;
