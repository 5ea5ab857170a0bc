-- Valid orders per day, SKU and listing: numerators of conversion.
select dia, sku, anuncio, count(distinct order_id)
from dashboard.fact_order_line
where client_id = %(client_id)s and dia = any(%(dias)s) and situacao = 'valida'
group by dia, sku, anuncio
