-- I5: direct + assisted ad revenue = ad revenue, at both grains.
select client_id, dia, null as sku, ads_receita_direta::text, ads_receita_assistida::text, ads_receita::text
from dashboard.agg_client_day
where {scope} and ads_receita <> ads_receita_direta + ads_receita_assistida
union all
select client_id, dia, sku, ads_receita_direta::text, ads_receita_assistida::text, ads_receita::text
from dashboard.fact_sku_day
where {scope} and ads_receita <> ads_receita_direta + ads_receita_assistida
