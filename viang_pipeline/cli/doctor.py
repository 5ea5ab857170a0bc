"""``viang doctor``: every precondition of a night, one line each; ends with 1 when one of them is a fault."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import typer
from dotenv import dotenv_values
from rich.markup import escape

from viang_pipeline.cli.console import FAILED, out
from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.failures import ViangError
from viang_pipeline.mail.access import open_mailer
from viang_pipeline.mail.outbox import open_messages
from viang_pipeline.metabase.refresh import open_metabase
from viang_pipeline.settings import Settings, is_loopback, load_settings
from viang_pipeline.warehouse.database import Database, dagster_database_url, open_database, token_keys
from viang_pipeline.warehouse.inspection import Finding, Level, inspect
from viang_pipeline.warehouse.revisions import MigrationError, pending
from viang_pipeline.warehouse.token_store import TokenState, TokenStore

COLOURS = {"ok": "green", "aviso": "yellow", "falha": "red"}
BLING_SETTINGS = ("bling_client_id", "bling_client_secret")
METABASE_SETTINGS = ("metabase_url", "metabase_api_key", "metabase_database_id")
APP_SETTINGS = ("mercado_livre_app_id", "mercado_livre_app_secret", "mercado_livre_redirect_uri")


def doctor() -> None:
    """Confere configuração, banco, chaves, acessos e alcance das APIs. Termina com 1 se algo falha."""
    settings = load_settings()
    levels = []
    for finding in _everything(settings):
        colour = COLOURS[finding.level]
        out.print(
            f"[{colour}]{finding.level:<5}[/] [bold]{escape(finding.subject)}[/]: {escape(finding.text)}",
            soft_wrap=True,
        )
        levels.append(finding.level)
    if "falha" in levels:
        raise typer.Exit(FAILED)


def _everything(settings: Settings) -> Iterator[Finding]:
    yield from _configuration(settings)
    database = yield from _opened(settings)
    if database is not None:
        yield from _database(settings, database)
    yield from _dagster_storage(settings)
    yield from _mercado_livre(settings, database)
    yield from _bling(settings, database)
    yield from _metabase(settings)
    yield from _mail(settings, database)


def _configuration(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "configuração", f"lida; VIANG_HOME em {settings.home.expanduser().resolve()}")
    if settings.now_override is not None:
        yield Finding("aviso", "VIANG_NOW", f"o relógio está parado em {settings.now_override.isoformat()}")
    if os.environ.get("SUPABASE_SERVICE_ROLE_KEY") or dotenv_values(Path(".env")).get("SUPABASE_SERVICE_ROLE_KEY"):
        yield Finding(
            "falha",
            "SUPABASE_SERVICE_ROLE_KEY",
            "está definida, ignora a segurança por linha e não é usada aqui; retire-a do ambiente e do .env",
        )
    missing = [name for name in APP_SETTINGS if getattr(settings, name) is None]
    if missing:
        names = ", ".join(str(Settings.model_fields[name].validation_alias) for name in missing)
        yield Finding("aviso", "aplicativo do Mercado Livre", f"falta {names}; sem isso não há coleta")
    else:
        yield Finding("ok", "aplicativo do Mercado Livre", f"configurado ({settings.mercado_livre_app_id})")
    missing = [name for name in BLING_SETTINGS if getattr(settings, name) is None]
    if len(missing) == len(BLING_SETTINGS):
        yield Finding("ok", "aplicativo do Bling", "não configurado; é opcional")
    elif missing:
        name = Settings.model_fields[missing[0]].validation_alias
        yield Finding("aviso", "aplicativo do Bling", f"falta {name}; sem isso o Bling não é lido")
    else:
        yield Finding("ok", "aplicativo do Bling", f"configurado ({settings.bling_client_id})")
    if settings.openai_api_key is None:
        yield Finding("ok", "modelo dos textos", "não configurado; é opcional, os textos saem só dos fatos")
    else:
        yield Finding("ok", "modelo dos textos", f"configurado ({settings.openai_model})")


def _opened(settings: Settings) -> Generator[Finding, None, Database | None]:
    """One connection, to tell an unreachable database from everything else that may be wrong with it."""
    try:
        database = open_database(settings)
        database.connect().close()
    except ViangError as failure:
        yield Finding("falha", "banco", str(failure))
        return None
    kind = "embutido" if settings.database_url is None else "de VIANG_DATABASE_URL"
    yield Finding("ok", "banco", f"{kind}, {database.place}")
    return database


def _database(settings: Settings, database: Database) -> Iterator[Finding]:
    with database.transaction() as conn:
        yield from inspect(conn, this_machine=is_loopback(database.url))
    try:
        behind = pending(database)
    except MigrationError as failure:
        yield Finding("falha", "migrações", str(failure))
        return
    if behind:
        yield Finding("falha", "migrações", "há migrações pendentes. Rode: viang db upgrade")
        return
    yield Finding("ok", "migrações", "em dia")
    yield from _tokens(TokenStore(database, token_keys(settings)))


def _migrated(database: Database) -> bool:
    """Whether the schema is this version's."""
    try:
        return not pending(database)
    except MigrationError:
        return False


def _tokens(store: TokenStore) -> Iterator[Finding]:
    states, opened = store.states(), 0
    for state in states:
        if state.status != "ativo":
            yield Finding("aviso", f"acesso de {state.client_id}", f"precisa de nova autorização ({state.motivo})")
            continue
        try:
            store.read(state.client_id, state.platform)
            opened += 1
        except ViangError as failure:
            yield Finding("falha", f"chave do token de {state.client_id}", str(failure))
    yield Finding("ok", "chaves dos tokens", f"abrem {opened} de {len(states)} contas conectadas")


def _dagster_storage(settings: Settings) -> Iterator[Finding]:
    try:
        url = dagster_database_url(settings).replace("postgresql+psycopg2://", "postgresql://", 1)
        Database(url).connect().close()
    except ViangError as failure:
        yield Finding("falha", "armazenamento do Dagster", str(failure).replace("VIANG_DATABASE", "DAGSTER_DATABASE"))
        return
    host = urlsplit(url).hostname or ""
    if "supabase" in host:
        yield Finding(
            "aviso", "armazenamento do Dagster", "está no Supabase; o Dagster abre centenas de conexões, use outro"
        )
    else:
        yield Finding("ok", "armazenamento do Dagster", Database(url).place)


def _mercado_livre(settings: Settings, database: Database | None) -> Iterator[Finding]:
    reached = _reach("Mercado Livre", settings.mercado_livre_api_url, wanted=settings.mercado_livre_app_id is not None)
    yield reached
    state = _usable(settings, database, "mercado_livre") if reached.level == "ok" else None
    if database is None or state is None:
        return
    try:
        with mercado_livre_client(settings, database, state.client_id, rehearsal=True):
            yield Finding("ok", "permissão no Mercado Livre", f"o token de {state.client_id} foi aceito")
    except ViangError as failure:
        yield Finding("falha", "permissão no Mercado Livre", str(failure))


def _bling(settings: Settings, database: Database | None) -> Iterator[Finding]:
    if settings.bling_client_id is None or settings.bling_client_secret is None:
        return
    reached = _reach("Bling", settings.bling_api_url, wanted=True)
    yield reached
    state = _usable(settings, database, "bling") if reached.level == "ok" else None
    if database is None or state is None:
        return
    try:
        with bling_client(settings, database, state.client_id, rehearsal=True) as api:
            api.confirm_company()
            yield Finding("ok", "permissão no Bling", f"o token de {state.client_id} foi aceito")
    except ViangError as failure:
        yield Finding("falha", "permissão no Bling", str(failure))


def _metabase(settings: Settings) -> Iterator[Finding]:
    missing = [name for name in METABASE_SETTINGS if getattr(settings, name) is None]
    if len(missing) == len(METABASE_SETTINGS):
        yield Finding("ok", "Metabase", "não configurado; é opcional")
        return
    if missing:
        names = ", ".join(str(Settings.model_fields[name].validation_alias) for name in missing)
        yield Finding("aviso", "Metabase", f"falta {names}; sem isso o Metabase não é atualizado")
        return
    try:
        with open_metabase(settings) as api:
            well = api.health()
            reached = api.database_health(int(settings.require("metabase_database_id")))
    except ViangError as failure:
        yield Finding("falha", "Metabase", str(failure))
        return
    if not well:
        yield Finding("falha", "Metabase", f"{settings.metabase_url} responde, mas ainda não está pronto")
    elif reached != "ok":
        yield Finding("falha", "Metabase", f"não alcança o banco {settings.metabase_database_id}: {reached}")
    else:
        yield Finding("ok", "Metabase", f"{settings.metabase_url} responde e alcança o banco")


def _mail(settings: Settings, database: Database | None) -> Iterator[Finding]:
    mailer = open_mailer(settings)
    if mailer is None:
        yield Finding("ok", "e-mail", "não configurado (SMTP_URL, VIANG_MAIL_FROM); relatórios só ficam em arquivo")
    else:
        try:
            mailer.check()
            alerts = ", ".join(settings.alert_emails) or "ninguém (VIANG_ALERT_EMAILS)"
            yield Finding("ok", "e-mail", f"{mailer.server.place} aceita o acesso; alertas vão para {alerts}")
        except ViangError as failure:
            yield Finding("falha", "e-mail", str(failure))
    if database is None or not _migrated(database):
        return
    with database.transaction() as conn:
        stuck = [mail for mail in open_messages(conn) if mail.estado in ("falhou", "incerto")]
    if stuck:
        yield Finding("aviso", "e-mails que não saíram", f"{len(stuck)}; veja: viang mail list")


def _reach(platform: str, address: str, *, wanted: bool) -> Finding:
    """Whether anything answers at ``address``."""
    try:
        httpx.get(address, timeout=10)
    except httpx.HTTPError as error:
        level: Level = "falha" if wanted else "aviso"
        return Finding(level, f"alcance do {platform}", f"{address} não respondeu ({type(error).__name__})")
    return Finding("ok", f"alcance do {platform}", f"{address} responde")


def _usable(settings: Settings, database: Database | None, platform: str) -> TokenState | None:
    """An account whose token is valid now: this command never renews one."""
    if database is None or not _migrated(database):
        return None
    now = settings.clock()()
    states = TokenStore(database, token_keys(settings)).states()
    return next((s for s in states if (s.platform, s.status) == (platform, "ativo") and s.expires_at > now), None)
