"""Invariants of the dictionary as asset checks (kpis.md §9): I1, I2 with I17, I3 to I6, I8, I9, I10.

Blocking where a wrong number would be shown: the run fails and what depends on it is not built.
"""

import dagster as dg

from viang_pipeline.assets.marts import agg_client_day, fact_order_line, fact_sku_day
from viang_pipeline.assets.raw_mercado_livre import mercado_livre_orders
from viang_pipeline.checks.scope import result, row_condition, run_scope, sql_text, verdict
from viang_pipeline.collect.work import Rehearsal, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.metrics import additive_metrics
from viang_pipeline.marts.build import BUILDERS
from viang_pipeline.marts.maturity import matured_days
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.locks import lock_client
from viang_pipeline.warehouse.schema import COVERAGE_COLUMNS


@dg.asset_check(
    asset=mercado_livre_orders,
    blocking=True,
    description="I8: tudo o que a busca anunciou foi lido e está guardado.",
)
def pedidos_completos(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I8 for the windows of this run."""
    by_hand = run_scope(context) is None
    query = sql_text("i8.sql", run_scope="true" if by_hand else "run_id = %(run_id)s")
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            query,
            {"run_id": context.run.run_id},
            good="Pedidos lidos = anunciados = guardados",
            bad="{n} janela(s) com pedidos a menos",
        )


@dg.asset_check(
    asset=fact_order_line,
    blocking=True,
    description="I3: o frete rateado de cada envio soma exatamente o custo do envio, uma única vez.",
)
def frete_fecha_por_envio(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I3 for the shipments of the run's lines."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i3.sql", scope=scope),
            values,
            good="Frete rateado = custo do envio",
            bad="{n} envio(s) com frete rateado diferente do custo",
        )


@dg.asset_check(
    asset=fact_sku_day,
    blocking=True,
    description="I2 e I17: vendas brutas = faturamento + cancelado; cancelado = antes + depois do envio.",
)
def vendas_fecham(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I2 and I17 for the run's rows."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i2.sql", scope=scope),
            values,
            good="Vendas brutas fecham com faturamento e cancelamentos",
            bad="{n} linha(s) em que as vendas não fecham",
        )


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    additional_deps=[fact_sku_day],
    description="I1: a soma dos SKUs é igual ao cliente-dia, centavo a centavo.",
)
def skus_somam_o_cliente(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I1 for every additive column both tables have."""
    scope, values = row_condition(context)
    both = [m.id for m in additive_metrics("S") if "C" in m.graos] + [name for name, _ in COVERAGE_COLUMNS]
    query = "\nunion all\n".join(sql_text("i1.sql", scope=scope, column=column) for column in both)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            query,
            values,
            good=f"{len(both)} colunas conferem ao centavo",
            bad="{n} diferença(s) entre a soma dos SKUs e o cliente-dia",
        )


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    additional_deps=[fact_sku_day],
    description="I4: gasto dos SKUs + não alocável = total do anunciante, centavo a centavo.",
)
def ads_fecham_com_o_anunciante(
    context: dg.AssetCheckExecutionContext, supabase: SupabaseResource
) -> dg.AssetCheckResult:
    """I4 for the run's days."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i4.sql", scope=scope),
            values,
            good="Ads fecham com o total do anunciante",
            bad="{n} dia(s) em que os Ads não fecham com o anunciante",
        )


@dg.asset_check(
    asset=agg_client_day,
    description="I4: o gasto de Ads sem SKU fica abaixo de 5 % do total do anunciante.",
)
def ads_sem_sku_sao_poucos(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """A warning: the numbers add up, but much of the spend has no SKU."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        found = verdict(
            conn,
            sql_text("i4_remainder.sql", scope=scope),
            values,
            good="Quase todo o gasto de Ads tem SKU",
            bad="{n} dia(s) com mais de 5 % do gasto de Ads sem SKU",
        )
    return found._replace(severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    additional_deps=[fact_sku_day],
    description="I5: receita direta + assistida = receita de Ads.",
)
def receita_de_ads_fecha(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I5 for the run's rows."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i5.sql", scope=scope),
            values,
            good="Receita de Ads fecha",
            bad="{n} linha(s) em que a receita de Ads não fecha",
        )


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    description="I6: coberturas entre 0 e 1, e número sem nenhuma parte conhecida é vazio.",
)
def coberturas_fazem_sentido(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I6 for the run's rows."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i6.sql", scope=scope),
            values,
            good="Coberturas coerentes",
            bad="{n} linha(s) com cobertura incoerente",
        )


@dg.asset_check(
    asset=fact_sku_day,
    description="Conversão acima de 100 % é sinal de visita ou pedido fora do lugar.",
)
def conversao_possivel(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """A warning for SKU-days with more orders than visits (kpis.md §5.7)."""
    scope, values = row_condition(context)
    with supabase.session.transaction() as conn:
        found = verdict(
            conn,
            sql_text("conversion.sql", scope=scope),
            values,
            good="Nenhuma conversão acima de 100 %",
            bad="{n} SKU-dia(s) com mais pedidos que visitas",
        )
    return found._replace(severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    description="I9: nenhuma linha de um dia que ainda não fechou.",
)
def nenhum_dia_aberto(supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I9 for everything stored."""
    values: dict[str, object] = {"last_closed": last_closed_day(supabase.settings.clock()())}
    with supabase.session.transaction() as conn:
        return verdict(
            conn,
            sql_text("i9.sql"),
            values,
            good="Só há dias fechados",
            bad="{n} linha(s) de dias que ainda não fecharam",
        )


@dg.asset_check(
    asset=agg_client_day,
    blocking=True,
    description="I10: reconstruir os mesmos dias a partir do dado bruto não muda nenhuma linha.",
)
def reconstrucao_nao_muda(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I10: a rehearsed rebuild of the run's days would write 0 rows.

    A day another run has read meanwhile, so that its raw data changed or grew final, waits for its own rebuild and is
    left out.
    """
    clock = supabase.settings.clock()
    last = last_closed_day(clock())
    findings: list[tuple[str, str, int]] = []
    for client_id, days in (run_scope(context) or _stored_days(supabase)).items():
        with supabase.session.transaction() as conn, Rehearsal.on(conn) as rehearsal:
            lock_client(conn, client_id)  # until the rehearsal ends: nobody writes between looking and building
            stale = {*ledgers.stale_days(conn, client_id, last_closed=last).get(client_id, [])}
            stale |= matured_days(conn, client_id)
            work = Work(rehearsal, client_id, context.run.run_id, context.run.job_name, clock)
            for mart, build in BUILDERS.items():
                written = build(work, [day for day in days if day <= last and day not in stale]).written
                if written:
                    findings.append((client_id, mart, written))
    return result(
        ("cliente", "tabela", "linhas que mudariam"),
        findings,
        good="Reconstrução idêntica: 0 linhas",
        bad="{n} tabela(s) mudariam se reconstruídas",
    )


def _stored_days(supabase: SupabaseResource) -> dict[str, list]:  # type: ignore[type-arg]
    with supabase.session.transaction() as conn:
        rows = conn.execute(
            "select client_id, array_agg(dia order by dia) from dashboard.agg_client_day group by client_id"
        )
        return dict(rows.fetchall())
