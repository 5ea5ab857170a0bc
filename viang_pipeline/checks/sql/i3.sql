-- I3: allocated freight of a shipment = its observed cost, each shipment used once. Other channels have no shipments read.
select envio.client_id, envio.envio, envio.rateado::text, custo.total::text as custo
from (
    select client_id, envio, sum(frete_vendedor) as rateado, count(frete_vendedor) as partes
    from dashboard.fact_order_line
    where (client_id, envio) in (
        select client_id, envio from dashboard.fact_order_line where envio is not null and canal = 'mercado_livre' and {scope}
    )
    group by client_id, envio
) as envio
join lateral (
    select sum((remetente ->> 'cost')::numeric) as total
    from raw.mercado_livre_shipment_costs as bruto,
         jsonb_array_elements(bruto.payload -> 'senders') as remetente
    where bruto.client_id = envio.client_id and bruto.chave = envio.envio
) as custo on true
-- shipments that reach into a day still in progress have lines that are not built yet
where envio.partes > 0
  and round(custo.total, 2) is distinct from envio.rateado
  and not exists (
      select from raw.mercado_livre_orders as pedido
      where pedido.client_id = envio.client_id and pedido.payload #>> '{{shipping,id}}' = envio.envio
        and not exists (
            select from dashboard.fact_order_line as linha
            where linha.client_id = pedido.client_id and linha.order_id = pedido.chave
        )
  )
  -- a day that another run has read meanwhile is left to its own rebuild
  and not exists (
      select from dashboard.fact_order_line as linha
      join dashboard.day_state as estado using (client_id, dia)
      where linha.client_id = envio.client_id and linha.envio = envio.envio and estado.bruto_rev > estado.linhas_de
  )
