-- Metabase reads this: the table and every ratio, each from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura,
    round(base.faturamento_com_tarifa_faturada / nullif(base.faturamento_mercado_livre, 0), 6) as comissao_faturada_cobertura,
    round(base.faturamento_com_custo / nullif(base.faturamento, 0), 6) as cmv_cobertura,
    round(base.faturamento_coberto / nullif(base.faturamento, 0), 6) as mc_cobertura,
    round(base.mc / nullif(base.faturamento_coberto, 0), 6) as mc_pct,
    round(base.mc_pre_ads / nullif(base.faturamento_coberto, 0), 6) as acos_equilibrio,
    case when base.mc_pre_ads > 0 then round(base.faturamento_coberto / base.mc_pre_ads, 6) end as roas_equilibrio,
    round(base.faturamento_sem_sku / nullif(base.faturamento, 0), 6) as receita_sem_sku_pct,
    round(base.pedidos_cancelados::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6) as taxa_cancelamento,
    round(base.pedidos_cancelados_pre::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6)
        as taxa_cancelamento_pre,
    case
        when base.dia < (now() at time zone 'America/Sao_Paulo')::date - 30
            then round(base.devolucoes::numeric / nullif(base.pedidos_mercado_livre, 0), 6)
    end as taxa_devolucao,
    round(base.ads_cliques::numeric / nullif(base.ads_impressoes, 0), 6) as ads_ctr,
    round(base.ads_investimento / nullif(base.ads_cliques, 0), 2) as ads_cpc,
    round(base.ads_investimento / nullif(base.ads_receita, 0), 6) as acos,
    round(base.ads_receita / nullif(base.ads_investimento, 0), 6) as roas,
    round(base.ads_investimento / nullif(base.faturamento, 0), 6) as tacos,
    round(base.ads_unidades::numeric / nullif(base.ads_cliques, 0), 6) as ads_cvr,
    round(base.ads_investimento / nullif(base.ads_unidades, 0), 2) as ads_cpa,
    round(base.pedidos_com_visita::numeric / nullif(base.visitas, 0), 6) as conversao,
    round(base.pedidos_brutos_mercado_livre::numeric / nullif(base.visitas, 0), 6) as conversao_ml,
    round(base.ads_receita / nullif(base.vendas_brutas, 0), 6) as ads_participacao,
    round(base.estoque_avaliado::numeric / nullif(base.estoque_presente, 0), 6) as valor_estoque_cobertura
from dashboard.agg_client_day as base
