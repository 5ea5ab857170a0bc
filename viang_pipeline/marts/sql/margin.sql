-- The margin of every SKU-day, whatever the grain asked for, and its sum (kpis.md §5.5, D8, D14). Its terms are those of
-- covered lines; beside them stands what returns cost of orders that are no sale any more.
vendas_do_sku as materialized (
    select
        dia,
        sku,
        sum(valor) filter (where situacao = 'valida') as faturamento,
        sum(valor) filter (where na_margem) as coberto,
        sum(
            valor - comissao - frete_vendedor - custo_envio_proprio - custo - imposto - coalesce(outros_variaveis, 0)
            - devolucao
        ) filter (where na_margem) as sobra,
        sum(devolucao) filter (where situacao = 'valida') as devolucao_das_validas,
        count(*) filter (where natureza_cancelamento = 'pos_envio') as devolvidas,
        sum(frete_vendedor) filter (where natureza_cancelamento = 'pos_envio') as frete_devolvidas,
        sum(custo_envio_proprio) filter (where natureza_cancelamento = 'pos_envio') as envio_devolvidas
    from linhas_com_devolucao
    group by dia, sku
),
devolucoes_do_sku as materialized (
    select dia_venda as dia, sku, sum(custo_devolucao) as custo, bool_or(not custo_lido) as nao_lida
    from dashboard.fact_claim_line
    where client_id = %(client_id)s and dia_venda = any(%(dias)s) and sku is not null
    group by dia_venda, sku
),
ads_do_sku as materialized (
    select dia, sku, ads_investimento from dashboard.fact_ads_sku_day
    where client_id = %(client_id)s and dia = any(%(dias)s)
),
partes as materialized (
    select
        dia,
        sku,
        coalesce(v.faturamento, 0) as faturamento,
        coalesce(v.coberto, 0) as coberto,
        coalesce(v.sobra, 0) as sobra,
        coalesce(d.custo, 0) - coalesce(v.devolucao_das_validas, 0)
            + coalesce(v.frete_devolvidas, 0) + coalesce(v.envio_devolvidas, 0) as devolvido,
        r.lido and not coalesce(d.nao_lida, false)
            and not (coalesce(v.devolvidas, 0) > 0 and v.frete_devolvidas is null and d.custo is null) as devolucao_lida,
        case when ad.estado in ('lido', 'sem_ads') then coalesce(a.ads_investimento, 0) end as investimento
    from vendas_do_sku as v
    full join devolucoes_do_sku as d using (dia, sku)
    full join ads_do_sku as a using (dia, sku)
    left join reclamacoes_lidas as r using (dia)
    left join ads_do_dia as ad using (dia)
),
margens as materialized (
    select
        dia,
        sku,
        faturamento,
        coberto,
        case
            when faturamento > 0 then case when coberto > 0 then sobra - devolvido end
            when devolucao_lida then sobra - devolvido
        end as mc_pre_ads,
        case when faturamento > 0 then round(investimento * coberto / faturamento, 2) else investimento end
            as ads_na_margem
    from partes
),
margem as materialized (
    select
        {key},
        sum(coberto) as faturamento_coberto,
        sum(ads_na_margem) as ads_na_margem,
        -- nothing covered of what was sold is no margin, whatever the SKUs without sale cost
        case when sum(coberto) > 0 or sum(faturamento) = 0 then sum(mc_pre_ads) end as mc_pre_ads,
        case when sum(coberto) > 0 or sum(faturamento) = 0 then sum(mc_pre_ads - ads_na_margem) end as mc
    from margens
    group by {key}
)