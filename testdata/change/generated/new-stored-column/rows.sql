SELECT id FROM public.docs WHERE search @@ to_tsquery('english', 'cat');
