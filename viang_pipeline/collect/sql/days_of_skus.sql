-- Days that sold some SKUs between two dates, or kits they are in, and how many lines; and, without any, days on which
-- they lay in stock, whose value follows the cost.
-- Parameters: client_id; sku (text[]), de, ate (date[], exclusive, null = open) side by side.
with recursive told as (
    select t.sku collate "C" as sku, t.de, t.ate
    from unnest(%(sku)s::text[], %(de)s::date[], %(ate)s::date[]) as t (sku, de, ate)
    union
    select kit.sku_kit, told.de, told.ate
    from told
    join dashboard.kits as kit on kit.client_id = %(client_id)s and kit.sku_componente = told.sku
)
select alcancada.dia, sum(alcancada.linhas)::bigint
from (
    select sku, dia, 1 as linhas from dashboard.fact_order_line where client_id = %(client_id)s
    union all
    select sku, dia, 0 from dashboard.fact_stock_sku_day where client_id = %(client_id)s and estoque_disponivel > 0
) as alcancada
where exists (
    select from told
    where told.sku = alcancada.sku and alcancada.dia >= told.de and (told.ate is null or alcancada.dia < told.ate)
)
group by alcancada.dia
