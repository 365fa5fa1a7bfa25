-- Publications.
SELECT p.oid, p.pubname AS name, p.pubowner AS owner, p.puballtables AS all_tables,
       p.pubinsert AS inserts, p.pubupdate AS updates, p.pubdelete AS deletes, p.pubtruncate AS truncates,
       p.pubviaroot AS via_root,
       p.pubgencols = 's' AS generated_columns, -- from 18
       false AS generated_columns,              -- before 18
       ARRAY(SELECT n.pnnspid FROM pg_publication_namespace AS n WHERE n.pnpubid = p.oid) AS schemas -- from 15
       ARRAY[]::oid[] AS schemas -- before 15
FROM pg_publication AS p
