"""The proxy in front of the interface, as a real Caddy: nobody passes without a login, guests only look."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from viang_pipeline_tests.deploy.files import DEPLOY, program

CADDYFILE = DEPLOY / "proxy" / "Caddyfile"
PASSWORD = "uma senha de teste"


@contextmanager
def interface(name: str) -> Iterator[str]:
    """Answers with its name and the login it was shown; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{name} {self.headers.get('Authorization')}".encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caddy")


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[str]:
    caddy = program("caddy")
    hashed = subprocess.run(
        [caddy, "hash-password", "--bcrypt-cost", "4", "--plaintext", PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (folder / "users").write_text(f"ana {hashed}\nconvidado-loja {hashed}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{free.getsockname()[1]}"
    with ExitStack() as stack:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "VIANG_SITE": site,
            "VIANG_WEBSERVER": stack.enter_context(interface("all")),
            "VIANG_GUEST_WEBSERVER": stack.enter_context(interface("guests")),
            "VIANG_USERS": str(folder / "users"),
            "VIANG_PROXY_ADMIN": "off",
        }
        log = stack.enter_context((folder / "log").open("w"))
        process = subprocess.Popen([caddy, "run", "--config", CADDYFILE], env=env, stderr=log, stdout=log)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        while not _answers(site):
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield site


def _answers(site: str) -> bool:
    try:
        return bool(httpx.get(site, timeout=5).status_code)
    except httpx.HTTPError:
        return False


def test_nobody_passes_without_a_login(proxy: str) -> None:
    assert httpx.get(proxy).status_code == 401
    assert httpx.get(f"{proxy}/server_info").status_code == 401
    assert httpx.post(f"{proxy}/graphql", json={}).status_code == 401


def test_nor_with_a_wrong_one(proxy: str) -> None:
    assert httpx.get(proxy, auth=("ana", "outra")).status_code == 401
    assert httpx.get(proxy, auth=("bia", PASSWORD)).status_code == 401


def test_who_logs_in_gets_the_interface_and_the_login_goes_no_further(proxy: str) -> None:
    assert httpx.get(proxy, auth=("ana", PASSWORD)).text == "all None"


def test_a_guest_gets_the_read_only_interface(proxy: str) -> None:
    assert httpx.post(f"{proxy}/graphql", auth=("convidado-loja", PASSWORD), json={}).text == "guests None"


def test_another_site_cannot_use_the_login_of_a_browser(proxy: str) -> None:
    for origin in ("https://mal.example.com", "null", f"{proxy}.mal.example.com"):
        answer = httpx.post(f"{proxy}/graphql", auth=("ana", PASSWORD), headers={"Origin": origin}, json={})
        assert answer.status_code == 403, origin
    own = httpx.post(f"{proxy}/graphql", auth=("ana", PASSWORD), headers={"Origin": proxy}, json={})
    assert own.text == "all None"


def test_the_answer_tells_the_browser_to_be_careful(proxy: str) -> None:
    headers = httpx.get(proxy, auth=("ana", PASSWORD)).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in headers["Strict-Transport-Security"]


def test_who_consents_comes_back_to_a_page_without_login_and_the_code_is_in_no_log(proxy: str, folder: Path) -> None:
    answer = httpx.get(f"{proxy}/retorno?code=TG-segredo&state=xyz")
    assert answer.status_code == 200
    assert answer.text.startswith("Autorização recebida. Copie o endereço desta página")
    assert httpx.get(f"{proxy}/retorno/graphql").status_code == 401
    while "/retorno?" not in (log := (folder / "log").read_text()):
        time.sleep(0.05)
    assert "TG-segredo" not in log
    assert PASSWORD not in log


def test_the_file_is_in_caddys_own_format(tmp_path: Path) -> None:
    copy = tmp_path / "Caddyfile"
    copy.write_text(CADDYFILE.read_text())
    subprocess.run([program("caddy"), "fmt", "--overwrite", copy], check=True, capture_output=True)
    assert copy.read_text() == CADDYFILE.read_text()
