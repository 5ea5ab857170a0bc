-- What each open listing or variation announces. ``unidade`` is what shares one stock: the user product, where there is
-- one (contract §7.2), else the listing or variation itself. SKU texts stay raw; they are settled when marts are built.
select
    anuncio.chave,
    variacao.valor ->> 'id',
    coalesce(variacao.sku, proprio.sku, anuncio.payload ->> 'seller_custom_field'),
    coalesce(
        variacao.valor ->> 'user_product_id', anuncio.payload ->> 'user_product_id',
        anuncio.chave || coalesce(':' || (variacao.valor ->> 'id'), '')
    ),
    coalesce(variacao.valor ->> 'inventory_id', anuncio.payload ->> 'inventory_id'),
    coalesce(variacao.valor ->> 'available_quantity', anuncio.payload ->> 'available_quantity')
from raw.mercado_livre_listings as anuncio
left join lateral (
    select v as valor, (
        select a ->> 'value_name' from jsonb_array_elements(v -> 'attributes') as a where a ->> 'id' = 'SELLER_SKU' limit 1
    ) as sku
    from jsonb_array_elements(anuncio.payload -> 'variations') as v
) as variacao on true
left join lateral (
    select a ->> 'value_name' as sku
    from jsonb_array_elements(anuncio.payload -> 'attributes') as a where a ->> 'id' = 'SELLER_SKU' limit 1
) as proprio on true
where anuncio.client_id = %(client_id)s
  and anuncio.payload ->> 'status' in ('active', 'paused')
  and coalesce(variacao.valor ->> 'available_quantity', anuncio.payload ->> 'available_quantity') is not null
