-- Days whose visits were last read before they were final (kpis.md §7, D+3).
select dia from dashboard.source_reads
where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'visits' and completo and dia >= %(since)s
  and (completo_em at time zone 'America/Sao_Paulo')::date < dia + %(grow)s
