"""How every command begins and ends: imported when it is asked for, and one line on stderr and the exit codes of
product.md §3, whatever went wrong.

Also the Portuguese wording of what the command-line library says in English.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, cast

import psycopg
import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from viang_pipeline.cli.console import DONE, FAILED, WRONG_USAGE, err
from viang_pipeline.failures import UsageError, ViangError

log = logging.getLogger(__name__)

HELP_LINE = "Mostra esta ajuda e sai."
_WORDING = (
    (r"Missing argument (.+?)\.", r"Falta o argumento \1."),
    (r"Missing option (.+?)\.", r"Falta a opção \1."),
    (r"Missing command\.", "Falta o comando."),
    (r"No such option: (\S+)", r"A opção \1 não existe."),
    (r"\(Possible options: (.+)\)", r"Parecidas: \1."),
    (r"No such command (.+?)\.", r"O comando \1 não existe."),
    (r"Did you mean (.+)\?", r"Seria \1?"),
    (r"Invalid value for ((?:'[^']*'(?: / )?)+): ", r"Valor inválido em \1: "),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"Sobrou na linha de comando: \1."),
    (r"Option '(.+)' requires an argument\.", r"Falta o valor da opção '\1'."),
    (r"Input should be a valid integer.*", "deve ser um número inteiro"),
    (r"Input should be greater than or equal to (\S+)", r"deve ser \1 ou mais"),
    (r"Input should be less than or equal to (\S+)", r"deve ser \1 ou menos"),
)


def portuguese(message: str) -> str:
    """What the library says about a wrong command line, in the reader's language; unknown texts stay as they are."""
    for english, ours in _WORDING:
        message = re.sub(english, ours, message)
    return message


class Place(NamedTuple):
    """Where a command stands: the panel of the help, and ``module:name`` below viang_pipeline.cli."""

    panel: str
    code: str


class Commands(Mapping[str, TyperGroup | TyperCommand]):
    """Commands by name, each imported when it is asked for: what they all import takes longer than most of them do."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = places

    def __getitem__(self, name: str) -> TyperGroup | TyperCommand:
        panel, code = self.places[name]
        module, _, attribute = code.partition(":")
        found = getattr(import_module(f"viang_pipeline.cli.{module}"), attribute)
        alone = typer.Typer(rich_markup_mode="rich")
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=name, rich_help_panel=panel)
        else:
            alone.command(name, rich_help_panel=panel)(found)
        return cast(TyperGroup | TyperCommand, get_group(alone).commands[name])

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


class Shell(TyperGroup):
    """The top of the command tree: runs one command and turns its outcome into an exit code."""

    places: ClassVar[Mapping[str, Place]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        if self.places:
            self.commands = cast(Any, Commands(self.places))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None where there is none; it speaks Portuguese."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            for each in _with_all_below(cast(TyperGroup | TyperCommand, command)):
                _speak_portuguese(each)
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave the process with 0, 1, 2 or 3 (130 when interrupted)."""
        _headings_in_portuguese()
        _speak_portuguese(self)
        try:
            code = super().main(args, prog_name or "viang", complete_var, False, windows_expand_args, **extra)
        except typer.TyperException as error:
            _complain_about_usage(error)
            code = error.exit_code
        except UsageError as error:
            err.print(str(error), style="red", markup=False, soft_wrap=True)
            code = WRONG_USAGE
        except ViangError as error:
            log.info("%s", error, exc_info=error)
            err.print(str(error), style="red", markup=False, soft_wrap=True)
            code = FAILED
        except psycopg.Error as error:
            log.info("o banco falhou", exc_info=error)
            err.print(f"O banco de dados falhou ({type(error).__name__}). Detalhes no log", style="red", markup=False)
            code = FAILED
        except typer.Abort:
            code = FAILED
        except Exception as error:  # noqa: BLE001  the traceback goes to the log file, the person gets one line
            _record_unexpected(error)
            code = FAILED
        sys.exit(code if isinstance(code, int) else DONE)


def _complain_about_usage(error: typer.TyperException) -> None:
    message = portuguese(error.format_message())
    context = getattr(error, "ctx", None)
    if message:  # empty when the help was printed instead
        hint = f". Veja: {context.command_path} --help" if context is not None else ""
        err.print(f"{message.rstrip('.')}{hint}", style="red", markup=False, soft_wrap=True)


def _record_unexpected(error: Exception) -> None:
    """Keep the traceback in the log file and print one line naming it."""
    handlers = logging.getLogger().handlers
    written = [handler.baseFilename for handler in handlers if isinstance(handler, logging.FileHandler)]
    for handler in handlers:
        if type(handler) is logging.StreamHandler:
            handler.setLevel(logging.CRITICAL + 1)
    log.error("erro inesperado: %s", " ".join(sys.argv[1:2]), exc_info=error)
    place = f"Detalhes em {written[0]}" if written else "Não há arquivo de log"
    err.print(f"Erro inesperado ({type(error).__name__}). {place}", style="red", markup=False, soft_wrap=True)


def _headings_in_portuguese() -> None:
    rich_utils.ARGUMENTS_PANEL_TITLE = "Argumentos"
    rich_utils.OPTIONS_PANEL_TITLE = "Opções"
    rich_utils.COMMANDS_PANEL_TITLE = "Comandos"
    rich_utils.DEFAULT_STRING = "[padrão: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[obrigatório]"


def _speak_portuguese(command: TyperGroup | TyperCommand) -> None:
    """The line of ``--help``, and what stands for options and commands."""
    command.options_metavar = "[OPÇÕES]"
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = "COMANDO …"
    help_option = command.get_help_option(typer.Context(command))
    if help_option is not None:
        help_option.help = HELP_LINE


def _with_all_below(command: TyperGroup | TyperCommand) -> Iterator[TyperGroup | TyperCommand]:
    yield command
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from _with_all_below(cast(TyperGroup | TyperCommand, each))
