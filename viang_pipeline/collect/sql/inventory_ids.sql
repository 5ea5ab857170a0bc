-- Every inventory id of the client's listings and variations, each once.
select distinct inventario from (
    select payload ->> 'inventory_id' as inventario from raw.mercado_livre_listings where client_id = %(client_id)s
    union all
    select variacao ->> 'inventory_id'
    from raw.mercado_livre_listings as anuncio, jsonb_array_elements(anuncio.payload -> 'variations') as variacao
    where anuncio.client_id = %(client_id)s
) as todos
where inventario is not null
order by 1
