-- Metabase reads this: what a client's numbers lack and how much they moved (kpis.md §5.10).
select
    ultimo.client_id,
    ultimo.dia,
    round(mes.faturamento_sem_sku / nullif(mes.faturamento, 0), 6) as receita_sem_sku_pct,
    round((mes.faturamento - mes.faturamento_com_frete) / nullif(mes.faturamento, 0), 6) as receita_sem_frete_pct,
    leituras.completude_pedidos,
    leituras.completude_ultima_leitura,
    mes.dias_incompletos,
    mudancas.reapresentacoes_7d,
    mudancas.reapresentacoes_7d_valor
from (select client_id, max(dia) as dia from dashboard.agg_client_day group by client_id) as ultimo
join lateral (
    select
        sum(faturamento) as faturamento,
        sum(faturamento_com_frete) as faturamento_com_frete,
        sum(faturamento_sem_sku) as faturamento_sem_sku,
        count(*) filter (where faltantes <> '{}') as dias_incompletos
    from dashboard.agg_client_day as dia_do_mes
    where dia_do_mes.client_id = ultimo.client_id and dia_do_mes.dia > ultimo.dia - 30
) as mes on true
join lateral (
    select
        -- cut, not rounded: one order missing in a million must not read as complete
        trunc(sum(guardados) / nullif(sum(anunciados), 0), 6) as completude_pedidos,
        trunc(
            sum(guardados) filter (where lido_em = ultima) / nullif(sum(anunciados) filter (where lido_em = ultima), 0), 6
        ) as completude_ultima_leitura
    from (
        select lido_em, guardados, anunciados, max(lido_em) over () as ultima
        from dashboard.order_reads as busca where busca.client_id = ultimo.client_id
    ) as buscas
    where lido_em > ultima - interval '30 days'
) as leituras on true
join lateral (
    select
        count(*) as reapresentacoes_7d,
        coalesce(
            sum(abs(mudanca.depois - mudanca.antes)) filter (where definicao.unidade = 'BRL'), 0
        ) as reapresentacoes_7d_valor
    from dashboard.restatement_ledger as mudanca
    left join lateral (
        select unidade from dashboard.metric_definitions where id = mudanca.metrica order by versao desc limit 1
    ) as definicao on true
    where mudanca.client_id = ultimo.client_id and mudanca.sku is null
      and mudanca.registrado_em > now() - interval '7 days'
) as mudancas on true
