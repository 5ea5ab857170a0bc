"""Routes of the account itself: company, channels, categories (§9.3, §11)."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json
from viang_pipeline.sandbox.bling.answers import data, not_found
from viang_pipeline.sandbox.bling.notation import brasilia_day, day_text
from viang_pipeline.sandbox.bling.service import Caller, Handler
from viang_pipeline.sandbox.bling.truth import Channel

GROUPS = {"LojaIntegrada": 1, "AnyMarket": 2, "MercadoLivre": 3, "Shopee": 3, "Amazon": 3, "Api": 4}
KINDS = tuple(
    {"nome": name, "tipo": kind, "agrupador": GROUPS[kind]}
    for kind, name in (
        ("LojaIntegrada", "Loja Integrada"),
        ("AnyMarket", "AnyMarket"),
        ("MercadoLivre", "Mercado Livre"),
        ("Shopee", "Shopee"),
        ("Amazon", "Amazon"),
        ("Api", "API"),
    )
)


def company(caller: Caller) -> Response:
    """``GET /empresas/me/dados-basicos``."""
    company = caller.account.company
    return data(
        {
            "id": company.company_id,
            "nome": company.name,
            "cnpj": company.cnpj,
            "email": company.email,
            "dataContrato": day_text(brasilia_day(company.since)),
        }
    )


def channels(caller: Caller) -> Response:
    """``GET /canais-venda``: a reconnected store is there twice, once switched off."""
    ask = caller.question
    kinds, situation = ask.texts("tipos"), ask.choice("situacao", 0, (1, 2))
    group = ask.choice("agrupador", 0, (1, 2, 3, 4))
    rows = [
        _channel_body(channel, caller.now)
        for channel in caller.account.channels.values()
        if channel.opened_at <= caller.now
        and (not kinds or channel.kind in kinds)
        and situation in (0, _situation(channel, caller.now))
        and group in (0, GROUPS.get(channel.kind))
    ]
    return data(ask.page(rows))


def channel(caller: Caller) -> Response:
    """``GET /canais-venda/{id}``."""
    found = caller.account.channels.get(caller.number("id"))
    if found is None or found.opened_at > caller.now:
        return not_found()
    branch = {
        "cnpj": caller.account.company.cnpj,
        "idUnidadeNegocio": 0,
        "unidadeNegocio": "Matriz",
        "deposito": {"id": caller.account.general.deposit_id},
        "padrao": True,
    }
    return data(_channel_body(found, caller.now) | {"filiais": [branch]})


def channel_kinds(caller: Caller) -> Response:
    """``GET /canais-venda/tipos``."""
    group = caller.question.choice("agrupador", 0, (1, 2, 3, 4))
    return data([kind for kind in KINDS if group in (0, kind["agrupador"])])


def categories(caller: Caller) -> Response:
    """``GET /categorias/receitas-despesas``."""
    ask = caller.question
    kind, situation = ask.choice("tipo", 0, (0, 1, 2, 3)), ask.choice("situacao", 0, (0, 1, 2))
    rows = [
        {
            "id": category.category_id,
            "idCategoriaPai": category.parent_id,
            "descricao": category.name,
            "tipo": category.kind,
        }
        for category in caller.account.categories.values()
        if kind in (0, category.kind) and situation in (0, 1 if category.active else 2)
    ]
    return data(ask.page(rows))


ROUTES: dict[str, tuple[str, Handler]] = {
    "/empresas/me/dados-basicos": ("empresas", company),
    "/canais-venda": ("canais-venda", channels),
    "/canais-venda/tipos": ("canais-venda", channel_kinds),
    "/canais-venda/{id}": ("canais-venda", channel),
    "/categorias/receitas-despesas": ("categorias/receitas-despesas", categories),
}


def _channel_body(channel: Channel, now: datetime) -> Json:
    return {
        "id": channel.channel_id,
        "descricao": channel.name,
        "tipo": channel.kind,
        "situacao": _situation(channel, now),
    }


def _situation(channel: Channel, now: datetime) -> int:
    return 2 if channel.closed_at is not None and channel.closed_at <= now else 1
