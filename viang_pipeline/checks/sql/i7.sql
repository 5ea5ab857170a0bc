-- I7: the fee of a line is the fee of a unit times the quantity.
select client_id, dia, order_id, line_no, quantidade, tarifa_unitaria::text, comissao::text
from dashboard.fact_order_line
where {scope} and canal = 'mercado_livre' and comissao is distinct from tarifa_unitaria * quantidade
