"""One kept connection: transactions in a row, never nested, and a new connection where the old one was lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
import pytest

from viang_pipeline.warehouse import session as session_module
from viang_pipeline.warehouse.database import Database, DatabaseAway
from viang_pipeline.warehouse.session import Session


def test_transactions_of_a_session_share_one_connection(database: Database) -> None:
    with Session(database) as session:
        assert _backend(session) == _backend(session)


def test_a_block_that_raises_is_rolled_back_and_the_session_goes_on(database: Database) -> None:
    with Session(database) as session:
        with session.transaction() as conn:
            conn.execute("create table public.kept (n int)")
        with pytest.raises(psycopg.errors.DivisionByZero), session.transaction() as conn:
            conn.execute("insert into public.kept values (1); select 1 / 0")
        with session.transaction() as conn:
            conn.execute("insert into public.kept values (2)")
    with database.transaction() as conn:
        assert conn.execute("select n from public.kept").fetchall() == [(2,)]


def test_what_a_finished_transaction_wrote_is_there_for_everybody_before_the_session_ends(database: Database) -> None:
    with Session(database) as session:
        with session.transaction() as conn:
            conn.execute("create table public.seen (n int)")
        with database.transaction() as other:
            assert other.execute("select count(*) from public.seen").fetchone() == (0,)


def test_a_transaction_inside_another_is_refused_because_the_outer_one_could_still_undo_it(database: Database) -> None:
    with (
        Session(database) as session,
        session.transaction(),
        pytest.raises(RuntimeError, match="still open"),
        session.transaction(),
    ):
        pytest.fail("a second transaction was opened")


def test_a_connection_that_was_cut_between_two_transactions_is_replaced(database: Database) -> None:
    with Session(database) as session:
        first = _backend(session)
        with database.transaction() as conn:
            conn.execute("select pg_terminate_backend(%s)", [first])
        assert _backend(session) != first


def test_a_connection_that_is_cut_inside_a_transaction_loses_only_that_transaction(database: Database) -> None:
    with Session(database) as session:
        with pytest.raises(psycopg.OperationalError), session.transaction() as conn:
            conn.execute("select pg_terminate_backend(pg_backend_pid())")
        with session.transaction() as conn:
            assert conn.execute("select 1").fetchone() == (1,)


def test_a_session_leaves_no_connection_behind(database: Database) -> None:
    session = Session(database)
    pid = _backend(session)
    session.close()
    with database.transaction() as conn:
        alive = "select count(*) from pg_stat_activity where pid = %s"
        conn.execute("select pg_sleep(0.05)")
        assert conn.execute(alive, [pid]).fetchone() == (0,)


def _backend(session: Session) -> int:
    with session.transaction() as conn:
        return conn.info.backend_pid


@dataclass(frozen=True)
class Restarting(Database):
    """A server that takes no connection the first times."""

    refusals: list[DatabaseAway] = field(default_factory=list)

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        if self.refusals:
            raise self.refusals.pop()
        return super().connect(autocommit=autocommit)


def away() -> DatabaseAway:
    return DatabaseAway("O Postgres não aceitou a conexão", where="banco", action="Espere.")


def test_a_server_that_is_restarted_is_waited_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "ASKS_EVERY", 0)
    with Session(Restarting(database.url, [away(), away()])) as session, session.transaction() as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_a_server_that_stays_away_ends_the_wait(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "PATIENCE", 0)
    session = Session(Restarting(database.url, [away(), away()]))
    with pytest.raises(DatabaseAway), session.transaction():
        pass
