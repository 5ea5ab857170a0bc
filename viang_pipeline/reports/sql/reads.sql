-- How much of a period each resource was read. Parameters: client_id, de, ate.
select source, resource, count(*) filter (where completo) as days, max(completo_em) as last
from dashboard.source_reads
where client_id = %(client_id)s and dia between %(de)s and %(ate)s
group by source, resource
order by source <> 'mercado_livre', source, resource
