-- Every listing the platform still knows, what of its visits was observed, and its last day with a sale or a visit.
select
    anuncio.chave,
    leitura.de,
    leitura.ate,
    greatest(venda.dia, leitura.movimento_em)
from raw.mercado_livre_listings as anuncio
left join dashboard.visit_readings as leitura on leitura.client_id = %(client_id)s and leitura.anuncio = anuncio.chave
left join (
    select linha #>> '{item,id}' as anuncio, max(dia) as dia
    from raw.mercado_livre_orders as pedido, jsonb_array_elements(pedido.payload -> 'order_items') as linha
    where pedido.client_id = %(client_id)s and pedido.dia > %(since)s
    group by 1
) as venda on venda.anuncio = anuncio.chave
where anuncio.client_id = %(client_id)s and anuncio.payload ? 'status'
