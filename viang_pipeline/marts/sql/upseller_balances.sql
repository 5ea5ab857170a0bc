-- Balances per SKU and warehouse of the stock lists people brought; "disponível" already excludes what is reserved.
-- Parameters: client_id, dias (date[]).
select
    dia,
    payload ->> 'sku' as sku,
    payload ->> 'sku' as produto,
    payload ->> 'warehouse' as deposito,
    (payload ->> 'on_hand')::numeric as fisico,
    (payload ->> 'available')::numeric as disponivel,
    (payload ->> 'incoming_purchase')::numeric + coalesce((payload ->> 'incoming_transfer')::numeric, 0) as transito,
    false as virtual,
    lido_em
from raw.upseller_stock
where client_id = %(client_id)s and dia = any(%(dias)s)
