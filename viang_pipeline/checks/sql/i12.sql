-- I12: what is unknown of a line is no zero. A covered line knows everything about itself, only a valid one is covered, and
-- its sums are of what is known: cost = quantity × unit cost, half away from zero.
select client_id, dia, order_id, line_no, coberta::text, comissao::text, frete_vendedor::text, custo_envio_proprio::text,
       custo_unitario::text, custo::text, imposto::text
from dashboard.fact_order_line
where {scope}
  and (
      coberta is distinct from (
          situacao = 'valida' and comissao is not null and frete_vendedor is not null
          and custo_envio_proprio is not null and custo is not null and imposto is not null
      )
      or situacao = 'valida' and custo is distinct from round(custo_unitario * quantidade, 2)
      or imposto is not null and aliquota is null
      or situacao <> 'valida' and (custo is not null or imposto is not null)
  )
