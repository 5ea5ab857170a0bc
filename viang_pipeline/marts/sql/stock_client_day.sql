-- The photo's sums: each inventory id once, each shared stock once.
select
    lido.dia,
    full_.disponivel,
    full_.indisponivel,
    anunciado.quantidade,
    coalesce(motivos.por_motivo, '{}'),
    lido.completo_em
from dashboard.source_reads as lido
left join lateral (
    select
        sum((payload ->> 'available_quantity')::bigint) as disponivel,
        sum((payload ->> 'not_available_quantity')::bigint) as indisponivel
    from raw.mercado_livre_inventory where client_id = lido.client_id and dia = lido.dia
) as full_ on true
left join lateral (
    select sum(quantidade) as quantidade
    from (
        select max((payload ->> 'available_quantity')::bigint) as quantidade
        from raw.mercado_livre_listing_stock where client_id = lido.client_id and dia = lido.dia
        group by payload ->> 'unidade'
    ) as unidades
) as anunciado on true
left join lateral (
    select jsonb_object_agg(motivo, quantidade) as por_motivo
    from (
        select parte ->> 'status' as motivo, sum((parte ->> 'quantity')::bigint) as quantidade
        from raw.mercado_livre_inventory as foto, jsonb_array_elements(foto.payload -> 'not_available_detail') as parte
        where foto.client_id = lido.client_id and foto.dia = lido.dia
        group by 1
    ) as partes
) as motivos on true
where lido.client_id = %(client_id)s and lido.dia = any(%(dias)s)
  and lido.source = 'mercado_livre' and lido.resource = 'stock' and lido.completo
