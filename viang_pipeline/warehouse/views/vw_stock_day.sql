-- Metabase reads this: stock per SKU at the closing of the day, and why what lies in Full cannot be sold (kpis.md §5.8).
-- The reasons are one text: Metabase would turn every key of a jsonb column into a column of its own.
select
    client_id, dia, sku, estoque_full, estoque_full_indisponivel,
    case
        when indisponivel_por_motivo is not null then coalesce((
            select string_agg(causa.key || ': ' || causa.value, ', ' order by causa.key)
            from jsonb_each_text(indisponivel_por_motivo) as causa
        ), 'nenhum')
    end as indisponivel_por_motivo,
    estoque_anunciado, motivo,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, motivo_valor, capturado_em
from dashboard.fact_stock_sku_day
