"""How long ``viang status`` and Metabase's view of health take on 20 clients × 90 days.

Every client has 28 sources read every day and a row of the audit for each; the tables are written by SQL.
Run: python -m benchmarks.status
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from statistics import median

from benchmarks.harness import home
from viang_pipeline.cli.status import gather
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.token_cipher import TokenCipher

CLIENTS, DAYS, SOURCES = 20, 90, 28
LIMIT = 5.0
"""Seconds in which the question should be answered."""

_TABLES = """
    insert into dashboard.clients (client_id, nome, inicio_historico)
    select 'loja-' || n, 'Loja ' || n, current_date - %(days)s from generate_series(1, %(clients)s) as n;
    insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)
    select client_id, case when r <= 10 then 'mercado_livre' else 'bling' end,
           case r when 1 then 'orders' else 'recurso-' || r end, current_date - d, true, now(), now()
    from dashboard.clients, generate_series(1, %(sources)s) as r, generate_series(1, %(days)s) as d;
    insert into dashboard.updates_log
        (run_id, job_name, client_id, source, resource, status, iniciado_em, terminado_em, detail)
    select 'r' || dia, 'daily_update', client_id, source, resource, 'success', dia, dia,
           case resource when 'orders' then '{"anunciados": 100, "lidos": 100}' else '{}' end::jsonb
    from dashboard.source_reads;
    insert into dashboard.day_state (client_id, dia, bruto_rev, linhas_de, linhas_rev, sku_de, cliente_de)
    select client_id, dia, 5, 5, 5, 5, 5 from dashboard.source_reads where resource = 'orders';
    insert into dashboard.agg_client_day
        (client_id, dia, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas, maturidade_ads,
         maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select client_id, dia, '{custo_desconhecido}', '', 1, 'r', now(), 'final', 'final', 'final', 'final', 'final'
    from dashboard.source_reads where resource = 'orders';
    analyze dashboard.source_reads, dashboard.updates_log, dashboard.agg_client_day
"""


def run(repeats: int) -> str:
    """The table of figures as Markdown."""
    with home() as place:
        os.environ["VIANG_HOME"] = str(place)
        settings = load_settings()
        database = Database(embedded.ensure_running(place).viang_url)
        secret = TokenCipher(token_keys(settings)).encrypt("token")
        with database.transaction() as conn:
            for statement in _TABLES.split(";"):
                conn.execute(statement.encode(), {"clients": CLIENTS, "days": DAYS, "sources": SOURCES})
            conn.execute(
                "insert into dashboard.api_tokens (client_id, platform, access_token, refresh_token, expires_at)"
                " select client_id, 'mercado_livre', %s, %s, now() + interval '3 hours' from dashboard.clients",
                [secret, secret],
            )

        def view() -> None:
            with database.transaction() as conn:
                conn.execute("select * from dashboard.vw_health").fetchall()

        command = [sys.executable, "-m", "viang_pipeline.cli.main", "status"]
        program = [sys.executable, "-c", "from viang_pipeline.cli.main import main; main()", *command[3:]]
        rows = {
            "gathering and verdict of `viang status`": _seconds(lambda: gather(settings, database), repeats),
            "the same of one client": _seconds(lambda: gather(settings, database, "loja-7"), repeats),
            "`select * from vw_health`": _seconds(view, repeats),
            "the whole command, imports included": _seconds(lambda: subprocess.run(program, check=False,
                stdout=subprocess.DEVNULL), repeats),
        }  # fmt: skip
    head = f"**Is everything fine?** {CLIENTS} clients × {DAYS} days × {SOURCES} sources; aim: under {LIMIT:.0f} s."
    table = [f"| {name} | {seconds:.2f} s |" for name, seconds in rows.items()]
    return "\n".join([head, "", "| What | median |", "|---|---|", *table])


def _seconds(work: object, repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()  # type: ignore[operator]
        taken.append(time.perf_counter() - begin)
    return median(taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    print(run(parser.parse_args().repeats))


if __name__ == "__main__":
    main()
