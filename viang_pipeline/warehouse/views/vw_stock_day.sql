-- Metabase reads this: stock per SKU at the closing of the day, and why what lies in Full cannot be sold (kpis.md §5.8).
select
    client_id, dia, sku, estoque_full, estoque_full_indisponivel, indisponivel_por_motivo, estoque_anunciado, motivo,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, motivo_valor, capturado_em
from dashboard.fact_stock_sku_day
