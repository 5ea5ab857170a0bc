-- Days that sold some listings between two dates in orders that name no SKU themselves, and how many lines.
-- Parameters: client_id; do_pedido (text[]): origins of a SKU the order names; conta, anuncio, variacao (text[], no
-- variation = all of them), de, ate (date[], exclusive, null = open) side by side.
select linha.dia, count(*)
from dashboard.fact_order_line as linha
where linha.client_id = %(client_id)s
  and linha.sku_origem <> all(%(do_pedido)s)
  and exists (
      select
      from unnest(%(conta)s::text[], %(anuncio)s::text[], %(variacao)s::text[], %(de)s::date[], %(ate)s::date[])
          as told (conta, anuncio, variacao, de, ate)
      where told.conta = linha.conta::text
        and told.anuncio collate "C" = linha.anuncio
        and (told.variacao = '' or told.variacao collate "C" = linha.variacao)
        and linha.dia >= told.de and (told.ate is null or linha.dia < told.ate)
  )
group by linha.dia
