-- The newest photo of the account in a period. Parameters: client_id, de, ate.
select *
from dashboard.fact_account_day
where client_id = %(client_id)s and dia between %(de)s and %(ate)s
order by dia desc
limit 1
