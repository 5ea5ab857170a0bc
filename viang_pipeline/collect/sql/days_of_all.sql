-- Days that sold anything between two dates, and how many lines.
-- Parameters: client_id; de, ate (date[], exclusive, null = open) side by side.
select linha.dia, count(*)
from dashboard.fact_order_line as linha
where linha.client_id = %(client_id)s
  and exists (
      select from unnest(%(de)s::date[], %(ate)s::date[]) as told (de, ate)
      where linha.dia >= told.de and (told.ate is null or linha.dia < told.ate)
  )
group by linha.dia
