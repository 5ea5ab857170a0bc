"""A process that delivers what is due and is killed at a given point: DATABASE PORT POINT."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from viang_pipeline.mail import outbox
from viang_pipeline.mail.deliver import deliver_due
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.mail.conftest import NOW
from viang_pipeline_tests.mail.servers import mailer_to


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, port: str, point: str) -> None:
    """Deliver, and die at ``point``."""
    mailer: Any = mailer_to(int(port))
    if point == "claimed":
        type(mailer).deliver = _die
    elif point == "sending":
        outbox.begin_delivery = _die
    elif point == "announced":

        def dying(deliver: Callable[..., None]) -> Callable[..., None]:
            def inner(self: Any, message: Any, recipient: str, *, last_moment: Callable[[], None]) -> None:
                deliver(self, message, recipient, last_moment=lambda: (last_moment(), _die())[0])

            return inner

        type(mailer).deliver = dying(type(mailer).deliver)
    else:
        outbox.mark_sent = _die
    deliver_due(Database(url), mailer, lambda: NOW)


if __name__ == "__main__":
    main(*sys.argv[1:])
