"""Every invariant passes on a good day and names what is wrong on a tampered one (kpis.md §9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dagster as dg
import psycopg
import pytest
from psycopg.types.json import Jsonb

from viang_pipeline.assets.client_days import RETRIES, RETRY_AFTER
from viang_pipeline.checks import invariants
from viang_pipeline.checks.lateness import BESIDE_ORDERS
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.checks.conftest import CHECKS, RunChecks
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, order

LOG = """
    insert into dashboard.updates_log
        (run_id, job_name, client_id, source, resource, status, iniciado_em, terminado_em,
         linhas_lidas, linhas_escritas, detail)
    values ('r', 'daily_update', 'loja-aurora', 'mercado_livre', 'orders', 'success', %s, %s, 9, %s, %s)
"""

BILL = """
    insert into dashboard.billing_charge
        (client_id, detalhe, order_id, periodo, documento, tipo, sub_tipo, significado, custo_do_vendedor, valor,
         criado_em_texto, versao_metrica, run_id, calculado_em)
    values ('loja-aurora', '1', '1001', '2026-03-01', 'BILL', 'CHARGE', 'CV', 'tarifa_venda', true, 12,
            '', 1, 'r', now());
    insert into dashboard.billing_period
        (client_id, periodo, sub_tipo, significado, custo_do_vendedor, cobranca_mensal, resumo, confere, divergencia,
         fechado, versao_metrica, run_id, calculado_em)
    values ('loja-aurora', '2026-03-01', 'CV', 'tarifa_venda', true, 12, 12, true, 0, true, 1, 'r', now());
    insert into dashboard.billing_order_fee
        (client_id, order_id, comissao_faturada, versao_metrica, run_id, calculado_em)
    values ('loja-aurora', '1001', 12, 1, 'r', now());
    insert into dashboard.fact_billing_line
        (client_id, order_id, line_no, dia, sku, valor, comissao_faturada, divergencia_comissao, versao_metrica, run_id,
         calculado_em)
    values ('loja-aurora', '1001', 1, '2026-03-10', 'A', 100, 12, 0, 1, 'r', now())
"""
"""The first order of the golden day, billed."""

WARNINGS = (
    "ads_sem_sku_sao_poucos",
    "conversao_possivel",
    "dicionario_em_dia",
    "resumo_da_fatura_confere",
    "tarifa_faturada_confere",
    "tarifa_independe_da_quantidade",
)

SUMMED = """
    select column_name from information_schema.columns
    where table_schema = 'dashboard' and table_name = 'agg_client_day' and data_type in ('numeric', 'bigint')
"""


def _detail(announced: int = 9, collected: int = 9) -> Jsonb:
    return Jsonb({"anunciados": announced, "coletados": collected, "lidos": 9, "antes_do_historico": 0})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: next(iter(check.check_keys)).name)
def test_a_check_that_lost_the_database_begins_again(check: dg.AssetChecksDefinition) -> None:
    """What comes after a blocking check would otherwise stay undone, and nothing asks for it later."""
    assert check.node_def.retry_policy == dg.RetryPolicy(max_retries=RETRIES, delay=RETRY_AFTER)


def test_a_check_cut_off_in_the_middle_still_finds_what_is_wrong(
    shop: Shop, run_checks: RunChecks, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, cut = invariants.verdict, []

    def cut_once(conn: psycopg.Connection, *given: Any, **told: Any) -> dg.AssetCheckResult:
        if not cut:
            cut.append(conn.info.backend_pid)
            shop.execute("select pg_terminate_backend(%s, 10000)", *cut)
        return look(conn, *given, **told)

    monkeypatch.setattr(invariants, "verdict", cut_once)
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda policy, attempt: 0)
    shop.execute("update dashboard.fact_sku_day set pedidos_com_visita = 2, visitas = 1 where sku = 'A'")

    found = run_checks("conversao_possivel")["conversao_possivel"]

    assert (found.passed, found.metadata["violacoes"].value) == (False, 1)
    (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert len(instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)) == 1


def test_every_invariant_holds_on_the_golden_day(shop: Shop, run_checks: RunChecks) -> None:
    shop.execute(LOG, NOW, NOW, 9, _detail())
    shop.read(NOW.date() - timedelta(days=1))
    shop.build()
    found = run_checks()
    assert {name: (e.passed, e.metadata["violacoes"].value) for name, e in found.items()} == dict.fromkeys(
        (
            "pedidos_completos",
            "frete_fecha_por_envio",
            "comissao_fecha",
            "linhas_cobertas_sao_conhecidas",
            "tarifa_independe_da_quantidade",
            "faturas_fecham",
            "resumo_da_fatura_confere",
            "tarifa_faturada_confere",
            "vendas_fecham",
            "skus_somam_o_cliente",
            "ads_fecham_com_o_anunciante",
            "ads_sem_sku_sao_poucos",
            "margem_fecha",
            "receita_de_ads_fecha",
            "coberturas_fazem_sentido",
            "conversao_possivel",
            "nenhum_dia_aberto",
            "reconstrucao_nao_muda",
            "classes_somam_o_cliente",
            "dicionario_em_dia",
            "fontes_em_dia",
            "clientes_em_dia",
        ),
        (True, 0),
    )


@pytest.mark.parametrize(
    ("check", "tampering", "finding"),
    [
        (
            "ads_fecham_com_o_anunciante",
            "update dashboard.agg_client_day set ads_investimento = 29.62, ads_nao_alocado = 29.61",
            "| loja-aurora | 2026-03-10 | 29.62 | 0 | 29.61 |",
        ),
        (
            "ads_sem_sku_sao_poucos",
            "update dashboard.agg_client_day set ads_investimento = 100, ads_nao_alocado = 5.01",
            "| loja-aurora | 2026-03-10 | 100.00 | 5.01 |",
        ),
        (
            "receita_de_ads_fecha",
            "update dashboard.fact_sku_day set ads_receita = 3, ads_receita_direta = 1, ads_receita_assistida = 1"
            " where sku = 'A'",
            "| loja-aurora | 2026-03-10 | A | 1.00 | 1.00 | 3.00 |",
        ),
        (
            "linhas_cobertas_sao_conhecidas",
            "update dashboard.fact_order_line set custo = null, custo_unitario = null where order_id = '1001'",
            "| loja-aurora | 2026-03-10 | 1001 | 1 | true | 12.00 | 20.45 | 0.00 | None | None | 5.32 |",
        ),
        (
            "linhas_cobertas_sao_conhecidas",
            "update dashboard.fact_order_line set imposto = 0 where order_id = '1005'",
            "| loja-aurora | 2026-03-10 | 1005 | 1 | false |",
        ),
        (
            "linhas_cobertas_sao_conhecidas",
            "update dashboard.fact_order_line set custo = 0 where order_id = '1002'",
            "| 15.0000 | 0.00 | 7.96 |",
        ),
        (
            "margem_fecha",
            "update dashboard.agg_client_day set mc = -1, ads_na_margem = 1, ads_nao_alocado = 2",
            "| loja-aurora | 2026-03-10 | -1.00 | 0 | 1.00 | 0 | 2.00 |",
        ),
        (
            "coberturas_fazem_sentido",
            "update dashboard.agg_client_day set mc_pre_ads = 0",
            "| 0.833194 | 0.000000 | 0.00 |",
        ),
        (
            "coberturas_fazem_sentido",
            "update dashboard.agg_client_day set faturamento_coberto = faturamento + 1, mc_pre_ads = 1",
            "| 1.002085 | 1.00 |",
        ),
        (
            "coberturas_fazem_sentido",
            "update dashboard.agg_client_day set faturamento_com_frete = faturamento + 1",
            "| loja-aurora | 2026-03-10 | 1.000000 | 1.00",
        ),
        (
            "coberturas_fazem_sentido",
            "update dashboard.agg_client_day set frete_vendedor = null",
            "| loja-aurora | 2026-03-10 |",
        ),
        (
            "conversao_possivel",
            "update dashboard.fact_sku_day set pedidos_com_visita = 2, visitas = 1 where sku = 'A'",
            "| loja-aurora | 2026-03-10 | A | 2 | 1 |",
        ),
        (
            "faturas_fecham",
            f"{BILL}; update dashboard.billing_period set cobranca_mensal = 12.01",
            "| loja-aurora | 2026-03-01 | CV | 12.01 | 12.00 |",
        ),
        (
            "faturas_fecham",
            f"{BILL}; update dashboard.fact_billing_line set comissao_faturada = 11.99",
            "| loja-aurora | 2026-03-10 | 1001 | 12.00 | 11.99 |",
        ),
        (
            "resumo_da_fatura_confere",
            f"{BILL}; update dashboard.billing_period set resumo = 11.00, confere = false",
            "| loja-aurora | 2026-03-01 | CV | 12.00 | 11.00 |",
        ),
        (
            "tarifa_faturada_confere",
            f"{BILL}; update dashboard.fact_billing_line set divergencia_comissao = -0.03",
            "| loja-aurora | 2026-03-10 | 1001 | 1 | 12.00 | -0.03 |",
        ),
        (
            "comissao_fecha",
            "update dashboard.fact_order_line set comissao = comissao + 0.01 where order_id = '1001'",
            "| loja-aurora | 2026-03-10 | 1001 | 1 |",
        ),
        (
            "tarifa_independe_da_quantidade",
            "update dashboard.fact_order_line set anuncio = 'MLB1', quantidade = 1, valor = 100, comissao = 12;"
            " update dashboard.fact_order_line set quantidade = 2, valor = 200, comissao = 12 where order_id = '1001'",
            "| loja-aurora | 2026-03-10 | 1001 | MLB1 | 2 | 0.0600 | 0.1200 | 0.1200 |",
        ),
        (
            "classes_somam_o_cliente",
            "update dashboard.sku_portfolio set faturamento_90d = faturamento_90d + 0.01 where sku = 'A'",
            "| loja-aurora | 2026-03-10 | 479.61 | 479.60 |",
        ),
        (
            "dicionario_em_dia",
            "update dashboard.metric_definitions set ressalva = 'outra' where id = 'faturamento'",
            "| faturamento |",
        ),
        (
            "frete_fecha_por_envio",
            "update dashboard.fact_order_line set frete_vendedor = 10.80 where order_id = '1002'",
            "| loja-aurora | 2 | 18.01 | 18.0",
        ),
        (
            "frete_fecha_por_envio",
            "update dashboard.fact_order_line set frete_vendedor = 18.00 where envio = '2'",
            "| loja-aurora | 2 | 36.00 | 18.0",
        ),
        (
            "vendas_fecham",
            "update dashboard.fact_sku_day set faturamento = faturamento + 0.01 where sku = 'A'",
            "| loja-aurora | 2026-03-10 | A | 400.00 | 200.01 | 200.00 |",
        ),
        (
            "vendas_fecham",
            "update dashboard.fact_sku_day set valor_devolvido = 5 where sku = 'A'",
            "| 200.00 | 200.00 | 5.00 |",
        ),
        (
            "skus_somam_o_cliente",
            "update dashboard.agg_client_day set comissao = comissao + 0.01",
            "| loja-aurora | 2026-03-10 | comissao | 62.57 | 62.56 |",
        ),
        (
            "skus_somam_o_cliente",
            "delete from dashboard.fact_sku_day where sku = 'C'",
            "| loja-aurora | 2026-03-10 | faturamento | 479.60 | 399.60 |",
        ),
        (
            "skus_somam_o_cliente",
            "delete from dashboard.agg_client_day",
            "| loja-aurora | 2026-03-10 | vendas_brutas | None | 679.60 |",
        ),
        (
            "nenhum_dia_aberto",
            "update dashboard.fact_sku_day set dia = '2026-03-20' where sku = 'C'",
            "| fact_sku_day | loja-aurora | 2026-03-20 |",
        ),
        (
            "reconstrucao_nao_muda",
            "update dashboard.fact_order_line set valor = valor + 1 where order_id = '1001'",
            "| loja-aurora | fact_order_line | 1 |",
        ),
    ],
)
def test_a_tampered_row_is_found_and_named(
    shop: Shop, run_checks: RunChecks, check: str, tampering: str, finding: str
) -> None:
    shop.execute(tampering)
    found = run_checks(check)[check]
    assert not found.passed
    only_a_warning = check in WARNINGS
    assert found.severity == (dg.AssetCheckSeverity.WARN if only_a_warning else dg.AssetCheckSeverity.ERROR)
    assert finding in str(found.metadata["exemplos"].value)


@pytest.mark.parametrize(
    ("stored", "detail"), [(8, _detail()), (9, _detail(announced=10))], ids=["not stored", "not read"]
)
def test_a_read_with_orders_missing_is_found(shop: Shop, run_checks: RunChecks, stored: int, detail: Jsonb) -> None:
    shop.execute(LOG, NOW, NOW, stored, detail)
    found = run_checks("pedidos_completos")["pedidos_completos"]
    assert not found.passed
    assert found.description == "1 janela(s) com pedidos a menos"


def test_a_rebuild_that_is_only_rehearsed_repairs_nothing(shop: Shop, run_checks: RunChecks) -> None:
    shop.execute("update dashboard.fact_sku_day set unidades = 99 where sku = 'A'")
    assert not run_checks("reconstrucao_nao_muda")["reconstrucao_nao_muda"].passed
    assert shop.sku_days()[DAY, "A"]["unidades"] == 99


def test_a_day_that_grew_final_meanwhile_is_left_to_its_own_rebuild(shop: Shop, run_checks: RunChecks) -> None:
    with shop.database.transaction() as conn:
        ledgers.mark_read(conn, shop.client_id, "mercado_livre", "visits", [DAY], NOW)
    assert run_checks("reconstrucao_nao_muda")["reconstrucao_nao_muda"].passed
    assert shop.build(DAY)["agg_client_day"].written == 1


def test_the_freight_of_a_day_that_is_read_again_meanwhile_is_left_to_its_own_rebuild(
    shop: Shop, run_checks: RunChecks
) -> None:
    shop.ship("2", "20.00")
    assert run_checks("frete_fecha_por_envio")["frete_fecha_por_envio"].passed
    shop.build(DAY)
    shop.execute("update dashboard.fact_order_line set frete_vendedor = 10.80 where order_id = '1002'")
    assert not run_checks("frete_fecha_por_envio")["frete_fecha_por_envio"].passed


def test_a_partly_known_sum_is_no_violation(shop: Shop, run_checks: RunChecks) -> None:
    """The split of a cancellation is NULL for one SKU and for the client, and known for the other SKUs."""
    shop.put(order("1007", shipment="7", cancelled="2026-03-11T12:00:00-03:00"))
    shop.build(DAY)
    found = run_checks("skus_somam_o_cliente", "vendas_fecham")
    assert all(evaluation.passed for evaluation in found.values())


def test_a_day_of_visits_without_a_sale_is_no_violation(shop: Shop, run_checks: RunChecks) -> None:
    """The account had visitors, no SKU had: a client-day without SKU-days."""
    shop.execute("delete from dashboard.fact_sku_day")
    names = [name for (name,) in shop.execute(SUMMED)]
    shop.execute("update dashboard.agg_client_day set " + ", ".join(f"{name} = 0" for name in names))
    assert run_checks("skus_somam_o_cliente")["skus_somam_o_cliente"].passed
    shop.execute("update dashboard.agg_client_day set faturamento = 0.01")
    assert not run_checks("skus_somam_o_cliente")["skus_somam_o_cliente"].passed


def test_a_run_looks_at_its_own_days_and_a_check_by_hand_at_everything(
    shop: Shop, run_checks: RunChecks, instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions("client", [shop.client_id])
    shop.execute("update dashboard.agg_client_day set comissao = 0")
    other_day = {"viang/client": shop.client_id}
    for end in ("start", "end"):
        other_day[f"dagster/asset_partition_range_{end}"] = f"{shop.client_id}|2026-03-09"
    own_day = {key: value.replace("03-09", "03-10") for key, value in other_day.items()}
    check = "skus_somam_o_cliente"
    verdicts = [run_checks(check, tags=tags)[check].passed for tags in (other_day, own_day, None)]
    assert verdicts == [True, False, False]


def test_a_client_that_is_behind_is_named_as_a_warning(shop: Shop, run_checks: RunChecks) -> None:
    found = run_checks("clientes_em_dia")["clientes_em_dia"]
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN
    assert "| loja-aurora | 2026-03-10 | não conectado |" in str(found.metadata["exemplos"].value)


def test_a_paused_client_is_never_behind(shop: Shop, run_checks: RunChecks) -> None:
    shop.execute("update dashboard.clients set status = 'pausado'")
    assert run_checks("clientes_em_dia")["clientes_em_dia"].passed


def test_a_source_behind_its_clients_orders_is_named_with_why_its_reading_failed(
    shop: Shop, run_checks: RunChecks
) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    shop.execute(
        "insert into dashboard.api_tokens (client_id, platform, access_token, refresh_token, expires_at)"
        " values ('loja-aurora', 'mercado_livre', '', '', %s)",
        NOW,
    )
    assert run_checks("fontes_em_dia")["fontes_em_dia"].passed, "a client that is behind itself is named elsewhere"
    shop.read(yesterday)
    with shop.database.transaction() as conn:
        for source, resource in BESIDE_ORDERS:
            ledgers.mark_read(conn, shop.client_id, source, resource, [yesterday], NOW)
    assert run_checks("fontes_em_dia")["fontes_em_dia"].passed

    shop.execute("delete from dashboard.source_reads where resource = 'visits'")
    with shop.database.transaction() as conn:
        ledgers.mark_unread(conn, shop.client_id, "mercado_livre", "visits", [yesterday], NOW, "fora do ar")
    found = run_checks("fontes_em_dia")["fontes_em_dia"]
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN
    assert "| loja-aurora | mercado_livre/visits | nunca | fora do ar |" in str(found.metadata["exemplos"].value)
