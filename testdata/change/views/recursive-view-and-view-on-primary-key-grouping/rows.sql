SELECT t.id, t.depth, c.n FROM public.tree t JOIN public.children c USING (id) ORDER BY id;
