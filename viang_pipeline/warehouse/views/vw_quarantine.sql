-- Metabase reads this: orders that are in no number because they were refused, by reason (kpis.md §5.10).
select client_id, dia, motivo, registros, valor from dashboard.fact_quarantine_day
