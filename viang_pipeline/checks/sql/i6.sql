-- I6: 0 ≤ coverage ≤ 1, and what is covered by nothing is NULL where there was revenue; conversion is at most 1.
select client_id, dia, comissao_cobertura::text, frete_vendedor_cobertura::text, repasse_estimado_cobertura::text,
       comissao_faturada_cobertura::text, cmv_cobertura::text, mc_cobertura::text, mc_pre_ads::text
from dashboard.vw_client_day
where {scope}
  and (
      not comissao_cobertura between 0 and 1
      or not frete_vendedor_cobertura between 0 and 1
      or not repasse_estimado_cobertura between 0 and 1
      or not comissao_faturada_cobertura between 0 and 1
      or not cmv_cobertura between 0 and 1
      or not mc_cobertura between 0 and 1
      or faturamento > 0 and (frete_vendedor is null) <> (faturamento_com_frete = 0)
      or faturamento > 0 and (repasse_estimado is null) <> (faturamento_com_repasse = 0)
      or faturamento_mercado_livre > 0 and (comissao_faturada is null) <> (faturamento_com_tarifa_faturada = 0)
      or faturamento > 0 and (mc_pre_ads is null) <> (faturamento_coberto = 0)
      -- the line of a free gift may have a cost, and no revenue to cover
      or faturamento_com_custo > 0 and cmv is null
      or imposto is not null and faturamento_com_imposto <> faturamento
  )
