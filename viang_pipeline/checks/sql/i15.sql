-- I15: Σ revenue of the classes = the client's revenue of the same 90 days. Days that wait for a rebuild are left to it.
select carteira.client_id, carteira.dia, carteira.soma::text as soma_das_classes, cliente.faturamento::text
from (
    select client_id, dia, sum(faturamento_90d) filter (where curva_abc is not null) as soma
    from dashboard.sku_portfolio where {clients} group by client_id, dia
) as carteira
join lateral (
    select sum(faturamento) as faturamento from dashboard.agg_client_day as dia_da_janela
    where dia_da_janela.client_id = carteira.client_id
      and dia_da_janela.dia between carteira.dia - 89 and carteira.dia
) as cliente on true
where coalesce(carteira.soma, 0) <> coalesce(cliente.faturamento, 0)
  and not exists (
      select from dashboard.day_state as estado
      where estado.client_id = carteira.client_id and estado.dia between carteira.dia - 89 and carteira.dia
        and (estado.bruto_rev > estado.linhas_de or estado.linhas_rev > least(estado.sku_de, estado.cliente_de))
  )
