-- Average cost by SKU in every stock list from the one in force on the first day to the last day; where none is in force
-- yet, the very first one. A list without any cost is none. Warehouses weigh by what lies in them.
with custos as (
    select
        dia,
        payload ->> 'sku' as sku,
        (payload ->> 'cost_average')::numeric as custo,
        greatest((payload ->> 'on_hand')::numeric, 0) as unidades
    from raw.upseller_stock
    where client_id = %(client_id)s and (payload ->> 'cost_average')::numeric > 0
      and dia between coalesce(
          (
              select max(dia) from raw.upseller_stock
              where client_id = %(client_id)s and dia <= %(first)s and (payload ->> 'cost_average')::numeric > 0
          ),
          %(first)s
      ) and greatest(
          %(last)s,
          (
              select min(dia) from raw.upseller_stock
              where client_id = %(client_id)s and (payload ->> 'cost_average')::numeric > 0
          )
      )
)
select
    dia,
    sku,
    case when min(custo) = max(custo) then min(custo) else sum(custo * unidades) / nullif(sum(unidades), 0) end as custo
from custos
group by dia, sku
