-- Metabase reads this: fraud alerts on sales that count, and freight without a sale (kpis.md §3, D4).
select client_id, dia, tipo, chave, valor from dashboard.fact_attention
