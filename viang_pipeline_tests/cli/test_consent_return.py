"""What comes back from a consent is heard on a port of the machine: whoever else calls there connects nobody, is shown
nothing of what was sent, and leaves no trace.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from viang_pipeline.cli.consent_return import ConsentReturn, awaited_return, read_return
from viang_pipeline.warehouse.oauth_states import ConsentError


class Silent:
    """A person who types nothing until the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def fileno(self) -> int:
        raise OSError

    def __iter__(self) -> Iterator[str]:
        self.over.wait(30)
        return iter(())


def heard(request: bytes, seconds: float = 0.4) -> tuple[ConsentReturn | None, bytes]:
    """What a raw request to the redirect address counts as, None when it counts for nothing; and its answer."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = int(chosen.getsockname()[1])
    answers: Queue[bytes] = Queue()

    def call() -> None:
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                    line.sendall(request)
                    answers.put(b"".join(iter(lambda: line.recv(65536), b"")))
                    return
            except ConnectionRefusedError:
                time.sleep(0.01)

    threading.Thread(target=call, daemon=True).start()
    silent = Silent()
    found: ConsentReturn | None = None
    try:
        with awaited_return(f"http://127.0.0.1:{port}/callback", silent, seconds=seconds) as found:  # type: ignore[arg-type]
            raise ConsentError("not exchanged here")
    except ConsentError:
        return found, answers.get(timeout=5)
    finally:
        silent.over.set()


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.0", "Host: 127.0.0.1", *headers, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    "target",
    ["/", "/callback", "/callback/?code=a&state=b", "/favicon.ico?code=a&state=b", "//[?code=a&state=b",
     "//evil.test/x", "/../callback?code=a&state=b", "http://[::1?code=a", "/callback%00?code=a&state=b"],
)  # fmt: skip
def test_another_address_counts_for_nothing(target: str, capfd: pytest.CaptureFixture[str]) -> None:
    found, answer = heard(get(target))
    assert found is None
    assert answer.split(b"\r\n", 1)[0].split()[1] in (b"404", b"400")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "query",
    ["code=a", "x=1", "%63ode=a", "code=a&" + "&".join(f"x{n}=1" for n in range(200)), "&&&", "code=&state=", "state="],
    ids=["no state", "neither", "spelt otherwise", "many fields", "nothing", "both empty", "an empty state"],
)
def test_an_answer_without_its_state_has_none_and_is_never_taken_for_a_pasted_code(query: str) -> None:
    """A pasted code may come without a state, because a person chose it; a page of the internet may not."""
    found, _ = heard(get(f"/callback?{query}"))
    assert found is not None
    assert found.state == ""


@pytest.mark.parametrize("planted", ["<script>alert(1)</script>", "%0d%0aSet-Cookie:%20a=b", "%00", "TG-segredo-123"])
def test_nothing_of_the_question_is_in_the_page_the_head_or_the_terminal(
    planted: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found, answer = heard(get(f"/callback?code={planted.replace(' ', '+')}&state=s&error_description={planted}"))
    assert found is not None
    for part in (b"script", b"Set-Cookie", b"segredo", b"\x00"):
        assert part not in answer
    assert "segredo" not in repr(found)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("error", ["<b>x</b>", "a\nb", "access_denied&x=1\x1b[2J", "x" * 1000])
def test_an_error_is_shown_only_when_it_is_a_word(error: str) -> None:
    with pytest.raises(ConsentError) as refused:
        ConsentReturn("", "", error).checked("Bling")
    assert "(erro)" in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "pasted", ["http://[bad?code=a&state=b", "https://x.test/?code=a&state=b#frag", "?code=a&state=b"]
)
def test_a_pasted_address_is_read_for_its_answer_only(pasted: str) -> None:
    assert read_return(pasted) == ConsentReturn("a", "b", "")
