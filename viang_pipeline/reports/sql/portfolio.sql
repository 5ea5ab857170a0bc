-- How many SKUs of the portfolio are in each class and state. Parameters: client_id.
select
    dia,
    curva_abc,
    estado_estoque,
    count(*) as skus,
    sum(faturamento_90d) as faturamento,
    count(*) filter (where em_ruptura) as em_ruptura,
    sum(venda_perdida_est) filter (where em_ruptura) as perdida
from dashboard.sku_portfolio
where client_id = %(client_id)s and dia = (select max(dia) from dashboard.sku_portfolio where client_id = %(client_id)s)
group by dia, curva_abc, estado_estoque
order by curva_abc, estado_estoque
