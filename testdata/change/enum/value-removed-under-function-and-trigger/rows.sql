SELECT id, kind, public.kind_of(id) FROM public.things ORDER BY id;
