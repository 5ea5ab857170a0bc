-- kpis.md §5.2: alert above R$ 0.02 per line.
select client_id, dia, order_id, line_no, comissao_faturada::text, divergencia_comissao::text
from dashboard.fact_billing_line
where {scope} and abs(divergencia_comissao) > 0.02
