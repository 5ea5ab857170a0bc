-- Metabase reads this: the account's stock at the closing of the day; what SKUs share is counted here only once.
select
    client_id, dia, estoque_full, estoque_full_indisponivel,
    coalesce((
        select string_agg(causa.key || ': ' || causa.value, ', ' order by causa.key)
        from jsonb_each_text(indisponivel_por_motivo) as causa
    ), 'nenhum') as indisponivel_por_motivo,
    full_lido, estoque_anunciado,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, estoque_avaliado, estoque_presente, capturado_em
from dashboard.fact_stock_client_day
