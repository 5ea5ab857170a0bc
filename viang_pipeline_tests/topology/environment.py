"""An environment that has nothing of whoever runs this: no variable of ours, no ``.env`` of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from unittest.mock import patch

from viang_pipeline.settings import Settings
from viang_pipeline_tests.conftest import OURS


@contextmanager
def only(given: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Of our settings only those given, in an empty folder, for the length of a ``with`` block."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with patch.dict(os.environ, others | dict(given), clear=True), chdir(folder):
        yield


def settings_of(given: Mapping[str, str], folder: Path) -> Settings:
    """The settings of an installation with this environment and no other."""
    with only(given, folder):
        return Settings(_env_file=None)  # type: ignore[call-arg]
