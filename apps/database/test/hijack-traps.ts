/**
 * Whoever may create objects in a schema of the search path can offer an operator that fits better than the one of PostgreSQL, and so have
 * code run by the role that reads the catalogue: `oid = int4` has no exact match of its own. This makes every such operator of the types that
 * the catalogue has most of.
 */
export const traps = `
  do $do$
  declare one text; other text; operator text; number int := 0;
    types text[] := array['name', 'text', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', '"char"', 'oid', 'regclass', 'regtype', 'int2vector'];
  begin
    perform set_config('search_path', 'pg_catalog', true);
    foreach operator in array array['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', '~~', '!~~', '~~*'] loop
      foreach one in array types loop
        foreach other in array types loop
          continue when exists (select from pg_operator o where o.oprname = operator::name and o.oprleft = one::regtype
            and o.oprright = other::regtype);
          number := number + 1;
          execute format('create function public.%I(%s, %s) returns %s language plpgsql as $f$ begin raise ''hijacked''; end $f$',
            concat('trap', number), one, other, case when operator in ('+', '-', '*', '/') then 'numeric' when operator = '||' then 'text' else 'bool' end);
          execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = public.%I)',
            operator, one, other, concat('trap', number));
        end loop;
      end loop;
    end loop;
  end $do$`;
