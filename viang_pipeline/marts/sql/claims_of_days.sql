-- Claims opened on the days, claims whose return was opened on them, and claims about sales of the days.
select claim.dia, claim.payload::text, volta.payload::text, custo.payload::text, avaliacao.payload::text
from raw.mercado_livre_claims as claim
left join raw.mercado_livre_returns as volta using (client_id, chave)
left join raw.mercado_livre_return_costs as custo using (client_id, chave)
left join raw.mercado_livre_return_reviews as avaliacao using (client_id, chave)
where claim.client_id = %(client_id)s
  and (
      claim.dia = any(%(dias)s)
      or exists (
          select from dashboard.fact_claim_line as antes
          where antes.client_id = claim.client_id and antes.reclamacao = claim.chave
            and (antes.dia_devolucao = any(%(dias)s) or antes.dia_venda = any(%(dias)s))
      )
      or claim.payload ->> 'resource' = 'order' and exists (
          select from dashboard.fact_order_line as linha
          where linha.client_id = claim.client_id and linha.order_id = claim.payload ->> 'resource_id'
            and linha.dia = any(%(dias)s)
      )
      or exists (
          select from jsonb_array_elements(volta.payload -> 'orders') as devolvido
          join dashboard.fact_order_line as linha
            on linha.client_id = claim.client_id and linha.order_id = devolvido ->> 'order_id'
          where linha.dia = any(%(dias)s)
      )
  )
order by claim.chave
