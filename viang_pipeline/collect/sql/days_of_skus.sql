-- Days that sold some SKUs between two dates, or kits they are in, and how many lines.
-- Parameters: client_id; sku (text[]), de, ate (date[], exclusive, null = open) side by side.
with recursive told as (
    select t.sku collate "C" as sku, t.de, t.ate
    from unnest(%(sku)s::text[], %(de)s::date[], %(ate)s::date[]) as t (sku, de, ate)
    union
    select kit.sku_kit, told.de, told.ate
    from told
    join dashboard.kits as kit on kit.client_id = %(client_id)s and kit.sku_componente = told.sku
)
select linha.dia, count(*)
from dashboard.fact_order_line as linha
where linha.client_id = %(client_id)s
  and exists (
      select from told where told.sku = linha.sku and linha.dia >= told.de and (told.ate is null or linha.dia < told.ate)
  )
group by linha.dia
