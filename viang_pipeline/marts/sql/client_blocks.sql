-- Ads, visits and stock of the client-day: the advertiser's own daily row (D10), the account's visits, the photo's sums.
ads_do_dia as materialized (
    select * from dashboard.fact_ads_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
ads as materialized (select * from ads_do_dia where estado <> 'fora_do_alcance'),
visitas_do_dia as materialized (
    select * from dashboard.fact_visits_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
visitas as materialized (select dia, visitas from visitas_do_dia),
estoque_do_dia as materialized (
    select * from dashboard.fact_stock_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
estoque as materialized (select * from estoque_do_dia)
