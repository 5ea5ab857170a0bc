-- security_invoker: a view would otherwise run with its owner's rights and show every client to a client's own role.
create view dashboard.vw_sku_portfolio with (security_invoker = true) as
-- Metabase reads this: how each SKU stands now. The columns are those of the table.
select * from dashboard.sku_portfolio;

comment on column dashboard.vw_sku_portfolio.client_id is 'Cliente';
comment on column dashboard.vw_sku_portfolio.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_sku_portfolio.dia is 'Último dia da janela: o mais novo dia completo do cliente';
comment on column dashboard.vw_sku_portfolio.unidades_30d is 'Unidades válidas dos últimos 30 dias';
comment on column dashboard.vw_sku_portfolio.unidades_60d_antes is 'Unidades válidas dos 60 dias antes desses';
comment on column dashboard.vw_sku_portfolio.faturamento_90d is 'Faturamento dos 90 dias';
comment on column dashboard.vw_sku_portfolio.dias_calculados_30d is 'Dos últimos 30 dias, quantos têm números';
comment on column dashboard.vw_sku_portfolio.dias_calculados_90d is 'Dos 90 dias, quantos têm números';
comment on column dashboard.vw_sku_portfolio.vmd_30 is 'Venda média diária 30 d: unidades dos últimos 30 dias completos ÷ 30.';
comment on column dashboard.vw_sku_portfolio.curva_abc is 'Curva ABC: 90 dias completos, SKUs por faturamento; participação acumulada antes do SKU < 80 % A, < 95 % B, senão C. O SKU que cruza o limite fica na classe de cima.';
comment on column dashboard.vw_sku_portfolio.tendencia is 'Tendência: (unidades 30 dias ÷ 30) ÷ (unidades dos 60 dias antes ÷ 60); crescente ≥ 1,25, decrescente ≤ 0,75. As janelas não se sobrepõem.';
comment on column dashboard.vw_sku_portfolio.faltantes is 'Por que algo não é afirmado: códigos';
comment on column dashboard.vw_sku_portfolio.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_sku_portfolio.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_sku_portfolio.calculado_em is 'Quando a linha mudou pela última vez';

create view dashboard.vw_account_day with (security_invoker = true) as
-- Metabase reads this: the account's reputation as photographed. The columns are those of the table.
select * from dashboard.fact_account_day;

comment on column dashboard.vw_account_day.client_id is 'Cliente';
comment on column dashboard.vw_account_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_account_day.reputacao_nivel is 'Cor da reputação: 1_red a 5_green; vazio quando a conta ainda não tem';
comment on column dashboard.vw_account_day.reputacao_nivel_real is 'Cor sem a proteção, quando há proteção';
comment on column dashboard.vw_account_day.reputacao_medalha is 'MercadoLíder: silver, gold ou platinum';
comment on column dashboard.vw_account_day.periodo is 'Período das taxas';
comment on column dashboard.vw_account_day.vendas_concluidas is 'Vendas concluídas no período';
comment on column dashboard.vw_account_day.rep_reclamacoes is 'Taxa de reclamações mostrada';
comment on column dashboard.vw_account_day.rep_atrasos is 'Taxa de atrasos mostrada';
comment on column dashboard.vw_account_day.rep_cancelamentos is 'Taxa de cancelamentos mostrada';
comment on column dashboard.vw_account_day.rep_reclamacoes_real is 'Taxa de reclamações sem a proteção';
comment on column dashboard.vw_account_day.rep_atrasos_real is 'Taxa de atrasos sem a proteção';
comment on column dashboard.vw_account_day.rep_cancelamentos_real is 'Taxa de cancelamentos sem a proteção';
comment on column dashboard.vw_account_day.capturado_em is 'Quando a foto foi tirada';
comment on column dashboard.vw_account_day.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_account_day.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_account_day.calculado_em is 'Quando a linha mudou pela última vez';

create view dashboard.vw_restatements with (security_invoker = true) as
-- Metabase reads this: every number that changed after it was shown, newest first when sorted by registrado_em.
select
    mudanca.client_id,
    mudanca.dia,
    mudanca.sku,
    mudanca.metrica,
    coalesce(definicao.nome_pt, mudanca.metrica) as nome,
    mudanca.antes,
    mudanca.depois,
    mudanca.depois - mudanca.antes as diferenca,
    mudanca.motivo,
    mudanca.registrado_em
from dashboard.restatement_ledger as mudanca
left join lateral (
    select nome_pt from dashboard.metric_definitions where id = mudanca.metrica order by versao desc limit 1
) as definicao on true;

comment on column dashboard.vw_restatements.client_id is 'Cliente';
comment on column dashboard.vw_restatements.dia is 'Dia de negócio cujo número mudou';
comment on column dashboard.vw_restatements.sku is 'SKU; vazio para o número do cliente no dia';
comment on column dashboard.vw_restatements.metrica is 'Métrica ou coluna de cobertura que mudou';
comment on column dashboard.vw_restatements.nome is 'Nome da métrica';
comment on column dashboard.vw_restatements.antes is 'Valor mostrado antes; vazio quando não havia';
comment on column dashboard.vw_restatements.depois is 'Valor mostrado desde então; vazio quando deixou de haver';
comment on column dashboard.vw_restatements.diferenca is 'Depois menos antes; vazio quando um dos dois não havia';
comment on column dashboard.vw_restatements.motivo is 'Por que mudou';
comment on column dashboard.vw_restatements.registrado_em is 'Quando a mudança foi gravada';

create view dashboard.vw_source_quality with (security_invoker = true) as
-- Metabase reads this: how fresh each source is and what was never read of it (kpis.md §5.10).
select
    leitura.client_id,
    leitura.source as fonte,
    leitura.resource as recurso,
    max(leitura.dia) filter (where leitura.completo) as lido_ate,
    max(leitura.completo_em) as ultima_leitura,
    floor(extract(epoch from now() - max(leitura.completo_em)) / 60)::bigint as frescor_min,
    (now() at time zone 'America/Sao_Paulo')::date - inicio.dia
        - count(*) filter (
            where leitura.completo
              and leitura.dia >= inicio.dia and leitura.dia < (now() at time zone 'America/Sao_Paulo')::date
        ) as dias_sem_leitura,
    case
        when max(leitura.tentado_em) filter (where leitura.motivo is not null)
            > coalesce(max(leitura.completo_em), '-infinity')
            then max(leitura.tentado_em) filter (where leitura.motivo is not null)
    end as ultima_falha,
    case
        when max(leitura.tentado_em) filter (where leitura.motivo is not null)
            > coalesce(max(leitura.completo_em), '-infinity')
            then (array_agg(leitura.motivo order by leitura.tentado_em desc) filter (where leitura.motivo is not null))[1]
    end as motivo
from dashboard.source_reads as leitura
join lateral (
    select min(dia) as dia from dashboard.source_reads as pedidos
    where pedidos.client_id = leitura.client_id and pedidos.resource = 'orders' and pedidos.completo
) as inicio on true
group by leitura.client_id, leitura.source, leitura.resource, inicio.dia;

comment on column dashboard.vw_source_quality.client_id is 'Cliente';
comment on column dashboard.vw_source_quality.fonte is 'Plataforma';
comment on column dashboard.vw_source_quality.recurso is 'O que é lido dela';
comment on column dashboard.vw_source_quality.lido_ate is 'Dia mais novo lido por completo';
comment on column dashboard.vw_source_quality.ultima_leitura is 'Última leitura completa';
comment on column dashboard.vw_source_quality.frescor_min is 'Minutos desde a última leitura completa';
comment on column dashboard.vw_source_quality.dias_sem_leitura is 'Dias nunca lidos por completo, do primeiro dia com pedidos lidos até ontem';
comment on column dashboard.vw_source_quality.ultima_falha is 'Última leitura que falhou, quando não houve outra completa depois';
comment on column dashboard.vw_source_quality.motivo is 'Por que falhou';

create view dashboard.vw_client_quality with (security_invoker = true) as
-- Metabase reads this: what a client's numbers lack and how much they moved (kpis.md §5.10).
select
    ultimo.client_id,
    ultimo.dia,
    round(mes.faturamento_sem_sku / nullif(mes.faturamento, 0), 6) as receita_sem_sku_pct,
    round((mes.faturamento - mes.faturamento_com_frete) / nullif(mes.faturamento, 0), 6) as receita_sem_frete_pct,
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
comment on column dashboard.vw_client_quality.dias_incompletos is 'Dos últimos 30 dias, quantos têm algo em falta';
comment on column dashboard.vw_client_quality.reapresentacoes_7d is 'Números do cliente que mudaram nos últimos 7 dias depois de mostrados';
comment on column dashboard.vw_client_quality.reapresentacoes_7d_valor is 'Σ do quanto mudaram os valores em reais, sem sinal';

-- Views run with the reader's rights, so the reader needs the tables below them as well.
grant select on
  dashboard.vw_sku_portfolio, dashboard.vw_account_day, dashboard.vw_restatements, dashboard.vw_source_quality,
  dashboard.vw_client_quality, dashboard.sku_portfolio, dashboard.fact_account_day, dashboard.restatement_ledger,
  dashboard.source_reads, dashboard.metric_definitions
to viang_reader;
create policy agency on dashboard.sku_portfolio for select to viang_reader using (true);
create policy agency on dashboard.fact_account_day for select to viang_reader using (true);
create policy agency on dashboard.restatement_ledger for select to viang_reader using (true);
create policy agency on dashboard.source_reads for select to viang_reader using (true);
create policy agency on dashboard.metric_definitions for select to viang_reader using (true);
