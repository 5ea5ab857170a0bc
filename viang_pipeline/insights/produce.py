"""One insight, whatever happens: from the cache, from the model when its text stands, else from the facts alone."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from viang_pipeline.collect.work import Transactions
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.failures import SourceFailure
from viang_pipeline.insights.answer import Answer, Refused, checked, cleaned_question, messages
from viang_pipeline.insights.facts import FactSheet, read_fact_sheet, snapshot
from viang_pipeline.insights.text import deterministic_text
from viang_pipeline.insights.verifier import Verifier
from viang_pipeline.sources.language_model import LanguageModel, Usage
from viang_pipeline.warehouse import clients, insight_cache
from viang_pipeline.warehouse.insight_cache import StoredInsight
from viang_pipeline.warehouse.locks import lock_insight

TRIES = 2
LONGEST_DETAIL = 500
_log = logging.getLogger(__name__)


def insight(
    store: Transactions,
    client_id: str,
    period: str,
    question: str | None,
    model: LanguageModel | None,
    *,
    run_id: str,
    now: datetime,
) -> StoredInsight:
    """The insight of a client and period; asked for twice at once, it is made once.

    Raises PeriodError for a text that is no period, UsageError for an unknown client. A model that fails or lies raises
    nothing: the text is then made from the facts, with the reason beside it.
    """
    asked = cleaned_question(question)
    with snapshot(store) as conn:
        client = clients.get(conn, client_id)
        sheet = read_fact_sheet(conn, client_id, client.nome, parse_period(period, last_closed_day(now)))
    key = _key(sheet, asked)
    with store.transaction() as conn:
        lock_insight(conn, client_id, key)
        kept = insight_cache.find(conn, client_id, key, now)
        if kept is not None and _stands(kept, model):
            return kept
        made = _made(sheet, key, asked, model)
        windows = [(window.first, window.last) for window in (sheet.period, sheet.previous, sheet.year_ago)]
        insight_cache.store(conn, client_id, made, windows, run_id=run_id, now=now)
    return made


def _key(sheet: FactSheet, question: str | None) -> str:
    parts = (sheet.period.code, str(sheet.period.first), str(sheet.period.last), question or "", sheet.hash)
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _stands(kept: StoredInsight, model: LanguageModel | None) -> bool:
    """A model's text and a refusal stand for their day; what only lacked a model does while there is none."""
    return kept.motivo in (None, "recusado") or (kept.motivo == "sem_modelo" and model is None)


def _made(sheet: FactSheet, key: str, question: str | None, model: LanguageModel | None) -> StoredInsight:
    plain = StoredInsight(
        key, sheet.period.code, question, sheet.hash, deterministic_text(sheet), [fact.id for fact in sheet.facts]
    )
    if model is None or not sheet.facts:
        return plain
    plain = replace(plain, modelo=model.model)
    usage, complaint = Usage(), None
    verifier = Verifier(sheet)
    for attempt in range(1, TRIES + 1):
        try:
            reply = model.ask(messages(sheet, question, complaint), Answer)
        except SourceFailure as failure:
            _log.warning("insight: %s", failure)
            return replace(_counted(plain, attempt, usage), motivo="falha", detalhe=str(failure)[:LONGEST_DETAIL])
        usage += reply.usage
        if reply.answer is None:
            complaint = reply.complaint
            continue
        try:
            text, cited = checked(reply.answer, sheet, verifier)
        except Refused as refused:
            complaint = str(refused)
            continue
        written = replace(_counted(plain, attempt, usage), origem="modelo", motivo=None, texto=text, fatos=cited)
        return written
    return replace(_counted(plain, TRIES, usage), motivo="recusado", detalhe=(complaint or "")[:LONGEST_DETAIL])


def _counted(insight: StoredInsight, calls: int, usage: Usage) -> StoredInsight:
    return replace(
        insight, chamadas=calls, tokens_entrada=usage.sent, tokens_saida=usage.received, custo_usd=usage.cost
    )
