"""``viang sandbox`` as its own process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
import typer

from viang_pipeline.cli.sandbox import FAULTS, chosen_faults


def test_it_prints_what_to_configure_and_serves_real_time_until_interrupted() -> None:
    # A shell that starts the suite in the background lets its children ignore Ctrl+C.
    command = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from viang_pipeline.cli.sandbox import sandbox; sandbox(port=0, seed=1, faults='')"
    )
    process = subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        printed = ""
        while "atelie-do-barro" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        url = re.search(r"MERCADO_LIVRE_API_URL=(\S+)", printed)
        assert url is not None
        assert "MERCADO_LIVRE_APP_SECRET=" in printed
        assert f"BLING_TOKEN_URL={url.group(1)}/Api/v3/oauth/token" in printed
        now = httpx.get(f"{url.group(1)}/__sandbox__/clock").json()["now"]
        assert now.startswith(time.strftime("%Y-%m-%dT%H", time.gmtime()))
        process.send_signal(signal.SIGINT)
        assert "encerrado" in process.stdout.read()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_faults_are_chosen_by_name() -> None:
    assert chosen_faults("") == []
    assert chosen_faults("429, queda") == [FAULTS["429"], FAULTS["queda"]]
    with pytest.raises(typer.BadParameter, match="falha desconhecida: tsunami"):
        chosen_faults("429,tsunami")
