-- What each listing or variation announces, and what may tell that stocks are the same: user product, inventory id, twin
-- listings (catalogue page and own page). A listing that is not open announces nothing; it is of interest for its Full
-- inventory, which stays where it is. SKU texts stay raw; they are settled when marts are built.
select
    anuncio.chave,
    variacao.valor ->> 'id',
    coalesce(variacao.sku, proprio.sku, anuncio.payload ->> 'seller_custom_field'),
    coalesce(variacao.valor ->> 'user_product_id', anuncio.payload ->> 'user_product_id'),
    coalesce(variacao.valor ->> 'inventory_id', anuncio.payload ->> 'inventory_id'),
    case when anuncio.payload ->> 'status' in ('active', 'paused')
        then coalesce(variacao.valor ->> 'available_quantity', anuncio.payload ->> 'available_quantity')
    end::bigint,
    case when variacao.valor is null
        then array(select r ->> 'id' from jsonb_array_elements(anuncio.payload -> 'item_relations') as r)
        else '{}'
    end
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
  and (
      coalesce(variacao.valor ->> 'inventory_id', anuncio.payload ->> 'inventory_id') is not null
      or anuncio.payload ->> 'status' in ('active', 'paused')
      and coalesce(variacao.valor ->> 'available_quantity', anuncio.payload ->> 'available_quantity') is not null
  )
