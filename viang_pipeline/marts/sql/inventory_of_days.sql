-- What lay in Full under each inventory id, and why what is blocked is.
select
    dia, payload ->> 'inventory_id', (payload ->> 'available_quantity')::bigint,
    (payload ->> 'not_available_quantity')::bigint, motivos.por_motivo
from raw.mercado_livre_inventory
cross join lateral (
    select coalesce(jsonb_object_agg(motivo, quantidade), '{}') as por_motivo
    from (
        select parte ->> 'status' as motivo, sum((parte ->> 'quantity')::bigint) as quantidade
        from jsonb_array_elements(payload -> 'not_available_detail') as parte group by 1
    ) as partes
) as motivos
where client_id = %(client_id)s and dia = any(%(dias)s)
