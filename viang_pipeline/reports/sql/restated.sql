-- How the client's numbers of a period moved between two instants, by metric and reason.
-- Parameters: client_id, de, ate, desde, feito_em, metricas (text[]).
select
    metrica,
    motivo,
    count(distinct dia) as days,
    case when bool_and(antes is not null and depois is not null) then sum(depois - antes) end as diferenca
from dashboard.restatement_ledger
where client_id = %(client_id)s and sku is null and dia between %(de)s and %(ate)s
  and registrado_em > %(desde)s and registrado_em <= %(feito_em)s and metrica = any(%(metricas)s)
group by metrica, motivo
order by array_position(%(metricas)s, metrica), motivo
