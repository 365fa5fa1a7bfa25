INSERT INTO public.tickets (title) VALUES ('c') RETURNING id;
