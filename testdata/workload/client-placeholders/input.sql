SELECT * FROM users WHERE email = :email AND tenant = :tenant OR backup = :email;
SELECT * FROM users WHERE id = ? AND tags ? 'vip' LIMIT ?;
SELECT * FROM users WHERE id = %s AND name LIKE 'a%%';
SELECT * FROM users WHERE id = %(id)s AND since > now() - interval %(span)s;
SELECT * FROM users WHERE id = ANY(:ids::int[]) AND list[1:2] = '{1}';
