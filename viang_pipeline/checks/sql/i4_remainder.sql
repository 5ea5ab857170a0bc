-- I4: spend that no SKU has stays within a twentieth of the advertiser's total.
select client_id, dia, ads_investimento::text as anunciante, ads_nao_alocado::text as nao_alocado
from dashboard.agg_client_day
where {scope} and abs(ads_nao_alocado) > 0.05 * ads_investimento
