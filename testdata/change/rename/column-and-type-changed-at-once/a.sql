CREATE TABLE public.users (id integer PRIMARY KEY, age_text varchar(3), mail text);
INSERT INTO public.users VALUES (1, '36', 'a@b');
