"""How any command ends: exit codes, one line on stderr, no traceback, a help a Brazilian can read."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from viang_pipeline.cli.main import COMMANDS, app
from viang_pipeline.cli.shell import Commands, Shell, portuguese
from viang_pipeline.failures import TransientFailure, UsageError
from viang_pipeline.logs import log_file, set_up_logging
from viang_pipeline.settings import SettingsError

runner = CliRunner()


def shell_that_raises(error: BaseException) -> typer.Typer:
    one = typer.Typer(cls=Shell)

    @one.callback()
    def start() -> None: ...

    @one.command()
    def fail() -> None:
        raise error

    return one


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("uma linha"), 2),
        (SettingsError("VIANG_HOME: uma linha"), 2),
        (TransientFailure("uma linha", where="GET /orders", action="Espere"), 1),
        (psycopg.errors.UndefinedTable("relation does not exist"), 1),
        (RuntimeError("o segredo"), 1),
        (typer.Exit(3), 3),
    ],
)
def test_each_kind_of_ending_has_its_exit_code_and_at_most_one_line(
    viang_home: Path, error: Exception, code: int
) -> None:
    result = runner.invoke(shell_that_raises(error), ["fail"])
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.count("\n") == (0 if code == 3 else 1)
    assert "Traceback" not in result.stderr


def test_an_unexpected_error_leaves_its_traceback_in_the_named_log_file_without_secrets(viang_home: Path) -> None:
    set_up_logging(viang_home)
    result = runner.invoke(shell_that_raises(RuntimeError("refresh_token=TG-1234-abcd")), ["fail"])
    assert result.exit_code == 1
    assert str(log_file(viang_home)) in result.stderr
    kept = log_file(viang_home).read_text()
    assert "Traceback" in kept
    assert "RuntimeError" in kept
    assert "TG-1234" not in kept + result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clients", "add"], "Falta o argumento 'ID'"),
        (["clients", "add", "loja-a"], "Falta a opção '--nome'"),
        (["clients", "ad"], "O comando 'ad' não existe. Seria 'add'?"),
        (["clients", "list", "--tudo"], "A opção --tudo não existe"),
        (["clients", "pause", "loja-a", "loja-b"], "Sobrou na linha de comando: loja-b"),
        (["up", "--port", "muitas"], "Valor inválido em '--port': deve ser um número inteiro."),
        (["up", "--port", "0"], "Valor inválido em '--port': deve ser 1 ou mais."),
        (["clients", "add", "loja-a", "--nome", "A", "--inicio-historico", "10/03/2026"], "use AAAA-MM-DD"),
        (["clients", "add", "loja-a", "--nome", "A", "--inicio-historico", "2026-02-30"], "não é uma data"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_what_is_wrong_in_portuguese(
    viang_home: Path, arguments: list[str], said: str
) -> None:
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_wrong_setting_ends_with_2_before_anything_happens(monkeypatch: pytest.MonkeyPatch, viang_home: Path) -> None:
    monkeypatch.setenv("VIANG_DATABASE_URL", "mysql://quem:segredo@host/banco")
    result = runner.invoke(app, ["clients", "list"])
    assert result.exit_code == 2
    assert "VIANG_DATABASE_URL" in result.stderr
    assert "segredo" not in result.stderr
    assert list(viang_home.iterdir()) == []


def test_unknown_wording_of_the_library_is_shown_as_it_is() -> None:
    assert portuguese("Something new happened.") == "Something new happened."


def with_all_below(command: TyperGroup | TyperCommand, *path: str) -> Iterator[tuple[list[str], object]]:
    yield list(path), command
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from with_all_below(each, *path, name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_is_portuguese_and_describes_every_parameter(name: str) -> None:
    for path, command in with_all_below(Commands(COMMANDS)[name], name):
        assert_help_is_complete(path, command)


def test_the_help_of_all_is_portuguese_and_names_every_command() -> None:
    assert_help_is_complete([], get_command(app))
    shown = runner.invoke(app, ["--help"]).stdout
    assert [name for name in COMMANDS if f"│ {name} " not in shown] == []


def assert_help_is_complete(path: list[str], command: object) -> None:
    result = runner.invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert "Mostra esta ajuda e sai." in result.stdout
    assert not re.search(r"Show this message|required|Options|Commands|Arguments", result.stdout)
    assert getattr(command, "help", None), f"no description of {path}"
    undescribed = [p.name for p in getattr(command, "params", []) if not getattr(p, "help", None)]
    assert undescribed == [], path


def test_a_command_starts_without_what_only_others_need(settings_env: Callable[..., object]) -> None:
    settings_env()
    code = """
        import atexit, sys
        atexit.register(lambda: print(*sys.modules, file=sys.stderr))
        from viang_pipeline.cli.main import main
        main()
    """
    command = [sys.executable, "-c", textwrap.dedent(code), "clients", "list"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr.split()
    assert "viang_pipeline.cli.clients" in loaded
    assert {"dagster", "sqlalchemy", "fpdf", "openai", "viang_pipeline.sandbox"}.isdisjoint(loaded)


def test_the_installed_command_passes_its_exit_code_on(settings_env: Callable[..., object]) -> None:
    settings_env()
    script = Path(sys.executable).with_name("viang")
    done = subprocess.run(
        [script, "clients", "pause", "nada"], capture_output=True, text=True, timeout=180, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "O cliente nada não existe. Veja os cadastrados com: viang clients list\n"
