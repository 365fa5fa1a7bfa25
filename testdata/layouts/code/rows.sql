INSERT INTO "Sales; 2"."Order" VALUES (1, 'new', 'first'), (2, 'done', NULL);
