-- Everything here may exist already: roles are shared by all databases of a server, and a hosted project has its own.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin', wanted);
    end if;
  end loop;
  -- Passwords are set apart, never in a migration.
  foreach wanted in array array['viang_pipeline', 'viang_reader'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I login', wanted);
    end if;
  end loop;
  -- Since 16 the creator of a role may not act for it before granting it to itself.
  if not pg_has_role(current_user, 'viang_pipeline', 'usage') then
    execute format('grant viang_pipeline to %I', current_user);
  end if;
end $$;

-- The platform's default of two minutes would cut a backfill; the reader must never hold the server up.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('viang_pipeline', 'statement_timeout', '15min'),
      ('viang_pipeline', 'lock_timeout', '10s'),
      ('viang_pipeline', 'idle_in_transaction_session_timeout', '5min'),
      ('viang_reader', 'statement_timeout', '60s'),
      ('viang_reader', 'default_transaction_read_only', 'on')
    ) as settings (role_name, setting, setting_value)
  loop
    if not exists (
      select from pg_roles
      where rolname = wanted.role_name and wanted.setting || '=' || wanted.setting_value = any (rolconfig)
    ) then
      begin
        execute format('alter role %I set %I = %L', wanted.role_name, wanted.setting, wanted.setting_value);
      exception when insufficient_privilege then
        raise warning 'role % keeps its own %', wanted.role_name, wanted.setting;
      end;
    end if;
  end loop;
end $$;

do $$
declare
  wanted text;
  present oid;
begin
  foreach wanted in array array['dashboard', 'raw'] loop
    select nspowner into present from pg_namespace where nspname = wanted;
    if present is null then
      execute format('create schema %I authorization viang_pipeline', wanted);
    elsif present <> 'viang_pipeline'::regrole then
      execute format('alter schema %I owner to viang_pipeline', wanted);
    end if;
  end loop;
end $$;

alter table dashboard.alembic_version owner to viang_pipeline;
set local role viang_pipeline;
alter table dashboard.alembic_version enable row level security;
revoke all on table dashboard.alembic_version from public, anon, authenticated, service_role;

revoke all on schema dashboard, raw from public, anon, authenticated, service_role;
grant usage on schema dashboard to viang_reader;

alter default privileges in schema dashboard revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema raw revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema dashboard revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges in schema raw revoke all on sequences from public, anon, authenticated, service_role;
-- No "in schema" here: a default of one schema can only add to the global one, so it would revoke nothing.
alter default privileges revoke execute on functions from public;
