CREATE TABLE public."Order Lines" ("Line.No" integer PRIMARY KEY, "Unit Price" numeric);
INSERT INTO public."Order Lines" VALUES (1, 9.99);
