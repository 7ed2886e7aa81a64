/**
 * What an attacker may have left in a database, or a careless owner: made by the owner, before a caller comes. `act` is the function that
 * does something; everything else hides it from a reader of text.
 */
export const objectsSql = `
create table secrets (id integer primary key, body text not null);
insert into secrets values (1, 'the secret'), (2, 'another');
create table audit (at timestamptz not null default now(), what text not null);
create sequence tickets;

create function act(what text) returns integer language plpgsql volatile as $$
begin
  insert into audit (what) values (what);
  return 1;
end $$;
create function act() returns integer language sql volatile as $$ select act('act') $$;
create function act_rows() returns setof integer language sql volatile as $$ select act('rows') $$;
create function act_run(command text) returns integer language plpgsql volatile as $$
begin
  execute command;
  return 1;
end $$;

-- Declared STABLE or IMMUTABLE, and not so.
create function lie_stable() returns integer language sql stable as 'select act(''stable'')';
create function lie_immutable() returns integer language sql immutable as 'select act(''immutable'')';
create function lie_constant(value integer) returns integer language sql immutable as 'select act(''constant'') + value';
create function lie_plpgsql() returns integer language plpgsql stable as 'begin return act(''plpgsql''); end';
create function lie_direct() returns integer language plpgsql stable as
  'begin insert into audit (what) values (''direct''); return 1; end';
create function lie_definer() returns integer language sql stable security definer as 'select act(''definer'')';
create function lie_set_clause() returns integer language sql stable set default_transaction_read_only = off as 'select act(''set'')';
create function lie_rows() returns setof integer language sql stable as 'select act(''rows'')';
create function lie_run(command text) returns integer language sql stable as 'select act_run(command)';
create function lie_notice() returns integer language plpgsql stable as $$
begin
  for i in 1..100 loop
    raise notice 'notice % %', i, repeat('x', 10000);
  end loop;
  return 1;
end $$;
create function lie_error() returns integer language plpgsql stable as
  $$ begin raise exception 'an error of its own' using errcode = 'XX000'; end $$;
create function lie_sleep() returns text language sql stable as 'select pg_sleep(60)::text';

create function owner_read_file() returns text language sql stable security definer as 'select pg_read_file(''PG_VERSION'')';

-- Defaults, overloads, one of a harmless function's name, names of syntax that only newer servers have.
create function with_default(value integer default act()) returns integer language sql stable as 'select value';
create function act_many(variadic items integer[]) returns integer language sql volatile as 'select act(''many'')';
create function timeofday(value integer) returns integer language sql volatile as 'select act(''timeofday'')';
create function half_volatile(value text) returns integer language sql volatile as 'select act(''half'')';
create function half_volatile(value integer) returns integer language sql immutable as 'select value';
create function "json_value"(value text, path text) returns integer language sql volatile as 'select act(''json_value'')';
create schema tools;
create function tools."pg_sleep(1)"() returns integer language sql volatile as 'select public.act(''quoted'')';

create function act_step(state integer, value integer) returns integer language sql volatile as 'select act(''step'') + state + value';
create aggregate act_sum (integer) (sfunc = act_step, stype = integer, initcond = '0');
create function calm_step(state integer, value integer) returns integer language sql immutable as 'select state + value';
create function act_final(state integer) returns integer language sql volatile as 'select act(''final'')';
create aggregate act_end (integer) (sfunc = calm_step, stype = integer, finalfunc = act_final, initcond = '0');
create aggregate act_moving (integer) (sfunc = calm_step, stype = integer, initcond = '0',
  msfunc = act_step, minvfunc = act_step, mstype = integer, minitcond = '0');
create function calm_set(state integer, fraction integer) returns integer language sql volatile as 'select act(''set'')';
create aggregate act_set (integer order by integer) (sfunc = calm_step, stype = integer, finalfunc = calm_set, initcond = '0');

create function act_operator(a integer, b integer) returns integer language sql volatile as 'select act(''operator'')';
create operator <~> (leftarg = integer, rightarg = integer, function = act_operator);
create function act_test(a integer, b integer) returns boolean language sql volatile as 'select act(''test'') = 1';
create operator <?> (leftarg = integer, rightarg = integer, function = act_test);
create function act_prefix(b integer) returns integer language sql volatile as 'select act(''prefix'')';
create operator ~~~~ (rightarg = integer, function = act_prefix);

create type shade as enum ('light', 'dark');
create function act_like(a shade, b shade) returns boolean language sql volatile as 'select act(''like'') = 1';
create operator ~~ (leftarg = shade, rightarg = shade, function = act_like);
create function act_equal(a shade, b integer) returns boolean language sql volatile as 'select act(''equal'') = 1';
create operator = (leftarg = shade, rightarg = integer, function = act_equal);
create function act_shade(value shade) returns integer language sql volatile as 'select act(''shade'')';
create cast (shade as integer) with function act_shade(shade) as implicit;

create type parcel as (size integer, name text);
create function act_parcel(value integer) returns parcel language sql volatile as 'select row(act(''parcel''), ''x'')::parcel';
create cast (integer as parcel) with function act_parcel(integer);

create domain checked as integer check (act('checked') = value);
create domain rechecked as checked;
create type checked_row as (value checked, name text);
create type checked_range as range (subtype = checked);
create domain sleepy as text check (pg_sleep(60) is not null and value <> '');
create table checked_rows (value checked, name text);

create view view_sleep as select pg_sleep(60)::text as slept;
create view view_over_view as select * from view_sleep;
create view view_lock as select pg_advisory_lock(4242)::text as locked;
create view view_setting as select set_config('work_mem', '1GB', false) as setting;
create view view_notify as select pg_notify('orders', 'x')::text as sent;
create view view_next as select nextval('tickets') as ticket;
create view view_file as select pg_read_file('PG_VERSION') as version;
create view view_text as select query_to_xml('select 1', true, true, '') as rows;
create view view_large as select lo_from_bytea(0, 'x') as large;
create view view_field as select (x).pg_sleep::text as slept from (values (60::float8)) as v (x);
create view view_acts as select act('view') as acted;
create view view_lies as select lie_stable() as lied;
create view view_rows as select * from act_rows() as rows (value);
create view view_locking as select * from secrets for update;
create view view_secrets as select * from secrets;

create table guarded (id integer primary key, owner text);
insert into guarded values (1, 'a'), (2, 'b');
alter table guarded enable row level security;
create policy slow on guarded for select using (pg_sleep(60) is not null);
create table watched (id integer primary key, owner text);
insert into watched values (1, 'a'), (2, 'b');
alter table watched enable row level security;
alter table watched force row level security;
create policy acting on watched for select using (act('policy') = 1);

create table indexed (id integer primary key);
insert into indexed values (1);
create index on indexed ((id + 1));
`;

/** Extensions that reach outside, where the server has them. */
export const extensions = [
  ...['adminpack', 'amcheck', 'dblink', 'file_fdw', 'hstore', 'intarray', 'lo', 'ltree', 'old_snapshot', 'pageinspect', 'pg_buffercache'],
  ...['pg_freespacemap', 'pg_prewarm', 'pg_stat_statements', 'pg_surgery', 'pg_trgm', 'pg_visibility', 'pg_walinspect', 'pgcrypto'],
  ...['pgrowlocks', 'pgstattuple', 'postgres_fdw', 'sslinfo', 'tablefunc', 'tsm_system_rows', 'unaccent', 'uuid-ossp', 'xml2'],
] as const;

/** Objects on top of the extensions: tables that are files, or another server at `port`. */
export function extensionObjectsSql(port: number): string {
  return `
    create server files foreign data wrapper file_fdw;
    create foreign table passwd_lines (line text) server files options (filename '/etc/passwd', format 'text', delimiter e'\\x01');
    create view view_passwd as select * from passwd_lines;
    create table parts (id integer, line text) partition by list (id);
    create foreign table parts_1 partition of parts for values in (1) server files options (filename '/etc/passwd', format 'text');
    create server elsewhere foreign data wrapper postgres_fdw options (host '127.0.0.1', port '${String(port)}', dbname 'x');
    create user mapping for public server elsewhere options (user 'x', password 'x');
    create foreign table remote_orders (id integer) server elsewhere;
    create materialized view kept_passwd as select 'a line'::text as line;
    create view view_dblink as select * from dblink('host=127.0.0.1 port=${String(port)} user=x password=x', 'select 1') as t (a integer);
    create function lie_dblink() returns integer language sql stable as
      $$ select a from dblink('host=127.0.0.1 port=${String(port)} user=x password=x', 'select 1') as t (a integer) $$;`;
}
