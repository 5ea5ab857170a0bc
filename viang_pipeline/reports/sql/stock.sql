-- The newest stock photo of a period. Parameters: client_id, de, ate.
select dia, estoque_disponivel, valor_estoque, valor_estoque_cobertura, taxa_ruptura
from dashboard.vw_client_stock
where client_id = %(client_id)s and dia between %(de)s and %(ate)s
order by dia desc
limit 1
