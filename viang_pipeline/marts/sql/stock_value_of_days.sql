-- What a client's SKUs are worth together: their value, the units it is of, the units there are, and their balance.
-- Parameters: client_id, dias (date[]).
select
    dia,
    sum(valor_estoque),
    coalesce(sum(estoque_disponivel) filter (where valor_estoque is not null and estoque_disponivel > 0), 0)::bigint,
    coalesce(sum(estoque_disponivel) filter (where estoque_disponivel > 0), 0)::bigint,
    coalesce(sum(estoque_disponivel), 0)::bigint
from dashboard.fact_stock_sku_day
where client_id = %(client_id)s and dia = any(%(dias)s)
group by dia
