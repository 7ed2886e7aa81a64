/** A statement that must work, with params. */
export type Legitimate = readonly [sql: string, ...params: string[]];

/** Statements that people send, on every server from 13 on. */
export const everywhere: readonly Legitimate[] = [
  ['select 1'],
  ['select 1;'],
  ['  select 1 -- done'],
  ['/* count */ select count(*) from customers'],
  ['table products'],
  ["values (1, 'a'), (2, 'b')"],
  ['select * from customers order by id limit 5 offset 10'],
  ['select * from customers where id = $1', '7'],
  ['select * from customers where email = $1 and newsletter = $2', 'x@example.com', 'true'],
  ['select * from orders where status = any ($1::order_status[])', '{paid,shipped}'],
  ["select attributes->>'colour' as colour, count(*) from products group by 1 order by 2 desc"],
  ['select * from products where attributes @> \'{"colour": "oak"}\''],
  ["select jsonb_path_query_array(attributes, '$.*') from products limit 3"],
  ['select key, value from products, jsonb_each_text(attributes) limit 3'],
  ['select name, unnest(tags) from products'],
  ['select p.*, row_number() over (partition by category order by price desc) from products p'],
  ['select sum(quantity) over w, lag(quantity) over w from order_items window w as (partition by order_id order by line_no)'],
  ['with recursive n (i) as (select 1 union all select i + 1 from n where i < 10) select * from n'],
  ['with a as materialized (select 1 as x), b as not materialized (select 2 as x) select * from a join b using (x)'],
  ['select c.name, last.placed_at from customers c, lateral (select placed_at from orders o where o.customer_id = c.id limit 1) last'],
  ['select customer_id, count(*) from orders group by rollup (customer_id) having count(*) > 1'],
  ['select category, count(*) filter (where stock = 0), avg(price)::numeric(10, 2) from products group by grouping sets ((category), ())'],
  ['select percentile_cont(0.5) within group (order by price) from products'],
  ['select string_agg(name, $1 order by name) from products', ', '],
  ['select array_agg(id order by id), json_agg(name), jsonb_object_agg(id, sku) from products where id < 4'],
  ['select distinct on (customer_id) customer_id, placed_at from orders order by customer_id, placed_at desc'],
  ['select id from orders intersect select order_id from order_items except select 5 order by 1'],
  ['select exists (select from orders where id = 1), 1 in (select id from orders), array(select id from customers where id < 3)'],
  ["select to_tsvector('english', name) @@ plainto_tsquery('english', 'lamp'), ts_rank(to_tsvector(name), 'lamp') from products limit 2"],
  ["select date_trunc('month', placed_at) as month, count(*) from orders group by 1 order by 1"],
  ["select generate_series('2026-01-01'::date, '2026-02-01'::date, interval '1 week')::date"],
  ["select age('2026-07-01', '2026-01-01'), extract(epoch from interval '1 hour'), now() at time zone 'Europe/Berlin'"],
  ['select current_date, current_timestamp, localtime, current_user, session_user, current_schema'],
  ['select clock_timestamp(), random(), gen_random_uuid(), timeofday()'],
  ["select coalesce(city, '?'), nullif(country, 'DE'), greatest(1, 2), case country when 'FR' then 1 end from customers limit 1"],
  ["select regexp_replace(name, '(\\w+) (\\w+)', '\\2, \\1'), upper(name), format('%s <%s>', name, email) from customers limit 1"],
  ["select encode(sha256('x'), 'hex'), md5('x'), '\\x00ff'::bytea, E'a\\tb', $$it's$$"],
  ['select lifetime_value(3)'],
  ['select * from order_summary where total > 500 order by total desc fetch first 3 rows only'],
  ["select * from monthly_revenue where month = '2026-03-01'"],
  ["select count(*) from events where occurred_at >= '2026-02-01' and occurred_at < '2026-03-01'"],
  ['select * from events_2026_03 limit 1'],
  ['select * from customers tablesample system (50)'],
  ['select * from rows from (generate_series(1, 3), generate_series(1, 2)) with ordinality'],
  ['select (o).status, (o).placed_at from orders o limit 1'],
  ['select o.* from orders o natural join (values (1)) v (id)'],
  ["select pg_size_pretty(pg_total_relation_size('orders')), pg_column_size(1), pg_typeof(1)"],
  ["select obj_description('customers'::regclass), col_description('customers'::regclass, 4)"],
  ['select table_name, column_name from information_schema.columns where table_schema = $1', 'public'],
  ['select relname, reltuples from pg_class where relkind = $1', 'r'],
  ['select * from pg_stat_user_tables'],
  ['select * from pg_indexes where tablename = $1', 'orders'],
  ['explain select * from order_items where product_id = 3'],
  ['explain (analyze, buffers, format json) select * from order_items where product_id = 3'],
  ['explain analyze with x as (select 1) select * from x'],
  ['show server_version'],
  ['show all'],
  ["select xmlelement(name a, 'b'), xpath('/a/text()', '<a>1</a>')"],
  ['select "name" as "select", "id" as "from" from products limit 1'],
  ['select 1 as a, 2 as a'],
  ['with recursive t (n, path) as (select 1, array[1] union all select n + 1, path || n + 1 from t where n < 5) select * from t'],
  ['select * from customers c where exists (select from orders o where o.customer_id = c.id and o.status = $1) limit 5', 'paid'],
  [
    'select * from orders o join order_items i on i.order_id = o.id join products p on p.id = i.product_id where p.price > $1 limit 5',
    '10',
  ],
  [
    'select c.name, o.n from customers c left join (select customer_id, count(*) as n from orders group by 1) o on o.customer_id = c.id limit 5',
  ],
  ['select rank() over w, dense_rank() over w, ntile(4) over w, percent_rank() over w from products window w as (order by price)'],
  ['select avg(price) over (order by id rows between 2 preceding and 2 following exclude current row) from products limit 5'],
  ['select first_value(name) over (partition by category order by price range between unbounded preceding and current row) from products'],
  [
    "select sum(x) over (order by d range between interval '1 day' preceding and current row) from (values (date '2026-01-01', 1)) v (d, x)",
  ],
  ['select category, name, count(*) from products group by cube (category, name) having grouping(name) = 1 order by 1 limit 5'],
  ['select mode() within group (order by category), percentile_disc(array[0.25, 0.75]) within group (order by price) from products'],
  ['select corr(quantity, unit_price), regr_slope(quantity, unit_price), stddev(quantity), variance(quantity) from order_items'],
  ['select bool_and(stock > 0), bit_or(stock), every(price > 0) from products'],
  ["select * from (values (1, null), (2, 'b')) as v (id, name) where name is not distinct from null"],
  ['select * from products order by price desc nulls last, name collate "C" fetch next 5 rows only'],
  ['select * from orders order by placed_at offset 10 rows fetch first 2 rows with ties'],
  ['(select 1 as a union select 2) except all select 3 order by a desc limit 1'],
  ['select array_agg(x) from unnest(array[3, 1, 2]) with ordinality as u (x, n) where n > 1'],
  ['select (array[1, 2, 3])[2:3], array_position(array[1, 2], 2), 2 = any (array[1, 2]), array[1, 2] @> array[1], cardinality(array[1])'],
  ["select array_to_string(string_to_array($1, ','), ';'), array_length(regexp_split_to_array($1, ','), 1)", 'a,b'],
  [
    "select jsonb_build_object('a', 1) || '{\"b\": [1, 2]}', '{\"a\": {\"b\": 1}}'::jsonb #>> '{a,b}', '{\"a\": 1}'::jsonb - 'a', '[1]'::jsonb ? '1'",
  ],
  [
    "select jsonb_set(attributes, '{colour}', '\"red\"'), jsonb_pretty(attributes), attributes @@ '$.weightGrams > 10' from products limit 2",
  ],
  ['select * from jsonb_to_recordset(\'[{"a": 1, "b": "x"}]\') as t (a int, b text)'],
  ['select * from jsonb_populate_record(null::products, \'{"id": 1}\')'],
  ["select jsonb_path_query(attributes, '$.keyvalue()') from products limit 2"],
  ["select ts_headline('english', name, to_tsquery('lamp | desk')), setweight(to_tsvector(name), 'A') from products limit 2"],
  ["select websearch_to_tsquery('english', $1), phraseto_tsquery($1), numnode(to_tsquery('a & b'))", 'oak desk'],
  [
    "select '[2026-01-01, 2026-02-01)'::daterange @> date '2026-01-15', upper(int4range(1, 5)), range_merge(int4range(1, 2), int4range(4, 5))",
  ],
  ["select name ~* '^k', name !~ 'x', substring(name from '(\\w+)$'), regexp_matches(name, 'a', 'g') from products limit 3"],
  ["select split_part($1, '@', 2), left($1, 3), lpad($1, 20), position('@' in $1), translate($1, 'a', 'b')", 'ada@example.com'],
  ["select timestamptz '2026-03-29 01:30+00' at time zone 'Europe/Berlin', timezone('UTC', now()), justify_interval(interval '40 days')"],
  ["select make_date(2026, 2, 28) + 1, date_part('dow', date '2026-01-01'), to_char(now(), 'YYYY-MM'), to_timestamp(0), isfinite(now())"],
  ["select generate_series(timestamptz '2026-01-01', '2026-01-03', '1 day'), extract(week from date '2026-01-01')"],
  ["select (date '2026-01-01', interval '1 day') overlaps (date '2026-01-01', date '2026-01-02'), date '2026-01-05' - date '2026-01-01'"],
  ['select count(*) from customers tablesample bernoulli (50) repeatable (42)'],
  ["select $1::int + cast($2 as numeric), int '5', '12:00'::time, 1::bit(3), 'a'::\"char\"", '1', '2.5'],
  ["select row(1, 'a') = row(1, 'a'), (1, 2) < (1, 3), (o.customer_id, o.status) in ((1, 'paid')) from orders o limit 1"],
  ['select (select row_to_json(c) from customers c where id = 1), to_jsonb(p) from products p limit 1'],
  [
    'select width_bucket(price, 0, 100, 4), round(price, 1), trunc(price), ceil(price), mod(stock, 3), price % 2, @ -1 from products limit 2',
  ],
  ['select gcd(12, 18), factorial(5), power(2, 10), sqrt(2), log(10), |/ 25.0, div(7, 2), scale(1.50), min_scale(1.50)'],
  ["select quote_literal($1), quote_ident($1), concat_ws(',', 1, null, 2), reverse('ab'), ascii('a'), chr(97), md5('a')", "it's"],
  ["select 'a' like 'a%', 'a' ilike 'A', 'a' similar to '(a|b)', 'a_b' like 'a\\_b', 'x' between symmetric 'z' and 'a'"],
  ["select point '(1, 2)' <-> point '(3, 4)', box '((0,0),(1,1))' @> point '(0.5,0.5)', inet '10.0.0.1/8' >>= inet '10.1.1.1'"],
  ['select xmlagg(xmlforest(name, price)) from products where id < 3'],
  ["select * from xmltable('/r/i' passing xml '<r><i a=\"1\"/></r>' columns a int path '@a', n for ordinality)"],
  ["select pg_get_viewdef('order_summary'::regclass), pg_get_indexdef(indexrelid) from pg_index limit 1"],
  ["select pg_get_constraintdef(oid), conrelid::regclass from pg_constraint where conrelid = 'orders'::regclass"],
  ['select n_live_tup, last_analyze from pg_stat_user_tables where relname = $1', 'orders'],
  ["select has_table_privilege('customers', 'select'), pg_table_is_visible('customers'::regclass), to_regclass('nothing')"],
  [
    "select current_setting('server_version_num')::int > 130000, version() like 'PostgreSQL%', pg_backend_pid() > 0, txid_snapshot_xmin(txid_current_snapshot()) > 0",
  ],
  ['select inhparent::regclass, inhrelid::regclass, pg_get_expr(relpartbound, c.oid) from pg_inherits join pg_class c on c.oid = inhrelid'],
  ['select enumlabel, enumsortorder from pg_enum order by enumsortorder'],
  ["select enum_range(null::order_status), 'paid'::order_status < 'shipped'"],
  ['select * from only events limit 1'],
  ['select tableoid::regclass, ctid, xmin from events limit 1'],
  ['select public.customers.name, "customers"."id" from public.customers limit 1'],
  ['select distinct country from customers where (country, newsletter) is not null group by country, newsletter'],
  ['select s.i, t.* from generate_series(1, 2) s (i) cross join lateral (select s.i * 2 as double) t'],
  ["explain (verbose, costs off, settings) select count(*) from orders where placed_at > now() - interval '1 year'"],
  ['explain (analyze, timing off, summary off, buffers) select * from customers natural join (select 1 as id) x'],
  ['explain values (1)'],
  ['show search_path'],
  ['show time zone'],
  ['/* a: b; c */ select \';\' as "semi;colon", $$;$$ -- ; end'],
  [' select 1 ;; '],
];

/** The same for servers from a version on, as `server_version_num` counts. */
export const newer: readonly (readonly [from: number, ...statement: Legitimate])[] = [
  [170000, "select * from json_table('[{\"a\": 1}]', '$[*]' columns (a int path '$.a'))"],
  [140000, "select int4range(1, 5) && int4range(4, 8), '{[1,3),[5,7)}'::int4multirange, '192.168.0.1'::inet << '192.168.0.0/16'"],
  [
    140000,
    'with recursive t (a, b) as (select 1, 2 union all select a + 1, b from t where a < 3) search depth first by a set o cycle a set c using p table t',
  ],
  [
    140000,
    "select (attributes)['colour'], date_bin('15 minutes', now(), timestamp '2026-01-01'), range_agg(int4range(1, 2)) from products group by 1",
  ],
  [140000, "select bit_count('\\xff'::bytea), trim_array(array[1, 2], 1), unistr('\\0041'), string_to_table($1, ',')", 'a,b'],
  [150000, "select regexp_count('aba', 'a'), regexp_like('a', 'A', 'i'), regexp_substr('abc', 'b.'), range_agg('{[1,2)}'::int4multirange)"],
  [160000, "select any_value(name), json_array(1, 2), json_object('a': 1), 1_000 + 0xff, '[1]' is json array from products"],
  [160000, 'select array_shuffle(array[1, 2]), array_sample(array[1, 2], 1), random_normal() is not null'],
  [170000, "select json_value('{\"a\": 1}', '$.a' returning int), json_query('{}', '$.a' default '1' on empty), json_exists('{}', '$')"],
  [170000, "select json_serialize('{}'), json_scalar(1), json('{}'), to_bin(5), uuid_extract_version(gen_random_uuid())"],
  [180000, "select uuidv7() is not null, uuidv4() is not null, array_sort(array[2, 1]), casefold('A')"],
];

/** Objects like those of PostGIS and pgvector, by hands that declared some VOLATILE by oversight. */
export const ownObjectsSql = `
create schema gis;
create domain gis.geometry as text check (value like 'POINT%');
create function gis.st_point(x float8, y float8) returns gis.geometry language sql volatile as $$ select format('POINT(%s %s)', x, y)::gis.geometry $$;
create function gis.st_x(g gis.geometry) returns float8 language sql immutable as $$ select split_part(substr(g, 7), ' ', 1)::float8 $$;
create function gis.st_distance(a gis.geometry, b gis.geometry) returns float8 language sql volatile as $$ select abs(gis.st_x(a) - gis.st_x(b)) $$;
create type vec as (x float8, y float8);
create function vec_l2(a vec, b vec) returns float8 language sql immutable as $$ select sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2) $$;
create function vec_inner(a vec, b vec) returns float8 language sql volatile as $$ select a.x * b.x + a.y * b.y $$;
create function vec_cosine(a vec, b vec) returns float8 language sql stable as $$ select 1 - vec_inner(a, b) / vec_l2(a, b) $$;
create operator <-> (leftarg = vec, rightarg = vec, function = vec_l2);
create operator <#> (leftarg = vec, rightarg = vec, function = vec_inner);
create operator <=> (leftarg = vec, rightarg = vec, function = vec_cosine);
create function vec_of(value text) returns vec language sql volatile as $$ select row(split_part(value, ',', 1), split_part(value, ',', 2))::vec $$;
create cast (text as vec) with function vec_of(text);
create function vec_step(state vec, value vec) returns vec language sql volatile as $$ select row(state.x + value.x, state.y + value.y)::vec $$;
create aggregate vec_sum (vec) (sfunc = vec_step, stype = vec, initcond = '(0,0)');
create table places (id integer, at gis.geometry, embedding vec);
insert into places values (1, 'POINT(1 2)', row(1, 2)), (2, 'POINT(3 4)', row(3, 4));
create view near as select p.id, gis.st_distance(p.at, 'POINT(0 0)') as distance from places p;
`;

/** What the operator of such a database allows. */
export const ownAllowed = ['st_*', 'vec_*'];

/** Statements on such objects. */
export const own: readonly Legitimate[] = [
  ['select id, gis.st_distance(at, gis.st_point($1, $2)) from places order by 2', '0', '0'],
  ["select gis.st_x(at), (p.at) is not null from places p where gis.st_distance(at, 'POINT(2 2)') < 2"],
  ['select * from near order by distance limit 1'],
  ["select 'POINT(1 1)'::gis.geometry"],
  ['select id from places order by embedding <-> row(1, 1)::vec limit 1'],
  ['select id, embedding <#> row(1, 1)::vec, embedding operator(public.<=>) row(1, 1)::vec from places'],
  ["select '1,2'::text::vec"],
  ['select vec_sum(embedding), (vec_sum(embedding)).x from places'],
  ['select (embedding).x, (embedding).* from places'],
];
