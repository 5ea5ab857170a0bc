-- How final each block of a day is (kpis.md §7): a block is final once it was read completely that many days after the
-- day, so a missed night leaves it preliminary. A cursor that has passed settles every earlier day of its source.
-- Parameters: client_id, dias (date[]).
select
    dia.dia,
    case when vendas.lido_em >= dia.dia + 7 then 'final' else 'preliminar' end as maturidade_vendas,
    case
        when ads.estado = 'sem_ads' then 'final'
        when leitura_ads.lido_em >= dia.dia + 15 and not ads.pendente then 'final'
        when leitura_ads.lido_em >= dia.dia + 4 then 'quase_final'
        else 'preliminar'
    end as maturidade_ads,
    case when leitura_visitas.lido_em >= dia.dia + 3 then 'final' else 'preliminar' end as maturidade_visitas,
    case when reclamacoes.lido_em >= dia.dia + 45 then 'final' else 'preliminar' end as maturidade_devolucoes,
    case when faturas.fechadas = 2 then 'final' else 'preliminar' end as maturidade_cobranca
from unnest(%(dias)s::date[]) as dia (dia)
left join dashboard.fact_ads_client_day as ads on ads.client_id = %(client_id)s and ads.dia = dia.dia
left join lateral (
    select (max(instante) at time zone 'America/Sao_Paulo')::date as lido_em
    from (
        select completo_em as instante from dashboard.source_reads
        where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'orders' and source_reads.dia = dia.dia
        union all
        select lido_ate from dashboard.source_cursors
        where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'orders'
    ) as leituras
) as vendas on true
left join lateral (
    select (max(instante) at time zone 'America/Sao_Paulo')::date as lido_em
    from (
        select completo_em as instante from dashboard.source_reads
        where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'claims' and source_reads.dia = dia.dia
        union all
        select lido_ate from dashboard.source_cursors
        where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'claims'
    ) as leituras
) as reclamacoes on true
left join lateral (
    select (max(completo_em) at time zone 'America/Sao_Paulo')::date as lido_em from dashboard.source_reads
    where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'ads' and source_reads.dia = dia.dia
) as leitura_ads on true
left join lateral (
    select (max(completo_em) at time zone 'America/Sao_Paulo')::date as lido_em from dashboard.source_reads
    where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'visits' and source_reads.dia = dia.dia
) as leitura_visitas on true
left join lateral (
    -- of the two periods a day may belong to, those read on or after the day a later one first showed a line
    select count(*) as fechadas
    from dashboard.billing_readings as leitura
    where leitura.client_id = %(client_id)s
      and leitura.periodo in (
          date_trunc('month', dia.dia)::date, (date_trunc('month', dia.dia) + interval '1 month')::date
      )
      and exists (
          select from dashboard.billing_readings as seguinte
          where seguinte.client_id = leitura.client_id and seguinte.periodo > leitura.periodo
            and (seguinte.primeira_linha_em at time zone 'America/Sao_Paulo')::date
                <= (leitura.lido_em at time zone 'America/Sao_Paulo')::date
      )
) as faturas on true
