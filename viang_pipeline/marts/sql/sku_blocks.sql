-- Ads, visits and stock of the SKU-day. What was read of a day is known from the client's rows.
ads_do_dia as materialized (
    select * from dashboard.fact_ads_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
ads as materialized (
    select * from dashboard.fact_ads_sku_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
visitas_do_dia as materialized (
    select * from dashboard.fact_visits_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
visitas as materialized (
    select dia, sku, visitas, motivo, pedidos_com_visita
    from dashboard.fact_visits_sku_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
estoque_do_dia as materialized (
    select * from dashboard.fact_stock_client_day where client_id = %(client_id)s and dia = any(%(dias)s)
),
estoque as materialized (
    select * from dashboard.fact_stock_sku_day where client_id = %(client_id)s and dia = any(%(dias)s)
)
