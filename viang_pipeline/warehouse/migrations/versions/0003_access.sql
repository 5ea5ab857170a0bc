-- The owner is not bound by policies; everybody else sees no row of a table without one.
do $$
declare
  wanted record;
begin
  for wanted in
    select c.oid::regclass as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('dashboard', 'raw') and c.relkind in ('r', 'p')
  loop
    execute format('alter table %s enable row level security', wanted.name);
  end loop;
end $$;

-- Views run with the reader's rights, so the reader needs the two tables below them as well; nothing else.
grant select on
  dashboard.fact_sku_day, dashboard.agg_client_day, dashboard.vw_sku_day, dashboard.vw_client_day
to viang_reader;
create policy agency on dashboard.fact_sku_day for select to viang_reader using (true);
create policy agency on dashboard.agg_client_day for select to viang_reader using (true);

revoke all on all tables in schema dashboard, raw from public, anon, authenticated, service_role;
revoke all on all sequences in schema dashboard, raw from public, anon, authenticated, service_role;
revoke execute on all functions in schema dashboard, raw from public, anon, authenticated, service_role;
