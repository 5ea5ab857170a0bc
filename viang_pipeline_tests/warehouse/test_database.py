"""Connections, transactions and where databases and keys come from."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database, dagster_database_url, open_database, token_keys, went_away


def test_neither_repr_nor_str_show_the_password(empty_database: Database) -> None:
    password = urlsplit(empty_database.url).password
    assert password
    assert password not in f"{empty_database!r} {empty_database}"


def test_a_database_survives_pickling(empty_database: Database) -> None:
    assert pickle.loads(pickle.dumps(empty_database)) == empty_database


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timezone", "UTC"),
        ("jit", "off"),
        ("statement_timeout", "15min"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "5min"),
        ("application_name", "viang"),
    ],
)
def test_every_connection_brings_its_own_settings(empty_database: Database, setting: str, value: str) -> None:
    with empty_database.transaction() as connection:
        assert connection.execute("select current_setting(%s)", [setting]).fetchone() == (value,)


def test_settings_outlive_a_rollback(empty_database: Database) -> None:
    with empty_database.connect() as connection:
        connection.rollback()
        assert connection.execute("show statement_timeout").fetchone() == ("15min",)


def test_a_transaction_that_raises_leaves_nothing_and_closes_its_connection(empty_database: Database) -> None:
    def create_and_fail() -> None:
        with empty_database.transaction() as connection:
            seen.append(connection)
            connection.execute("create table t (id int)")
            raise KeyError

    seen: list[psycopg.Connection] = []
    with pytest.raises(KeyError):
        create_and_fail()
    assert seen[0].closed
    with empty_database.transaction() as connection:
        assert connection.execute("select to_regclass('t')").fetchone() == (None,)


def test_a_transaction_commits_once_at_its_end(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute("create table t (id int)")
        with empty_database.transaction() as other:
            assert other.execute("select to_regclass('t')").fetchone() == (None,)
    with empty_database.transaction() as connection:
        assert connection.execute("select to_regclass('t')").fetchone() == ("t",)


def test_refused_credentials_are_permanent_and_never_printed(empty_database: Database) -> None:
    parts = urlsplit(empty_database.url)
    wrong = Database(parts._replace(netloc=f"viang_admin:s3cret-typo@{parts.hostname}:{parts.port}").geturl())
    with pytest.raises(PermanentFailure, match="recusou o usuário") as failure:
        wrong.connect()
    assert "s3cret-typo" not in repr(failure.value)
    assert failure.value.__cause__ is None


def test_a_server_that_is_down_is_transient() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(TransientFailure, match="não aceitou a conexão"):
            Database(f"postgresql://u:p@127.0.0.1:{closed.getsockname()[1]}/d").connect()


def test_a_dsn_wins_and_starts_no_server(settings_env: Callable[..., Settings], viang_home: Path) -> None:
    settings = settings_env()
    with open_database(settings).transaction() as connection:
        assert connection.execute("select count(*) from dashboard.clients").fetchone() == (0,)
    assert not embedded.data_folder(viang_home).exists()


def test_without_a_dsn_both_databases_are_embedded(viang_home: Path) -> None:
    settings = load_settings()
    with open_database(settings).transaction() as connection:
        assert connection.execute("select current_database()").fetchone() == ("viang",)
    engine = sa.create_engine(dagster_database_url(settings))
    with engine.connect() as storage:
        assert storage.execute(sa.text("select current_database()")).scalar_one() == "dagster"
        assert storage.dialect.driver == "psycopg2"
    engine.dispose()


def test_dagsters_own_dsn_names_the_driver(settings_env: Callable[..., Settings]) -> None:
    settings = settings_env(DAGSTER_DATABASE_URL="postgresql://u:p@127.0.0.1/dagster")
    assert dagster_database_url(settings) == "postgresql+psycopg2://u:p@127.0.0.1/dagster"


def test_token_keys_of_the_environment_keep_their_order(settings_env: Callable[..., Settings]) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    assert token_keys(settings_env(VIANG_TOKEN_KEYS=",".join(keys))) == tuple(keys)


def test_processes_that_create_the_key_at_once_agree_on_one(viang_home: Path) -> None:
    settings = load_settings()
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: token_keys(settings), range(8)))
    assert len(keys) == 1
    Fernet(keys.pop()[0])
    assert [path.name for path in viang_home.iterdir()] == ["token.key"]
    assert (viang_home / "token.key").stat().st_mode & 0o777 == 0o600


def test_a_server_that_cuts_the_line_or_does_not_answer_went_away(empty_database: Database) -> None:
    connection = empty_database.connect()
    with empty_database.transaction() as other:
        other.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
    with pytest.raises(psycopg.Error) as told:
        connection.execute("select")
    assert went_away(told.value)
    with pytest.raises(psycopg.Error) as silent:
        connection.execute("select")
    assert went_away(silent.value)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(TransientFailure) as refused:
            Database(f"postgresql://viang:x@127.0.0.1:{nobody.getsockname()[1]}/viang").connect()
    assert went_away(refused.value)


@pytest.mark.parametrize(
    "statements",
    [
        ("set local lock_timeout = 1", "select pg_advisory_xact_lock(1)"),
        ("set local statement_timeout = 1", "select pg_sleep(1)"),
        ("select nothing",),
    ],
    ids=["a lock", "a time limit", "a wrong statement"],
)
def test_what_a_server_refuses_is_no_server_that_went_away(
    empty_database: Database, statements: tuple[str, ...]
) -> None:
    def execute_all() -> None:
        with empty_database.transaction() as connection:
            for statement in statements:
                connection.execute(statement)

    with empty_database.transaction() as holder:
        holder.execute("select pg_advisory_xact_lock(1)")
        with pytest.raises(psycopg.Error) as refusal:
            execute_all()
    assert not went_away(refusal.value)
