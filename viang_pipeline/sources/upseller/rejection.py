"""A file that cannot be taken: one sentence for the person who brought it."""

from __future__ import annotations

from viang_pipeline.failures import PermanentFailure
from viang_pipeline.sources.upseller.layouts import Kind

NOTHING_STORED = "Nada foi gravado."


class RejectedFile(PermanentFailure):
    """The whole file is refused. ``what`` is wrong, ``where`` the file's name; ``kind`` when it was recognised."""

    def __init__(self, what: str, *, where: str, action: str = "", kind: Kind | None = None) -> None:
        super().__init__(what, where=where, action=f"{NOTHING_STORED} {action}".strip())
        self.kind = kind
