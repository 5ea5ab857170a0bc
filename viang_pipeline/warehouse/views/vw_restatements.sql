-- Metabase reads this: every number that changed after it was shown, newest first when sorted by registrado_em.
select
    mudanca.client_id,
    mudanca.dia,
    mudanca.sku,
    mudanca.metrica,
    coalesce(definicao.nome_pt, mudanca.metrica) as nome,
    mudanca.antes,
    mudanca.depois,
    mudanca.depois - mudanca.antes as diferenca,
    mudanca.motivo,
    mudanca.registrado_em
from dashboard.restatement_ledger as mudanca
left join lateral (
    select nome_pt from dashboard.metric_definitions where id = mudanca.metrica order by versao desc limit 1
) as definicao on true
