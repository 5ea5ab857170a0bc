-- I9: no row with a business day that has not closed.
select tabela, client_id, dia::text
from (
    select 'fact_order_line' as tabela, client_id, dia from dashboard.fact_order_line where dia > %(last_closed)s
    union all
    select 'fact_sku_day', client_id, dia from dashboard.fact_sku_day where dia > %(last_closed)s
    union all
    select 'agg_client_day', client_id, dia from dashboard.agg_client_day where dia > %(last_closed)s
) as linhas
