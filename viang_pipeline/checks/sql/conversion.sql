-- kpis.md §5.7: more orders than visits say that visits or orders are not what they seem.
select client_id, dia, sku, pedidos_com_visita::text as pedidos, visitas::text
from dashboard.fact_sku_day
where {scope} and pedidos_com_visita > visitas
