id
t.id
app.t.id
t
id + 1
id + 1.5
id + big
id * price
small + 1
-id
- 5
+ id
id % 2 = 0
id ^ 2
n / 3
2 ^ 10
|/ d
@ id
id = 1
id = '1'
big = 1
big = 5000000000
n = 1
n = '1.50'
price > 0
price >= 0.00
d > 1
d > '1e20'
r = 1.5
id <> 2
id != 2
name = 'x'
code = 'x'
word = 'x'
fixed = 'x'
letter = 'x'
label = 'x'
name = code
code = word
code = fixed
name || code
name || id
id || name
code || word
name || 'x' || code
name || NULL
'a' || 'b'
name LIKE 'a%'
code LIKE 'a%'
fixed LIKE 'a%'
name NOT LIKE 'a%'
name ILIKE 'a%'
name LIKE 'a!%' ESCAPE '!'
name SIMILAR TO 'a+'
name SIMILAR TO 'a+' ESCAPE '!'
name ~ '^[a-z]+$'
code ~* '^x'
name !~ 'x'
mail ~ '@'
mail = 'x'
mail = name
mail || 'x'
lower(mail)
amount > 0
amount + 1
ok
NOT ok
ok AND id > 1
ok OR id > 1 AND name = 'x'
(ok OR id > 1) AND name = 'x'
ok = true
ok = 't'
ok IS TRUE
ok IS NOT FALSE
ok IS UNKNOWN
id IS NULL
name IS NOT NULL
home IS NULL
t IS NOT NULL
id IS DISTINCT FROM 1
id IS NOT DISTINCT FROM big
id IS DISTINCT FROM NULL
id BETWEEN 1 AND 10
id NOT BETWEEN 1 AND 10
id BETWEEN SYMMETRIC 10 AND 1
born BETWEEN '2020-01-01' AND '2020-12-31'
id IN (1)
id IN (1, 2, 3)
id NOT IN (1, 2, 3)
big IN (1, 2, 3)
id IN (1, big)
id IN (1, 2, small)
name IN ('a', 'b')
code IN ('a', 'b')
code NOT IN ('a', 'b')
fixed IN ('a', 'b')
letter IN ('a', 'b')
stage IN ('new', 'open')
stage = 'new'
stage <> 'done'
stage = 'new'::app.stage
stage::text = 'new'
price IN (1, 2.5)
mail IN ('a', 'b')
born IN ('2020-01-01', '2020-02-01')
(id, big) = (1, 2)
(id, big) < (1, 2)
(id, name) IN ((1, 'a'), (2, 'b'))
(id, big) <> (1, 2)
ROW(id, name) IS DISTINCT FROM ROW(1, 'x')
id = ANY (ints)
id = ANY ('{1,2,3}')
id = ANY (ARRAY[1,2])
name = ANY (texts)
name = ANY ('{a,b}'::text[])
code = ANY (codes)
code = ANY (ARRAY['a','b'])
code = ANY (ARRAY['a'::varchar,'b'::varchar])
code::text = ANY (ARRAY['a','b'])
id <> ALL (ARRAY[1,2])
stage = ANY (stages)
stage = ANY (ARRAY['new','open'])
stage = ANY (ARRAY['new'::app.stage,'open'::app.stage])
name LIKE ANY (ARRAY['a%','b%'])
ints @> ARRAY[1]
ints && '{1,2}'
texts @> ARRAY['a']
codes @> ARRAY['a']::varchar[]
ints || 1
1 || ints
ints || ints
texts || 'a'
ints[1]
ints[1:2]
ints[:2]
ints[2:]
texts[id]
tags[1]
tags @> ARRAY['x']
array_length(ints, 1)
cardinality(tags)
array_position(texts, 'a')
array_append(ints, 5)
array_cat(texts, '{a}')
app.first_of(ints)
ARRAY[1, 2]
ARRAY[1, 2.5]
ARRAY[1, NULL]
ARRAY['a', code]
ARRAY[[1,2],[3,4]]
ARRAY[]::integer[]
ARRAY[1,2]::text[]
ARRAY['1','2']::integer[]
'{1, 2,3}'::int[]
'{"a b",c,NULL,"null"}'::text[]
(ints)::text[]
ints::bigint[]
codes::text[]
CASE WHEN id > 1 THEN 'a' ELSE 'b' END
CASE WHEN ok THEN 1 END
CASE id WHEN 1 THEN 'x' WHEN 2 THEN name END
CASE name WHEN 'a' THEN 1 ELSE 2.5 END
CASE stage WHEN 'new' THEN true ELSE false END
CASE WHEN ok THEN code ELSE 'x' END
CASE WHEN ok THEN NULL ELSE born END
COALESCE(name, 'x')
COALESCE(code, 'x')
COALESCE(id, 0)
COALESCE(price, 0)
COALESCE(big, id)
COALESCE(NULL, name)
COALESCE(ok, false)
COALESCE(ints, '{}')
COALESCE(ints, ARRAY[]::integer[])
COALESCE(jb, '{}')
COALESCE(stage, 'new')
GREATEST(id, 1)
LEAST(id, big, 2)
GREATEST(born, '2020-01-01')
NULLIF(name, '')
NULLIF(id, 0)
NULLIF(code, '')
NULLIF(price, 0)
now()
current_timestamp
current_timestamp(3)
current_date
current_time
localtime
localtimestamp(0)
current_user
session_user
user
current_role
current_schema
current_catalog
tstz > now() - interval '1 day'
tstz > now() - '1 day'::interval
born + 1
born - born
born + interval '1 month'
ts - ts
ts + '1 hour'
born = '2020-1-1'
born > '2020-01-01'::date
ts >= '2020-01-01'
ts >= '2020-01-01 10:00'
tstz = '2020-01-01 00:00:00+00'
tstz = '2020-01-01 12:00:00+02'
at_time > '9:30'
span > '1 hour'
span = interval '1' day
span = interval '90 minutes'
span = interval '1-2' year to month
interval '1 day 2 hours'
interval '3' hour
interval '1.5 hours'
'1 year 2 mons 3 days 04:05:06.5'::interval
'-1 day'::interval
'P1Y2M3DT4H5M6S'::interval
'1 week'::interval
extract(year from born)
extract(epoch from ts)
extract(dow from tstz)
date_part('year', born)
date_trunc('day', ts)
date_trunc('day', tstz)
ts AT TIME ZONE 'UTC'
tstz AT TIME ZONE 'Europe/Berlin'
(tstz AT TIME ZONE 'UTC')::date
ts AT LOCAL
age(ts)
age(tstz, now())
to_char(ts, 'YYYY-MM')
make_date(2020, 1, 1)
(born, born) OVERLAPS (born, born)
position('a' in name)
substring(name from 2 for 3)
substring(name from 2)
substring(name from 'a.c')
substring(name, 2, 3)
substring(name similar 'a' escape '#')
overlay(name placing 'x' from 2 for 1)
overlay(name placing 'x' from 2)
trim(name)
trim(both 'x' from name)
trim(leading from name)
trim(trailing 'x' from name)
btrim(name)
trim(code)
normalize(name)
normalize(name, NFD)
name IS NORMALIZED
name IS NFC NORMALIZED
name COLLATE "C" > 'a'
name COLLATE "C"
upper(code)
lower(name)
length(name)
length(code)
length(fixed)
char_length(code)
octet_length(name)
octet_length(raw)
left(name, 3)
concat(name, '-', id)
concat_ws(',', name, code)
format('%s %s', name, id)
replace(name, 'a', 'b')
split_part(name, ',', 1)
regexp_replace(name, 'a', 'b', 'g')
md5(name)
md5(code)
round(price, 2)
round(n)
round(d)
round(d::numeric, 2)
abs(id)
abs(price)
ceil(d)
floor(n)
mod(id, 2)
power(id, 2)
power(n, 2)
sqrt(id)
random() < 0.5
id::bigint
id::text
id::numeric
id::numeric(10,2)
price::numeric(10,2)
price::integer
name::integer
name::varchar(5)
code::varchar(5)
code::text
code::varchar
name::char(5)
name::char
name::bpchar
'x'::varchar(5)
'x'::char(5)
'abc'::char
'x'::text
'5'::integer
' 5 '::int
'1.50'::numeric
'1.50'::numeric(10,1)
1.5::numeric(5,2)
5::numeric
5::bigint
5::smallint
(-5)::bigint
-5::bigint
'-5'::integer
- 5.5
-price
5000000000
1e10
1.0e-3
.5
0x1F
1_000
true::text
't'::boolean
'off'::boolean
'yes'::bool
NULL::integer
NULL
'2020-1-1'::date
'2020-01-01 5:00'::timestamp
'2020-01-01 5:00'::timestamp(0)
timestamp '2020-01-01 00:00:00.123'
date '2020-01-01'
time '10:00'
'10:00'::time(3)
ts::date
ts::timestamp(0)
ts::timestamptz
tstz::timestamptz(3)
born::timestamp
born::timestamptz
'{"b":1, "a":[1,2 ,3], "c":null}'::json
'{"b":1, "aa":[1,2 ,3], "c":null, "b":2}'::jsonb
'"a\u00e9\n"'::jsonb
'1.50'::jsonb
jb -> 'a'
jb ->> 'a'
jb -> 0
jb #> '{a,b}'
jb #>> '{a,b}'
jb ? 'a'
jb ?| ARRAY['a','b']
jb @> '{"a": 1}'
jb @? '$.a'
jb @@ '$.a == 1'
jb || '{"a":1}'
jb - 'a'
jb['a']
jb['a']['b'][0]
jb['a'] = '1'
(jb ->> 'a')::integer
((jb ->> 'a'))::int > 5
jsonb_typeof(jb) = 'object'
jsonb_array_length(jb -> 'items')
jsonb_build_object('a', id, 'b', name)
json_build_array(1, 'a', name)
to_jsonb(t)
to_jsonb(t.*)
row_to_json(t)
jsonb_extract_path(jb, 'a', 'b')
jsonb_path_exists(jb, '$.a[*]')
jsonb_set(jb, '{a}', '1')
j ->> 'a'
'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'::uuid
u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
gen_random_uuid()
raw = '\xDEADBEEF'
'abc'::bytea
addr = '10.0.0.1'
addr << '10.0.0.0/8'
net = '10.0.0.0/8'
'192.168.0.1/32'::inet
'::1'::inet
host(addr)
ir @> 5
ir && '[1,5]'
ir = int4range(1, 5)
'[1,5]'::int4range
'(,5)'::int4range
'[2020-01-01,2020-02-01]'::daterange
tr @> now()
'[2020-01-01 00:00:00+00,)'::tstzrange
lower(ir)
upper(tr)
isempty(ir)
tstzrange(tstz, NULL)
tstzrange(tstz, tstz, '[]')
during @> ts
app.span(ts, ts)
vec @@ q
vec @@ to_tsquery('english', 'x')
to_tsvector('english', name)
to_tsvector('english'::regconfig, COALESCE(name, ''))
to_tsvector(name)
plainto_tsquery('x')
setweight(to_tsvector('simple', name), 'A')
bits = B'101'
bits = '101'
B'101' & bits
X'1F'
vbits || B'1'
'101'::bit(3)
pt <-> point(1, 2)
'(1,2)'::point
pt[0]
cash > '5'
cash = 5::money
o = 5
rel = 'app.t'::regclass
'app.numbers'::regclass
nextval('app.numbers')
nextval('app.numbers'::regclass)
nextval('app.numbers'::text)
'pg_class'::regclass
'integer'::regtype
'app.stage'::regtype
tableoid = 'app.t'::regclass
ctid IS NULL
(home).city
(home).zip > 5
(t.home).street
(homes[1]).city
home = ROW('a', 'b', 1)
ROW('a', 'b', 1)::app.address
ROW(id, name)
ROW(id)
(id, name)
ROW()
ROW(t.*)
app.nick(t)
t.nick
nick(t)
app.plus(1, 2)
app.plus(id)
app.plus('a', name)
app.plus(a => 1, b => 2)
app.plus(b => 2, a => id)
app.plus(1, b => 2)
app.total(1, 2, 3)
app.total(VARIADIC ARRAY[1.5, 2])
app.total(1)
pg_catalog.lower(name)
pg_catalog.now()
text(id)
int4(n)
int8('5')
float8(price)
numeric(price, 5)
date(ts)
date('2020-01-01')
varchar(name)
"varchar"(name, 5, true)
bpchar(name)
timestamptz(born)
timezone('UTC', ts)
pg_catalog.timezone('UTC', ts)
pg_catalog.date_part('year', ts)
like_escape(name, '!')
pg_catalog.position('a', name)
stage < 'done'
stage::text
name::app.stage
'new'::app.stage
'a'::app.email
name::app.email
'1.5'::app.amount
price::app.amount
'{a,b}'::app.tags
stage::text::app.email
enum_range(NULL::app.stage)
enum_first(stage)
stages @> ARRAY['new']::app.stage[]
EXISTS (SELECT 1)
id = (SELECT 1)
id IN (SELECT 1)
name IN (SELECT 'a')
id NOT IN (SELECT big FROM app.t)
id > ALL (SELECT 1)
ARRAY(SELECT 1)
(SELECT max(x.id) FROM app.t x WHERE x.big = t.big)
EXISTS (SELECT FROM app.t x WHERE x.id = t.id)
(id, big) IN (SELECT 1, 2)
(id, big) = (SELECT 1, 2)
xmlelement(name foo, name)
xmlelement(name foo, xmlattributes(id as bar), 'x')
xmlforest(id, name as n)
xmlconcat(doc, doc)
xmlparse(document name)
xmlpi(name php, 'x')
xmlroot(doc, version '1.0', standalone yes)
xmlserialize(content doc as text)
xmlserialize(document doc as varchar(10))
doc IS DOCUMENT
xmlexists('//a' passing doc)
xpath('//a', doc)
j IS JSON
name IS JSON OBJECT
name IS NOT JSON ARRAY WITH UNIQUE KEYS
json_object('a': 1, 'b': name)
json_object('a' value id null on null with unique keys returning jsonb)
json_object()
json_array(1, 2, name)
json_array(1, null null on null returning jsonb)
json_array(SELECT id FROM app.t)
json('{"a":1}')
json(name with unique keys)
json_scalar(1)
json_scalar(ts)
json_serialize(jb)
json_serialize(j returning bytea)
json_exists(jb, '$.a')
json_exists(jb, 'strict $.a' passing id as x error on error)
json_value(jb, '$.a')
json_value(jb, '$.a' returning integer)
json_value(jb, '$.a' returning integer default 5 on empty error on error)
json_value(name, '$.a')
json_query(jb, '$.a')
json_query(jb, '$.a' with wrapper)
json_query(jb, '$.a' returning text omit quotes null on empty)
json_query(jb, '$.a' empty array on empty)
id::text || ':' || name
(id)::text::varchar(5)
id = 1 AND big = 2 AND name = 'x'
(id = 1 AND big = 2) AND name = 'x'
id = 1 OR (big = 2 OR name = 'x')
NOT (id = 1 AND ok)
id + 1 * 2 - 3
(id + 1) * 2
id > 1 IS TRUE
ok::integer
id::boolean
name < 'b' COLLATE "C"
current_setting('a.b')::integer
current_setting('a.b', true)
set_config('a', 'b', false)
pg_has_role('x', 'member')
has_table_privilege(current_user, 'app.t', 'select')
txid_current()
coalesce(current_setting('app.id', true), '')::integer = id
(current_setting('request.claims', true)::json ->> 'sub')::uuid = u
NULLIF(current_setting('app.tenant', true), '')::bigint = big
num_nonnulls(id, name) = 1
num_nulls(id, big, VARIADIC ARRAY[1]) > 0
string_to_array(name, ',')
array_to_string(texts, ',')
encode(raw, 'hex')
decode(name, 'base64')
sha256(raw)
sha256(name::bytea)
'2020-01-01'
name::text
id::int
('x' || name)::text
(name)::character varying
((code)::text = 'a'::text)
((code)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))
((price >= (0)::numeric) AND (price <= (100)::numeric))
(id = ANY (ARRAY[1, 2]))
(born >= '2020-01-01'::date)
'infinity'::timestamptz
'epoch'::timestamp
1 = 1
1 + 1
'a' = 'b'
'a' LIKE 'b'
1::oid
id = 1::smallint
r > 1
r::text
d::real
width_bucket(d, 0, 10, 5)
(id + big)::numeric / NULLIF(price, 0)
price * 1.2::numeric(3,2)
