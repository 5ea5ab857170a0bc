-- Days whose sales travel with the seller's own courier in a shipment sold between two dates, and how many lines.
-- A shipment may hold sales of two days; what it costs is told by the first one (D13).
-- Parameters: client_id; de, ate (date[], exclusive, null = open) side by side.
select linha.dia, count(*)
from dashboard.fact_order_line as linha
where linha.client_id = %(client_id)s
  and linha.tipo_logistico = 'self_service'
  and linha.envio in (
      select irma.envio
      from dashboard.fact_order_line as irma
      join unnest(%(de)s::date[], %(ate)s::date[]) as told (de, ate)
        on irma.dia >= told.de and (told.ate is null or irma.dia < told.ate)
      where irma.client_id = %(client_id)s
  )
group by linha.dia
