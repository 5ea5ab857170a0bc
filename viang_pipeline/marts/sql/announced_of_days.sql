select
    dia, payload ->> 'anuncio', payload ->> 'sku', payload ->> 'unidade', payload ->> 'inventory_id',
    (payload ->> 'available_quantity')::bigint, lido_em
from raw.mercado_livre_listing_stock
where client_id = %(client_id)s and dia = any(%(dias)s)
order by dia, chave
