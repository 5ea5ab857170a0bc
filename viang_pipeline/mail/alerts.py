"""What is the matter, from a snapshot of the stored state: every alert with its key, its subject and its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from viang_pipeline.domain.alerts import Alert
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.warehouse.client_status import ReadState
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES, reconnect_command

REFUSALS = {
    "status_desconhecido": "Status de pedido desconhecido",
    "moeda": "Pedidos em outra moeda",
    "site": "Pedidos de outro país",
    "invalido": "Pedidos que a plataforma invalidou",
    "valor_absurdo": "Pedidos com valor ou quantidade impossível",
}
JOBS = {
    "daily_update": "Noite",
    "ads_update": "Releitura dos Ads",
    "deep_sweep": "Releitura funda",
    "reprocess": "Nova leitura",
    "rebuild_marts": "Reconstrução",
    "refresh_tokens": "Renovação dos acessos",
    "client_report_job": "Relatórios",
}
MOST_SOURCES = 4
"""Named of a client; the rest is counted."""


@dataclass(frozen=True)
class FailedRun:
    """The last run of a job for a client, when it failed. ``client_id`` None: a job of no client."""

    job_name: str
    client_id: str | None
    motivos: Sequence[str]
    em: datetime


@dataclass(frozen=True)
class LostGrant:
    """An active client whose platform needs a person. ``motivo`` None: never connected."""

    client_id: str
    platform: str
    motivo: str | None


@dataclass(frozen=True)
class FailedCheck:
    """A check whose last result for a client failed. ``aviso``: it only warns, its numbers are shown all the same."""

    nome: str
    descricao: str
    client_id: str | None
    em: datetime
    aviso: bool = False


@dataclass(frozen=True)
class Refusals:
    """Sales in quarantine over the last days. ``valor`` None where amounts are not in reais."""

    client_id: str
    motivo: str
    registros: int
    valor: Decimal | None


@dataclass(frozen=True)
class Unsent:
    """A message that failed or is uncertain. ``client_id`` None: one to the agency itself."""

    id: int
    client_id: str | None
    periodo: str
    estado: str
    erro: str | None
    tipo: str = "relatorio"


@dataclass(frozen=True)
class Snapshot:
    """The stored state at an instant. ``esperado``: the newest day that should have been read; ``nomes`` by client."""

    esperado: date
    nomes: Mapping[str, str]
    runs: Sequence[FailedRun] = ()
    grants: Sequence[LostGrant] = ()
    reads: Sequence[ReadState] = ()
    checks: Sequence[FailedCheck] = ()
    refusals: Sequence[Refusals] = ()
    unsent: Sequence[Unsent] = ()


def alerts_of(state: Snapshot) -> list[Alert]:
    """Every alert of a snapshot, each key once."""
    found = [*_runs(state), *_grants(state), *_reads(state), *_checks(state), *_refusals(state), *_unsent(state)]
    return list({alert.chave: alert for alert in found}.values())


def _runs(state: Snapshot) -> Iterator[Alert]:
    for run in state.runs:
        who = _name(state, run.client_id)
        reason = run.motivos[0] if run.motivos else "sem motivo"
        yield Alert(
            f"execucao:{run.job_name}:{run.client_id or ''}",
            "execucao",
            f"{JOBS.get(run.job_name, run.job_name)}: {reason}",
            f"{who}, {run.em.astimezone(SAO_PAULO):%d/%m %H:%M} ({run.job_name})",
            run.client_id,
        )


def _grants(state: Snapshot) -> Iterator[Alert]:
    for grant in state.grants:
        platform = PLATFORM_NAMES.get(grant.platform, grant.platform)
        what = "ainda não foi conectado" if grant.motivo is None else "pede nova autorização"
        why = f": {grant.motivo}" if grant.motivo else ""
        yield Alert(
            f"acesso:{grant.platform}:{grant.client_id}",
            "acesso",
            f"{platform} {what}",
            f"{_name(state, grant.client_id)}{why} – {reconnect_command(grant.client_id, grant.platform)}",
            grant.client_id,
        )


def _reads(state: Snapshot) -> Iterator[Alert]:
    """One per client and platform; a platform without a grant is told once, as that."""
    lost = {(grant.client_id, grant.platform) for grant in state.grants}
    late: dict[tuple[str, str], list[str]] = {}
    for read in state.reads:
        problem = read.problem(state.esperado)
        if problem is not None and (read.client_id, read.source) not in lost:
            late.setdefault((read.client_id, read.source), []).append(f"{read.resource_name} ({problem})")
    for (client_id, source), problems in late.items():
        rest = len(problems) - MOST_SOURCES
        shown = "; ".join(problems[:MOST_SOURCES]) + (f"; e mais {rest}" if rest > 0 else "")
        platform = PLATFORM_NAMES.get(source, source)
        yield Alert(
            f"atraso:{source}:{client_id}", "atraso", platform, f"{_name(state, client_id)}: {shown}", client_id
        )


def _checks(state: Snapshot) -> Iterator[Alert]:
    for check in state.checks:
        when = f"{check.em.astimezone(SAO_PAULO):%d/%m %H:%M}"
        yield Alert(
            f"qualidade:{check.nome}:{check.client_id or ''}",
            "qualidade",
            check.nome,
            f"{_name(state, check.client_id)}: {check.descricao}, {when}",
            check.client_id,
            check.aviso,
        )


def _refusals(state: Snapshot) -> Iterator[Alert]:
    for refusal in state.refusals:
        value = "" if refusal.valor is None else f", {_reais(refusal.valor)}"
        orders = "1 pedido" if refusal.registros == 1 else f"{refusal.registros} pedidos"
        yield Alert(
            f"quarentena:{refusal.motivo}:{refusal.client_id}",
            "quarentena",
            REFUSALS.get(refusal.motivo, refusal.motivo),
            f"{_name(state, refusal.client_id)}: {orders}{value} nos últimos 7 dias",
            refusal.client_id,
        )


def _unsent(state: Snapshot) -> Iterator[Alert]:
    for mail in state.unsent:
        yield Alert(
            f"email:{mail.id}",
            "email",
            f"Relatório de {mail.periodo}" if mail.tipo == "relatorio" else f"Aviso à agência de {mail.periodo}",
            f"{_name(state, mail.client_id)}, mensagem {mail.id}, {mail.estado}: {mail.erro or 'sem motivo'}",
            mail.client_id,
        )


def _name(state: Snapshot, client_id: str | None) -> str:
    return "todos os clientes" if client_id is None else state.nomes.get(client_id, client_id)


def _reais(value: Decimal) -> str:
    return "R$ " + f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
