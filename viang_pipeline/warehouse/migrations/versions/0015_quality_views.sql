drop view dashboard.vw_client_quality;

create view dashboard.vw_client_quality with (security_invoker = true) as
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
) as mudancas on true;

comment on column dashboard.vw_client_quality.client_id is 'Cliente';
comment on column dashboard.vw_client_quality.dia is 'Dia mais novo calculado';
comment on column dashboard.vw_client_quality.receita_sem_sku_pct is 'Nos últimos 30 dias: faturamento de itens sem SKU ÷ faturamento';
comment on column dashboard.vw_client_quality.receita_sem_frete_pct is 'Nos últimos 30 dias: faturamento sem frete observado ÷ faturamento';
comment on column dashboard.vw_client_quality.completude_pedidos is 'Nos 30 dias até a última leitura: pedidos guardados ÷ anunciados pela busca; deve ser 1, e é vazia quando nada foi anunciado';
comment on column dashboard.vw_client_quality.completude_ultima_leitura is 'O mesmo, só da última leitura de pedidos';
comment on column dashboard.vw_client_quality.dias_incompletos is 'Dos últimos 30 dias, quantos têm algo em falta';
comment on column dashboard.vw_client_quality.reapresentacoes_7d is 'Números do cliente que mudaram nos últimos 7 dias depois de mostrados';
comment on column dashboard.vw_client_quality.reapresentacoes_7d_valor is 'Σ do quanto mudaram os valores em reais, sem sinal';

create view dashboard.vw_quarantine with (security_invoker = true) as
-- Metabase reads this: orders that are in no number because they were refused, by reason (kpis.md §5.10).
select client_id, dia, motivo, registros, valor from dashboard.fact_quarantine_day;

comment on column dashboard.vw_quarantine.client_id is 'Cliente';
comment on column dashboard.vw_quarantine.dia is 'Dia de negócio da venda (America/Sao_Paulo)';
comment on column dashboard.vw_quarantine.motivo is 'Por que foram recusados: status_desconhecido, moeda, site ou invalido';
comment on column dashboard.vw_quarantine.registros is 'Pedidos recusados, fora de todos os números';
comment on column dashboard.vw_quarantine.valor is 'Σ preço unitário × quantidade dos recusados; vazio quando não está em reais';

create view dashboard.vw_stock_day with (security_invoker = true) as
-- Metabase reads this: stock per SKU at the closing of the day, and why what lies in Full cannot be sold (kpis.md §5.8).
select
    client_id, dia, sku, estoque_full, estoque_full_indisponivel, indisponivel_por_motivo, estoque_anunciado, motivo,
    capturado_em
from dashboard.fact_stock_sku_day;

comment on column dashboard.vw_stock_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_day.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_stock_day.estoque_full is 'Disponível no Full; vazio sem inventário Full';
comment on column dashboard.vw_stock_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_day.indisponivel_por_motivo is 'Não disponível no Full, por motivo; vazio sem inventário Full';
comment on column dashboard.vw_stock_day.estoque_anunciado is 'Quantidade anunciada, cada estoque compartilhado uma vez';
comment on column dashboard.vw_stock_day.motivo is 'Por que o estoque Full é vazio';
comment on column dashboard.vw_stock_day.capturado_em is 'Quando a foto foi tirada';

create view dashboard.vw_stock_client_day with (security_invoker = true) as
-- Metabase reads this: the account's stock at the closing of the day; what SKUs share is counted here only once.
select
    client_id, dia, estoque_full, estoque_full_indisponivel, indisponivel_por_motivo, estoque_anunciado, capturado_em
from dashboard.fact_stock_client_day;

comment on column dashboard.vw_stock_client_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_client_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_client_day.estoque_full is 'Disponível no Full, cada inventário uma vez';
comment on column dashboard.vw_stock_client_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_client_day.estoque_anunciado is 'Quantidade anunciada, cada estoque compartilhado uma vez';
comment on column dashboard.vw_stock_client_day.indisponivel_por_motivo is 'Não disponível no Full, por motivo';
comment on column dashboard.vw_stock_client_day.capturado_em is 'Quando a foto foi tirada';

-- Views run with the reader's rights, so the reader needs the tables below them as well.
grant select on
  dashboard.vw_client_quality, dashboard.vw_quarantine, dashboard.vw_stock_day, dashboard.vw_stock_client_day, dashboard.order_reads, dashboard.fact_quarantine_day, dashboard.fact_stock_sku_day, dashboard.fact_stock_client_day
to viang_reader;
create policy agency on dashboard.order_reads for select to viang_reader using (true);
create policy agency on dashboard.fact_quarantine_day for select to viang_reader using (true);
create policy agency on dashboard.fact_stock_sku_day for select to viang_reader using (true);
create policy agency on dashboard.fact_stock_client_day for select to viang_reader using (true);
