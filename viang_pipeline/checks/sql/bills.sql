-- Charges by order add up to the period's total by type, and a billed fee to what the order's valid lines hold of it.
select coalesce(p.client_id, c.client_id) as client_id, coalesce(p.periodo, c.periodo)::text as periodo,
       coalesce(p.sub_tipo, c.sub_tipo) as item, p.cobranca_mensal::text as total, c.soma::text as partes
from (select * from dashboard.billing_period where {clients}) as p
full join (
    select client_id, periodo, sub_tipo, sum(valor) as soma
    from dashboard.billing_charge where {clients} group by client_id, periodo, sub_tipo
) as c using (client_id, periodo, sub_tipo)
-- a type that only the platform's summary names has no line
where coalesce(p.cobranca_mensal, 0) <> coalesce(c.soma, 0)
union all
select linha.client_id, linha.dia::text, linha.order_id, tarifa.comissao_faturada::text, linha.soma::text
from (
    select client_id, dia, order_id, sum(comissao_faturada) as soma
    from dashboard.fact_billing_line where {scope} group by client_id, dia, order_id
) as linha
left join dashboard.billing_order_fee as tarifa using (client_id, order_id)
where linha.soma is distinct from tarifa.comissao_faturada
