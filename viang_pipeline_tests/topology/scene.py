"""Sets the stage: both installations with the same history, the mail server, and nights on them one after the other."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from cryptography.fernet import Fernet
from psycopg import sql

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.embedded import ADMIN
from viang_pipeline.warehouse.migrate import upgrade
from viang_pipeline_tests.mail.servers import SENDER, Mailbox, serving
from viang_pipeline_tests.topology.disturbances import Disturbance, empty_logs, read_failures_again
from viang_pipeline_tests.topology.installation import Installation, new_home, running, servers
from viang_pipeline_tests.topology.night import Found, Night
from viang_pipeline_tests.topology.town import town
from viang_pipeline_tests.topology.twin import Twin, at_night, connect, twin

HISTORY = 2
"""Days read before the first night."""


@dataclass
class Scene:
    """Two installations at the end of the same night."""

    house: Installation
    twin: Twin
    mailbox: Mailbox
    nights: int = 0
    differed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """What earlier nights left different, so that each night answers for itself."""

    def night(self, disturbance: Disturbance) -> Found:
        """The next night of both, one of them disturbed. Raises NeverCameError when it does not recover."""
        self.nights += 1
        now, day = at_night(self.nights, HISTORY)
        self.twin.night(now, day)
        self.mailbox.kept.clear()
        night = Night(self.house, self.twin, self.mailbox, now, day, self.differed)
        try:
            with disturbance.point.reached(night):
                struck = time.monotonic()
                disturbance.strike(night)
            return night.finish(struck)
        finally:
            self.house.town.let_go()
            empty_logs(self.house)
            read_failures_again(self.house)


@contextmanager
def scene(nights: int) -> Iterator[Scene]:
    """Everything started, for up to that many nights."""
    home, mailbox, days = new_home(), Mailbox(), HISTORY + nights + 2
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, home, ignore_errors=True)
        data, storage = ends.enter_context(servers(home))
        given = {
            "VIANG_TOKEN_KEYS": Fernet.generate_key().decode(),
            "SMTP_URL": f"smtp://127.0.0.1:{ends.enter_context(serving(mailbox))}",
            "VIANG_MAIL_FROM": SENDER,
        }
        calm = _database(data.server.superuser_url, data.server.viang_url, "calm", "template1")
        upgrade(calm)
        other = ends.enter_context(twin(calm, given, home / "twin", days))
        now, last = at_night(0, HISTORY)
        other.open_shop(now, last)
        _replace(data.server.superuser_url, "viang", "calm")
        market = ends.enter_context(town(days))
        house = ends.enter_context(running(home, data, storage, market, given, now))
        connect(house.settings(now), house.database)
        yield Scene(house, other, mailbox)


def _database(superuser: str, admin: str, name: str, template: str) -> Database:
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(ADMIN)
            )
        )
    return Database(admin.rpartition("/")[0] + f"/{name}")


def _replace(superuser: str, name: str, template: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    _database(superuser, "", name, template)
