CREATE TABLE public.nodes (id integer PRIMARY KEY, parent integer, name text);
CREATE VIEW public.tree AS WITH RECURSIVE t AS (
    SELECT id, name, 0 AS depth FROM public.nodes WHERE parent IS NULL
    UNION ALL SELECT n.id, n.name, t.depth + 1 FROM public.nodes n JOIN t ON n.parent = t.id)
    SELECT id, name, depth FROM t;
CREATE VIEW public.children AS SELECT p.id, p.name, count(c.id) AS n FROM public.nodes p LEFT JOIN public.nodes c ON c.parent = p.id GROUP BY p.id;
