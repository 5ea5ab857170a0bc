-- Valid sales of each SKU in the window: units of its last days, units before them, revenue of all and of the last days.
-- Parameters: client_id, first, recent_from, last (dates, inclusive).
select
    sku,
    coalesce(sum(unidades) filter (where dia >= %(recent_from)s), 0)::bigint as unidades_30d,
    coalesce(sum(unidades) filter (where dia < %(recent_from)s), 0)::bigint as unidades_60d_antes,
    sum(faturamento) as faturamento_90d,
    coalesce(sum(faturamento) filter (where dia >= %(recent_from)s), 0) as faturamento_30d
from dashboard.fact_sku_day
where client_id = %(client_id)s and dia between %(first)s and %(last)s and pedidos_brutos > 0
group by sku
