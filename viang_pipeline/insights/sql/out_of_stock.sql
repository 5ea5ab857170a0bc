-- SKUs out of stock on the newest complete day, best sellers first; only when that day is the last of the period.
-- Parameters: client_id, dia.
select sku, faturamento_90d, curva_abc, venda_perdida_est
from dashboard.sku_portfolio
where client_id = %(client_id)s and dia = %(dia)s and em_ruptura
order by faturamento_90d desc, sku
