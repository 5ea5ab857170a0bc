"""Reports of many clients one after the other: time and memory of each, read and drawn.

Every client has two months of 200 SKUs with long titles; the tables are written by SQL, as big as a busy shop's.
Run: python -m benchmarks.reports
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import psutil

from benchmarks.harness import postgres
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.reports.make import make_report
from viang_pipeline.reports.theme import Brand
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session

CLIENTS = 50
NOW = datetime(2026, 4, 4, 11, tzinfo=UTC)
MONTH = parse_period("2026-03", date(2026, 4, 3))

_TABLES = """
    insert into dashboard.clients (client_id, nome, inicio_historico)
    select 'loja-' || n, 'Loja ' || n, '2025-01-01' from generate_series(1, %(clients)s) as n;
    insert into dashboard.fact_sku_day
        (client_id, dia, sku, faturamento, unidades, pedidos, mc, mc_pre_ads, ads_na_margem, faturamento_coberto,
         ads_investimento, ads_rateado, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas,
         maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select client_id, dia::date, 'SKU-' || n, n + 0.90, 1, 1, n / 4.0, n / 3.0, 1, n + 0.90, 1, false, '{}', '', 1, 'r',
           now(), 'final', 'final', 'final', 'preliminar', 'final'
    from dashboard.clients, generate_series('2026-02-01'::date, '2026-03-31', interval '1 day') as dia,
         generate_series(1, %(skus)s) as n;
    insert into dashboard.agg_client_day
        (client_id, dia, vendas_brutas, faturamento, valor_cancelado, unidades, pedidos, pedidos_brutos,
         pedidos_cancelados, mc, mc_pre_ads, ads_na_margem, faturamento_coberto, ads_investimento, ads_receita,
         faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas, maturidade_ads, maturidade_visitas,
         maturidade_devolucoes, maturidade_cobranca)
    select client_id, dia, sum(faturamento) + 10, sum(faturamento), 10, sum(unidades), count(*), count(*) + 1, 1,
           sum(mc), sum(mc_pre_ads), sum(ads_na_margem), sum(faturamento_coberto), sum(ads_investimento), 500, '{}', '',
           1, 'r', now(), 'final', 'final', 'final', 'preliminar', 'final'
    from dashboard.fact_sku_day group by client_id, dia;
    insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)
    select client_id, 'mercado_livre', 'orders', dia, true, now(), now() from dashboard.agg_client_day;
    insert into dashboard.fact_order_line
        (client_id, order_id, line_no, dia, criado_em, canal, compra, anuncio, sku, sku_origem, status, situacao,
         cancelado_antes_do_pagamento, quantidade, preco_unitario, valor, coberta, reembolso, faltantes, versao_metrica,
         run_id, calculado_em)
    select client_id, dia || sku, 1, dia, now(), 'mercado_livre', dia || sku, 'MLB' || sku, sku, 'linha', 'paid',
           'valida', false, 1, faturamento, faturamento, true, 0, '{}', 1, 'r', now()
    from dashboard.fact_sku_day where dia >= '2026-03-01';
    insert into raw.mercado_livre_listings (client_id, chave, dia, payload, hash, visto_em, lido_em)
    select distinct client_id, anuncio, '2026-03-31'::date,
           jsonb_build_object('title', repeat('Jogo de Panelas Antiaderente ', 4)), ''::bytea, now(), now()
    from dashboard.fact_order_line;
    analyze;
"""


def run(clients: int, skus: int = 200) -> str:
    """Measure and describe."""
    process = psutil.Process()
    with postgres() as database, tempfile.TemporaryDirectory() as home, closing(Session(database)) as session:
        _fill(database, clients, skus)
        tracemalloc.start()
        seconds, computed, peaks, sizes = [], [], [], []
        for number in range(1, clients + 1):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            _make(session, Path(home) / "measured", number)
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
        tracemalloc.stop()
        resident = process.memory_info().rss
        for number in range(1, clients + 1):
            start, busy = time.perf_counter(), time.process_time()
            path = _make(session, Path(home) / "timed", number)
            seconds.append(time.perf_counter() - start)
            computed.append(time.process_time() - busy)
            sizes.append(path.stat().st_size)
        grown = process.memory_info().rss - resident
    return "\n".join(
        [
            f"**{clients} monthly reports one after the other**, {skus} SKUs a day each",
            "",
            "| | |",
            "|---|---:|",
            f"| time of a report, median | {median(seconds):.2f} s |",
            f"| of it in this process, median | {median(computed):.2f} s |",
            f"| time of the slowest | {max(seconds):.2f} s |",
            f"| all of them | {sum(seconds):.1f} s |",
            f"| memory a report takes while it is made, most | {max(peaks) / 2**20:.1f} MiB |",
            f"| memory the process has more after {clients} | {grown / 2**20:.1f} MiB |",
            f"| size of a file, median | {median(sizes) / 1024:.0f} KiB |",
        ]
    )


def _fill(database: Database, clients: int, skus: int) -> None:
    with database.transaction() as conn:
        for statement in _TABLES.strip().removesuffix(";").split(";\n"):
            conn.execute(statement, {"clients": clients, "skus": skus})  # type: ignore[arg-type]


def _make(session: Session, home: Path, number: int) -> Path:
    return make_report(session, home, f"loja-{number}", MONTH, Brand(), now=NOW, only_final=False).path


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--skus", type=int, default=200)
    options = parser.parse_args()
    print(run(options.clients, options.skus))


if __name__ == "__main__":
    main()
