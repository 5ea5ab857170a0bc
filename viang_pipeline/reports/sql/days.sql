-- Every day of a period, those without numbers too. Parameters: client_id, de, ate.
select
    calendario.dia::date as dia,
    coalesce(leitura.completo, false) as read,
    base.faturamento,
    base.mc,
    base.faturamento_coberto,
    base.ads_investimento,
    base.ads_receita,
    base.valor_cancelado
from generate_series(%(de)s::date, %(ate)s::date, interval '1 day') as calendario (dia)
left join dashboard.agg_client_day as base on base.client_id = %(client_id)s and base.dia = calendario.dia::date
left join dashboard.source_reads as leitura
    on leitura.client_id = %(client_id)s and leitura.dia = calendario.dia::date
    and leitura.source = 'mercado_livre' and leitura.resource = 'orders'
order by 1
