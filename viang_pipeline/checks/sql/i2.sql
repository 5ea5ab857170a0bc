-- I2 and I17: gross = valid + cancelled, cancelled = before + after dispatch.
select client_id, dia, sku, vendas_brutas::text, faturamento::text, valor_cancelado::text,
       valor_cancelado_pre::text, valor_devolvido::text
from dashboard.fact_sku_day
where {scope}
  and (
      vendas_brutas is distinct from faturamento + valor_cancelado
      or valor_cancelado <> valor_cancelado_pre + valor_devolvido
  )
