-- Operators and support functions of operator classes, and those that belong to a family only.
SELECT d.refclassid AS class, d.refobjid AS oid, true AS is_operator, o.amopstrategy::int AS number,
       o.amopopr AS member, o.amoplefttype AS left_type, o.amoprighttype AS right_type,
       o.amopsortfamily AS order_by
FROM pg_depend AS d
JOIN pg_amop AS o ON o.oid = d.objid
WHERE d.classid = 2602 AND d.refclassid IN (2616, 2753) AND d.refobjid >= 16384
UNION ALL
SELECT d.refclassid, d.refobjid, false, p.amprocnum, p.amproc::oid, p.amproclefttype, p.amprocrighttype, 0
FROM pg_depend AS d
JOIN pg_amproc AS p ON p.oid = d.objid
WHERE d.classid = 2603 AND d.refclassid IN (2616, 2753) AND d.refobjid >= 16384
