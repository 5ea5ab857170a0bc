-- What is missing in the numbers of a period, and on how many days. Parameters: client_id, de, ate.
select motivo, count(*) as dias
from dashboard.agg_client_day
cross join unnest(faltantes) as motivo
where client_id = %(client_id)s and dia between %(de)s and %(ate)s
group by motivo
order by count(*) desc, motivo
