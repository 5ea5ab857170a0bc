"""Coming back from a copy: into an empty server, by a login that is no superuser, with the same numbers and rights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from viang_pipeline.automation.sensors import catch_up, changed_days, client_registry
from viang_pipeline.cli.main import app
from viang_pipeline.collect.authorization import open_vault, refresh_due, refreshers
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.backup import BackupError, back_up, restore
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.migrate import upgrade
from viang_pipeline.warehouse.revisions import pending
from viang_pipeline_tests.conftest import FAST, PostgresServer, copied, open_folder, remove_home
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
CLIENT = "loja-0"
YESTERDAY = FIRST + timedelta(days=4)
NIGHT = utc(f"{YESTERDAY + timedelta(days=1)}T06:30:00Z")

RIGHTS = """
    select 'relation ' || c.oid::regclass::text || ' ' || c.relkind::text || ' ' || pg_get_userbyid(c.relowner) || ' '
        || c.relrowsecurity::text || ' ' || coalesce(c.reloptions::text, '') || ' '
        || coalesce((select string_agg(right_::text, ',' order by right_::text) from unnest(coalesce(c.relacl,
            acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner))) as right_), '')
        || coalesce(obj_description(c.oid, 'pg_class'), '')
    from pg_class as c where c.relnamespace in ('dashboard'::regnamespace, 'raw'::regnamespace)
    union all select 'column ' || attrelid::regclass::text || '.' || attname || ' ' || format_type(atttypid, atttypmod)
        || attnotnull::text || attidentity::text || coalesce(col_description(attrelid, attnum), '')
    from pg_attribute join pg_class as c on c.oid = attrelid
    where attnum > 0 and not attisdropped and c.relnamespace in ('dashboard'::regnamespace, 'raw'::regnamespace)
    union all select 'policy ' || p::text from pg_policies as p
    union all select 'constraint ' || conrelid::regclass::text || ' ' || conname || pg_get_constraintdef(oid)
    from pg_constraint where connamespace in ('dashboard'::regnamespace, 'raw'::regnamespace)
    union all select 'schema ' || nspname || ' ' || pg_get_userbyid(nspowner) || ' '
        || coalesce(nspacl, acldefault('n', nspowner))::text
    from pg_namespace where nspname in ('dashboard', 'raw')
    union all select 'default ' || pg_get_userbyid(defaclrole) || ' ' || coalesce(n.nspname, '') || defaclobjtype::text
        || ' ' || defaclacl::text
    from pg_default_acl left join pg_namespace as n on n.oid = defaclnamespace
    union all select 'role ' || rolname || ' ' || rolcanlogin::text || rolsuper::text || rolbypassrls::text
        || coalesce((select string_agg(s, ',' order by s) from unnest(rolconfig) as s), '')
    from pg_roles where rolname in ('viang_pipeline', 'viang_reader', 'anon', 'authenticated', 'service_role')
    union all select 'sequence ' || sequencename || ' ' || coalesce(last_value, 0)::text from pg_sequences
        where schemaname in ('dashboard', 'raw')
    order by 1
"""


@pytest.fixture
def house(install: Install) -> Installation:
    """A shop after two nights: everything read, every number built."""
    house = install(turbulent_world(11, FIRST, 6, sellers=1), now=NIGHT)
    house.client(CLIENT, house.world.seller(CLIENT), FIRST)
    house.night(CLIENT, NIGHT)
    house.night(CLIENT, NIGHT)
    return house


@pytest.fixture
def empty_server() -> Iterator[Database]:
    """Another server, where nobody knows our roles; the login may create roles and is no superuser."""
    home = open_folder("viang-restored-")
    yield Database(embedded.ensure_running(home, extra_settings=FAST).viang_url)
    remove_home(home)


def moved(house: Installation, database: Database) -> Installation:
    """The same installation on another database."""
    house.monkeypatch.setenv("VIANG_DATABASE_URL", database.url)
    house.database = database
    return house


def rights(database: Database) -> list[str]:
    with database.transaction() as conn:
        conn.execute("set local quote_all_identifiers = off")
        return [row[0].replace("viang_superuser", "superuser") for row in conn.execute(RIGHTS.encode())]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_a_copy_comes_back_on_an_empty_server_with_its_rights_numbers_and_tokens(
    house: Installation, empty_server: Database, tmp_path: Path
) -> None:
    file = tmp_path / "viang.dump"
    assert "Cópia em" in run("db", "backup", str(file))
    assert file.stat().st_mode & 0o077 == 0
    assert b"TG-" not in file.read_bytes()
    original, days, granted = house.database, house.client_days(CLIENT), rights(house.database)

    restored = moved(house, empty_server)
    said = run("db", "restore", str(file))
    assert "está como na cópia" in said
    assert not pending(empty_server)
    assert rights(empty_server) == granted
    assert house.client_days(CLIENT) == days

    # The night again: the stored token opens and is accepted, and nothing changes.
    assert restored.night(CLIENT, NIGHT).written == {}

    # Passwords of roles are not in a copy; with a new one the reader reads what it may and nothing else.
    _the_reader_has_no_password_until_it_gets_one(empty_server)

    # Without Dagster's storage: the client's partitions come back, and nothing is collected or built again.
    _automation_takes_up_where_it_was(house)

    # Without the key every attempt ends in the same sentence, and nothing is sent anywhere.
    house.monkeypatch.setenv("VIANG_TOKEN_KEYS", Fernet.generate_key().decode())
    house.sandbox.clear_requests()
    for _ in range(2):
        with pytest.raises(
            PermanentFailure, match="Nenhuma chave de VIANG_TOKEN_KEYS abre o segredo guardado de loja-0"
        ):
            house.collect(CLIENT)
    assert house.sandbox.requests == []
    assert original.url != empty_server.url


def _the_reader_has_no_password_until_it_gets_one(database: Database) -> None:
    host, port = database.place.split("/")[0].split(":")
    login = {"host": host, "port": port, "dbname": "viang", "user": "viang_reader", "password": "nova"}
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(**login)  # type: ignore[arg-type]
    with database.transaction() as conn:
        conn.execute("alter role viang_reader password 'nova'")
    with psycopg.connect(**login) as reader:  # type: ignore[arg-type]
        assert reader.execute("select count(*) > 0 from dashboard.vw_client_day").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select from dashboard.api_tokens")


def _automation_takes_up_where_it_was(house: Installation) -> None:
    supabase = SupabaseResource()
    with dg.DagsterInstance.ephemeral() as instance:
        for sensor in (client_registry, catch_up, changed_days):
            with dg.build_sensor_context(instance=instance, resources={"supabase": supabase}) as context:
                asked = sensor(context)
            assert isinstance(asked, dg.SensorResult)
            assert asked.run_requests == [], sensor.name
            if sensor is client_registry:
                (request,) = asked.dynamic_partitions_requests or []
                assert list(request.partition_keys) == [CLIENT]


@pytest.fixture
def connected(install: Install) -> Installation:
    """A client with its first pair of tokens, nothing read."""
    house = install(turbulent_world(11, FIRST, 1, sellers=1), now=NIGHT)
    house.client(CLIENT, house.world.seller(CLIENT), FIRST)
    return house


def renewed(house: Installation) -> list[tuple[str, str]]:
    settings, database = house.settings, house.database
    found = refresh_due(database, open_vault(settings, database), refreshers(settings, database))
    return [(result.outcome, result.message) for result in found]


def test_a_copy_with_a_refresh_token_that_was_spent_meanwhile_asks_for_consent_once_and_never_loops(
    connected: Installation, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    house, file = connected, tmp_path / "viang.dump"
    back_up(house.database, file)
    house.at(NIGHT + timedelta(hours=6))
    assert [outcome for outcome, _ in renewed(house)] == ["renewed"]  # this spends the token the copy holds

    with copied(postgres_server, "template1") as older:
        restore(older, file)
        moved(house, older)
        house.sandbox.clear_requests()
        [(outcome, message)] = renewed(house)
        assert outcome == "reauthorise"
        assert "precisa autorizar de novo" in message
        assert f"viang connect mercado-livre {CLIENT}" in message
        assert renewed(house) == [(outcome, message)], "said again, and not asked again"
        assert sum(request.path == "/oauth/token" for request in house.sandbox.requests) == 1

        shown = CliRunner().invoke(app, ["status"])
        assert shown.exit_code == 3
        assert "Mercado Livre pede nova autorização" in shown.output
        assert f"viang connect mercado-livre {CLIENT}" in shown.output


def test_mail_that_waited_when_the_copy_was_made_is_not_sent_again_by_itself(
    database: Database, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.report_outbox (tipo, periodo, versao, destinatario, message_id, assunto, texto,"
            " html, estado, proxima_em, criado_em)"
            " select 'alerta', estado, 1, 'a@b', '<1@a>', '', '', '', estado, now(), now()"
            " from unnest(array['pendente', 'enviando', 'entregando', 'falhou', 'enviado']) as estado"
        )
    back_up(database, tmp_path / "viang.dump")
    with copied(postgres_server, "template1") as older:
        assert restore(older, tmp_path / "viang.dump") == 3
        with older.transaction() as conn:
            found = dict(conn.execute("select periodo, estado from dashboard.report_outbox").fetchall())
    assert found == {
        "pendente": "incerto", "enviando": "incerto", "entregando": "incerto", "falhou": "falhou", "enviado": "enviado",
    }  # fmt: skip


def test_a_database_with_clients_is_only_replaced_when_asked_and_gone_rows_are_gone(
    database: Database, settings_env: object, tmp_path: Path
) -> None:
    settings_env(MERCADO_LIVRE_API_URL="http://127.0.0.1:9")  # type: ignore[operator]
    file = tmp_path / "viang.dump"
    run("clients", "add", "antes", "--nome", "Antes")
    run("db", "backup", str(file))
    run("clients", "add", "depois", "--nome", "Depois")
    refused = CliRunner().invoke(app, ["db", "restore", str(file)])
    assert (refused.exit_code, "--substituir" in refused.stderr) == (2, True)
    run("db", "restore", str(file), "--substituir")
    with database.transaction() as conn:
        assert conn.execute("select client_id from dashboard.clients").fetchall() == [("antes",)]
    assert CliRunner().invoke(app, ["db", "backup", str(file)]).exit_code == 2, "no copy is overwritten"


def test_what_is_no_copy_or_half_of_one_leaves_the_database_as_it_is_or_empty_and_says_so(
    database: Database, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    whole, half, other = tmp_path / "viang.dump", tmp_path / "half.dump", tmp_path / "other.dump"
    back_up(database, whole)
    half.write_bytes(whole.read_bytes()[:-100])
    other.write_text("select 1")
    with copied(postgres_server, "template1") as target:
        upgrade(target)
        for file, kind in ((other, "não é uma cópia"), (tmp_path / "none", "não é uma cópia")):
            with pytest.raises(Exception, match=kind):
                restore(target, file)
            assert not pending(target)
        with pytest.raises(BackupError, match="nada foi restaurado"):
            restore(target, half)
        with target.transaction() as conn:
            assert conn.execute("select to_regclass('dashboard.clients')").fetchone() == (None,)
        assert restore(target, whole) == 0
        assert not pending(target)


def test_the_password_is_in_no_argument_and_an_error_quotes_no_row(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = os.environ.copy()
    from viang_pipeline.warehouse import backup

    original = backup.subprocess.run

    def noted(command: list[str], **options: object) -> object:
        seen.append([str(word) for word in command])
        return original(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(backup.subprocess, "run", noted)
    back_up(database, tmp_path / "viang.dump")
    password = database.url.split(":")[2].split("@")[0]
    assert seen
    assert not [word for command in seen for word in command if password in word]
    assert os.environ == real
    said = b'psql:<stdin>:9: ERROR:  duplicate key\nDETAIL:  Key (a)=(ana) exists.\nCONTEXT:  COPY t, line 1: "ana"'
    assert backup._reason(said) == "psql:<stdin>:9: ERROR:  duplicate key"
