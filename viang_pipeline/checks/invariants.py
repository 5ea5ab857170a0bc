"""Invariants of the dictionary as asset checks (kpis.md §9): I1 to I10, I12, I15, I16 and I17; those of bills.

Blocking where a wrong number would be shown: the run fails and what depends on it is not built.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from viang_pipeline.assets.client_days import AGAIN
from viang_pipeline.assets.marts import agg_client_day, fact_billing, fact_order_line, fact_sku_day, sku_portfolio
from viang_pipeline.assets.raw_mercado_livre import mercado_livre_orders
from viang_pipeline.checks.scope import result, row_condition, run_scope, sql_text, verdict
from viang_pipeline.collect.work import Rehearsal, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.metrics import additive_metrics
from viang_pipeline.marts.build import BLOCKS, BUILDERS, CLIENT_SUMS, LINES, SKU_SUMS
from viang_pipeline.marts.maturity import matured_days
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.dictionary import differing_definitions
from viang_pipeline.warehouse.locks import lock_client
from viang_pipeline.warehouse.schema import COVERAGE_COLUMNS

SUMMED = [
    *(m.id for m in additive_metrics("S") if "C" in m.graos),
    *(name for name, _ in COVERAGE_COLUMNS),
    "outros_variaveis",
]
"""Additive columns that both daily tables have."""


def _over_rows(
    name: str,
    asset: dg.AssetsDefinition,
    description: str,
    *,
    query: str,
    good: str,
    bad: str,
    each: Sequence[Mapping[str, str]] = ({},),
    also: Sequence[dg.AssetsDefinition] = (),
    warning: bool = False,
) -> dg.AssetChecksDefinition:
    """A check that passes when ``query`` (a file of this package) finds nothing among the run's rows.

    ``bad`` counts the findings with ``{n}``; ``each``: what is put into the query, one part per mapping, besides the
    rows and clients of the run; ``also``: tables it reads that must be there. A ``warning`` blocks nothing.
    """

    @dg.asset_check(
        name=name,
        asset=asset,
        description=description,
        blocking=not warning,
        additional_deps=list(also) or None,
        retry_policy=AGAIN,
    )
    def check(context: dg.AssetCheckExecutionContext, supabase: SupabaseResource) -> dg.AssetCheckResult:
        scope, values = row_condition(context)
        clients = "client_id = any(%(clients)s)" if values else "true"
        parts = [sql_text(query, scope=scope, clients=clients, **part) for part in each]
        with supabase.session.transaction() as conn:
            found = verdict(conn, "\nunion all\n".join(parts), values, good=good, bad=bad)
        return found._replace(severity=dg.AssetCheckSeverity.WARN) if warning else found

    return check


@dg.asset_check(
    retry_policy=AGAIN,
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


frete_fecha_por_envio = _over_rows(
    "frete_fecha_por_envio",
    fact_order_line,
    "I3: o frete rateado de cada envio soma exatamente o custo do envio, uma única vez.",
    query="i3.sql",
    good="Frete rateado = custo do envio",
    bad="{n} envio(s) com frete rateado diferente do custo",
)
comissao_fecha = _over_rows(
    "comissao_fecha",
    fact_order_line,
    "I7: comissão da linha = tarifa por unidade × quantidade.",
    query="i7.sql",
    good="Comissão = tarifa × quantidade em todas as linhas",
    bad="{n} linha(s) cuja comissão não é tarifa × quantidade",
)
linhas_cobertas_sao_conhecidas = _over_rows(
    "linhas_cobertas_sao_conhecidas",
    fact_order_line,
    "I12: uma linha coberta tem tarifa, frete, envio próprio, custo e imposto; o que falta não vira zero.",
    query="i12.sql",
    good="Toda linha coberta é conhecida, e só ela",
    bad="{n} linha(s) cuja cobertura ou custo não confere com as partes",
)
tarifa_independe_da_quantidade = _over_rows(
    "tarifa_independe_da_quantidade",
    fact_order_line,
    "I7: a tarifa de vendas com várias unidades fica a 3 p.p. das vendas de uma unidade do mesmo anúncio.",
    query="i7_quantity.sql",
    good="A tarifa por unidade não depende da quantidade",
    bad="{n} linha(s) com tarifa fora da faixa das vendas de uma unidade",
    warning=True,
)
faturas_fecham = _over_rows(
    "faturas_fecham",
    fact_billing,
    "As linhas de fatura somam o total do período; a tarifa faturada do pedido, a das suas linhas.",
    query="bills.sql",
    good="As faturas fecham por período e por pedido",
    bad="{n} período(s) ou pedido(s) em que a fatura não fecha",
)
# The lines of an open period may be younger than its summary, those of a closed one may not.
resumo_da_fatura_confere = _over_rows(
    "resumo_da_fatura_confere",
    fact_billing,
    "As linhas de um período fechado somam o resumo da plataforma, tipo por tipo.",
    query="bill_summary.sql",
    good="As faturas fechadas conferem com o resumo",
    bad="{n} tipo(s) de cobrança diferentes do resumo da plataforma",
    warning=True,
)
tarifa_faturada_confere = _over_rows(
    "tarifa_faturada_confere",
    fact_billing,
    "A tarifa faturada de uma linha difere da estimada em até R$ 0,02.",
    query="billed_fee.sql",
    good="Tarifas faturadas iguais às estimadas",
    bad="{n} linha(s) com tarifa faturada diferente da estimada",
    warning=True,
)
vendas_fecham = _over_rows(
    "vendas_fecham",
    fact_sku_day,
    "I2 e I17: vendas brutas = faturamento + cancelado; cancelado = antes + depois do envio.",
    query="i2.sql",
    good="Vendas brutas fecham com faturamento e cancelamentos",
    bad="{n} linha(s) em que as vendas não fecham",
)
conversao_possivel = _over_rows(
    "conversao_possivel",
    fact_sku_day,
    "Conversão acima de 100 % é sinal de visita ou pedido fora do lugar.",
    query="conversion.sql",
    good="Nenhuma conversão acima de 100 %",
    bad="{n} SKU-dia(s) com mais pedidos que visitas",
    warning=True,
)
skus_somam_o_cliente = _over_rows(
    "skus_somam_o_cliente",
    agg_client_day,
    "I1: a soma dos SKUs é igual ao cliente-dia, centavo a centavo.",
    query="i1.sql",
    each=[{"column": column} for column in SUMMED],
    also=[fact_sku_day],
    good=f"{len(SUMMED)} colunas conferem ao centavo",
    bad="{n} diferença(s) entre a soma dos SKUs e o cliente-dia",
)
ads_fecham_com_o_anunciante = _over_rows(
    "ads_fecham_com_o_anunciante",
    agg_client_day,
    "I4: gasto dos SKUs + não alocável = total do anunciante, centavo a centavo.",
    query="i4.sql",
    also=[fact_sku_day],
    good="Ads fecham com o total do anunciante",
    bad="{n} dia(s) em que os Ads não fecham com o anunciante",
)
# The numbers add up, but much of the spend has no SKU.
ads_sem_sku_sao_poucos = _over_rows(
    "ads_sem_sku_sao_poucos",
    agg_client_day,
    "I4: o gasto de Ads sem SKU fica abaixo de 5 % do total do anunciante.",
    query="i4_remainder.sql",
    good="Quase todo o gasto de Ads tem SKU",
    bad="{n} dia(s) com mais de 5 % do gasto de Ads sem SKU",
    warning=True,
)
margem_fecha = _over_rows(
    "margem_fecha",
    agg_client_day,
    "I1: a margem dos SKUs menos o Ads não alocável é a do cliente, centavo a centavo.",
    query="i1_margin.sql",
    also=[fact_sku_day],
    good="As margens dos SKUs somam a do cliente",
    bad="{n} dia(s) em que a margem dos SKUs não soma a do cliente",
)
receita_de_ads_fecha = _over_rows(
    "receita_de_ads_fecha",
    agg_client_day,
    "I5: receita direta + assistida = receita de Ads.",
    query="i5.sql",
    also=[fact_sku_day],
    good="Receita de Ads fecha",
    bad="{n} linha(s) em que a receita de Ads não fecha",
)
coberturas_fazem_sentido = _over_rows(
    "coberturas_fazem_sentido",
    agg_client_day,
    "I6: coberturas entre 0 e 1, e número sem nenhuma parte conhecida é vazio.",
    query="i6.sql",
    good="Coberturas coerentes",
    bad="{n} linha(s) com cobertura incoerente",
)
classes_somam_o_cliente = _over_rows(
    "classes_somam_o_cliente",
    sku_portfolio,
    "I15: o faturamento das classes A, B e C soma o do cliente na janela.",
    query="i15.sql",
    also=[agg_client_day],
    good="As classes somam o faturamento do cliente",
    bad="{n} cliente(s) cujas classes não somam o faturamento",
)


@dg.asset_check(
    retry_policy=AGAIN,
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
    retry_policy=AGAIN,
    asset=agg_client_day,
    description="I16: as definições de métricas no banco são as do dicionário.",
)
def dicionario_em_dia(supabase: SupabaseResource) -> dg.AssetCheckResult:
    """I16, a warning: numbers are right, but their descriptions are of another version."""
    with supabase.session.transaction() as conn:
        found = result(
            ("métrica",),
            [(name,) for name in differing_definitions(conn)],
            good="Dicionário do banco igual ao do código",
            bad="{n} métrica(s) com definição diferente; rode: viang db upgrade",
        )
    return found._replace(severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(
    retry_policy=AGAIN,
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
            for mart in (LINES, *BLOCKS, SKU_SUMS, CLIENT_SUMS):  # what is made after the client-days is not made yet
                written = BUILDERS[mart](work, [day for day in days if day <= last and day not in stale]).written
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
