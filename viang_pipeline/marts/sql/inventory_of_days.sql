select
    dia, payload ->> 'inventory_id', (payload ->> 'available_quantity')::bigint,
    (payload ->> 'not_available_quantity')::bigint
from raw.mercado_livre_inventory
where client_id = %(client_id)s and dia = any(%(dias)s)
