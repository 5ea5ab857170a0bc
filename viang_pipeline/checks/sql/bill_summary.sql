-- Contract §12: Σ lines of a sub type = the summary's amount of that type.
select client_id, periodo::text, sub_tipo, cobranca_mensal::text as linhas, resumo::text
from dashboard.billing_period
where {clients} and fechado and not confere
